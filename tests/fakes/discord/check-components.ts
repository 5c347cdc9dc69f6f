import { ButtonStyle, ComponentType as Type } from "discord.js";
import { type Fields, fieldsOf, lengthOf, listOf, textOf } from "../slack/json.ts";
import { componentLimits as limits } from "./limits.ts";
import { textsIn } from "./mentions.ts";
import type { Problems } from "./problems.ts";
import { allIn } from "./settle-components.ts";

type Check = (component: Fields, at: string, problems: Problems) => void;

const checkButton: Check = ({ style, label, emoji, custom_id, url, sku_id }, at, problems) => {
  problems.length(label, `${at}.label`, limits.buttonLabel);
  problems.length(url, `${at}.url`, limits.buttonUrl);
  if (style === ButtonStyle.Premium) {
    problems.required(sku_id, `${at}.sku_id`, Infinity);
    return;
  }
  problems.addIf(!label && !emoji, at, "BUTTON_COMPONENT_INVALID", "A button must have a label or an emoji");
  const isLink = style === ButtonStyle.Link;
  problems.required(isLink ? url : custom_id, `${at}.${isLink ? "url" : "custom_id"}`, limits.buttonUrl);
  problems.addIf(
    url !== undefined && url !== null && custom_id !== undefined && custom_id !== null,
    at,
    "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    "A custom id and url cannot both be specified",
  );
};

const checkSelect: Check = (select, at, problems) => {
  problems.required(select["custom_id"], `${at}.custom_id`, limits.customId);
  problems.length(select["placeholder"], `${at}.placeholder`, limits.selectPlaceholder);
};

export const checkStringSelect: Check = (select, at, problems) => {
  checkSelect(select, at, problems);
  problems.required(select["options"], `${at}.options`, limits.selectOptions);
  const options = listOf(select["options"]).map(fieldsOf);
  for (const [index, option] of options.entries()) {
    problems.required(option["label"], `${at}.options.${index}.label`, limits.optionLabel);
    problems.required(option["value"], `${at}.options.${index}.value`, limits.optionValue);
    problems.length(option["description"], `${at}.options.${index}.description`, limits.optionDescription);
  }
  problems.unique(
    options.map((it) => it["value"]),
    `${at}.options`,
    "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    "The specified option value is already used",
  );
  const least = Number(select["min_values"] ?? 1);
  const most = Number(select["max_values"] ?? 1);
  problems.addIf(
    least > most || most > Math.max(1, options.length),
    at,
    "SELECT_COMPONENT_MAX_VALUES",
    "min_values and max_values must fit the options",
  );
};

const checkRow: Check = (row, at, problems) => {
  problems.required(row["components"], `${at}.components`, limits.buttonsInRow);
  const inner = listOf(row["components"]).map(fieldsOf);
  const buttons = inner.filter((it) => it["type"] === Type.Button).length;
  problems.addIf(
    inner.length > 1 && buttons < inner.length,
    `${at}.components`,
    "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
    "The specified component exceeds the maximum width",
  );
};

const checkSection: Check = (section, at, problems) => {
  problems.required(section["components"], `${at}.components`, limits.sectionTexts);
  problems.required(section["accessory"], `${at}.accessory`, Infinity);
};

const old: Record<number, Check> = {
  [Type.ActionRow]: checkRow,
  [Type.Button]: checkButton,
  [Type.StringSelect]: checkStringSelect,
  [Type.UserSelect]: checkSelect,
  [Type.RoleSelect]: checkSelect,
  [Type.MentionableSelect]: checkSelect,
  [Type.ChannelSelect]: checkSelect,
};

const v2: Record<number, Check> = {
  [Type.Section]: checkSection,
  [Type.TextDisplay]: (it, at, problems) =>
    problems.required(it["content"], `${at}.content`, limits.textInAll),
  [Type.Thumbnail]: () => {},
  [Type.MediaGallery]: (it, at, problems) => problems.required(it["items"], `${at}.items`, 10),
  [Type.File]: () => {},
  [Type.Separator]: () => {},
  [Type.Container]: (it, at, problems) =>
    problems.required(it["components"], `${at}.components`, limits.componentsInAll),
};

/** What may stand where: `undefined` is the message itself. */
const inside: Record<number, readonly Type[]> = {
  [Type.ActionRow]: [
    Type.Button,
    Type.StringSelect,
    Type.UserSelect,
    Type.RoleSelect,
    Type.MentionableSelect,
    Type.ChannelSelect,
  ],
  [Type.Section]: [Type.TextDisplay],
  [Type.Container]: [
    Type.ActionRow,
    Type.Section,
    Type.TextDisplay,
    Type.MediaGallery,
    Type.File,
    Type.Separator,
  ],
};

const onTop = [...(inside[Type.Container] ?? []), Type.Container];

/** Checks the components of a message: each of them, and then all together. */
export function checkComponents(components: unknown, isV2: boolean, problems: Problems): void {
  const checks = isV2 ? { ...old, ...v2 } : old;

  function check(component: Fields, at: string, places: readonly number[]): void {
    const type = Number(component["type"]);
    const one = checks[type];
    if (one === undefined || !places.includes(type)) {
      problems.add(
        `${at}.type`,
        "UNION_TYPE_CHOICES",
        `Value of field "type" must be one of (${places.join(", ")}).`,
      );
      return;
    }
    one(component, at, problems);
    problems.length(component["custom_id"], `${at}.custom_id`, limits.customId, 1);
    for (const [index, inner] of listOf(component["components"]).map(fieldsOf).entries()) {
      check(inner, `${at}.components.${index}`, inside[type] ?? []);
    }
    if (type === Type.Section && component["accessory"] !== undefined) {
      check(fieldsOf(component["accessory"]), `${at}.accessory`, [Type.Button, Type.Thumbnail]);
    }
  }

  const all = listOf(components).map(fieldsOf);
  problems.length(components, "components", isV2 ? limits.componentsInAll : limits.rows);
  for (const [index, component] of all.entries()) {
    check(component, `components.${index}`, isV2 ? onTop : [Type.ActionRow]);
  }
  checkAll(all, problems);
}

function checkAll(components: readonly Fields[], problems: Problems): void {
  const all = components.flatMap(allIn);
  const text = lengthOf(textsIn(components).join(""));
  problems.addIf(
    all.length > limits.componentsInAll,
    "components",
    "BASE_TYPE_MAX_LENGTH",
    `The total number of components must be ${limits.componentsInAll} or fewer.`,
  );
  problems.addIf(
    text > limits.textInAll,
    "components",
    "COMPONENT_MAX_TOTAL_TEXT_LENGTH",
    `The total length of text displays must be ${limits.textInAll} or fewer.`,
  );
  checkIds(all, problems);
}

/** Neither two `custom_id`s nor two `id`s may be the same. */
export function checkIds(all: readonly Fields[], problems: Problems): void {
  problems.unique(
    all.map((it) => textOf(it["custom_id"])),
    "components",
    "COMPONENT_CUSTOM_ID_DUPLICATED",
    "Component custom id cannot be duplicated",
  );
  problems.unique(
    all.map((it) => it["id"] || undefined),
    "components",
    "COMPONENT_ID_DUPLICATED",
    "Component id cannot be duplicated",
  );
}
