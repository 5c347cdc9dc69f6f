import { fieldsOf, isFields, lengthOf, textOf } from "./json.ts";
import { limits } from "./limits.ts";

/** Collects what is wrong, worded as Slack words it: `must be less than 76 characters [json-pointer:/blocks/0/…]`. */
export class Problems {
  readonly found: string[] = [];

  add(what: string, pointer: string): void {
    this.found.push(`${what} [json-pointer:${pointer}]`);
  }

  /** A string that may be left out. */
  length(value: unknown, pointer: string, max: number, min = 0): void {
    if (value === undefined) {
      return;
    }
    const text = textOf(value);
    if (text === undefined) {
      this.add("must be a string", pointer);
    } else if (lengthOf(text) > max) {
      this.add(`must be less than ${max + 1} characters`, pointer);
    } else if (lengthOf(text) < min) {
      this.add(`must be more than ${min - 1} characters`, pointer);
    }
  }

  items(value: unknown, pointer: string, max: number, min = 1): readonly unknown[] {
    if (!Array.isArray(value)) {
      this.add("must be an array", pointer);
      return [];
    }
    if (value.length > max) {
      this.add(`no more than ${max} items allowed`, pointer);
    }
    if (value.length < min) {
      this.add(`no fewer than ${min} items allowed`, pointer);
    }
    return value;
  }

  /** A text object. `isPlain`: mrkdwn is not allowed there. */
  text(value: unknown, pointer: string, max: number, { isPlain = false, isOptional = false } = {}): void {
    if (value === undefined) {
      if (!isOptional) {
        this.add(`missing required field: ${pointer.split("/").at(-1)}`, pointer.replace(/\/[^/]*$/, ""));
      }
      return;
    }
    const kind = fieldsOf(value)["type"];
    if (!isFields(value) || (kind !== "plain_text" && (isPlain || kind !== "mrkdwn"))) {
      this.add(`unsupported type: ${String(kind)}`, `${pointer}/type`);
      return;
    }
    if (textOf(value["text"]) === undefined) {
      this.add("missing required field: text", pointer);
      return;
    }
    this.length(value["text"], `${pointer}/text`, max, 1);
  }
}

export function checkConfirm(value: unknown, at: string, problems: Problems): void {
  if (value === undefined) {
    return;
  }
  const confirm = fieldsOf(value);
  const isPlain = true;
  problems.text(confirm["title"], `${at}/title`, limits["confirmation.title.max_length"], { isPlain });
  problems.text(confirm["text"], `${at}/text`, limits["confirmation.text.max_length"]);
  problems.text(confirm["confirm"], `${at}/confirm`, limits["confirmation.confirm.max_length"], { isPlain });
  problems.text(confirm["deny"], `${at}/deny`, limits["confirmation.deny.max_length"], { isPlain });
}

export function checkOptions(value: unknown, at: string, max: number, problems: Problems): void {
  const isOptional = true;
  for (const [index, option] of problems.items(value, at, max).entries()) {
    const { text, value: key, description, url } = fieldsOf(option);
    const here = `${at}/${index}`;
    problems.text(text, `${here}/text`, limits["option.text.max_length"]);
    problems.length(key, `${here}/value`, limits["option.value.max_length"]);
    problems.text(description, `${here}/description`, limits["option.description.max_length"], {
      isOptional,
    });
    problems.length(url, `${here}/url`, limits["option.url.max_length"]);
  }
}

export function checkOptionGroups(value: unknown, at: string, problems: Problems): void {
  for (const [index, group] of problems
    .items(value, at, limits["select.option_groups.max_items"])
    .entries()) {
    const { label, options } = fieldsOf(group);
    problems.text(label, `${at}/${index}/label`, limits["option_group.label.max_length"], { isPlain: true });
    checkOptions(options, `${at}/${index}/options`, limits["option_group.options.max_items"], problems);
  }
}

/** Every id of this kind must be there once. */
export function checkUnique(
  items: readonly unknown[],
  key: "action_id" | "block_id",
  at: string,
  problems: Problems,
): void {
  const seen = new Set<unknown>();
  for (const [index, item] of items.entries()) {
    const id = fieldsOf(item)[key];
    if (id !== undefined && seen.has(id)) {
      problems.add(`\`${key}\` already exists: ${String(id)}`, `${at}/${index}/${key}`);
    }
    seen.add(id);
  }
}

/** All the text in there, however deep: what people read. */
export function textIn(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(textIn);
  }
  if (!isFields(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "string" ? (readable.has(key) ? [inner] : []) : textIn(inner),
  );
}

const readable = new Set(["text", "title", "alt_text"]);
