import { ComponentType } from "discord.js";
import { compact, type Fields, fieldsOf, isFields, lengthOf, listOf, textOf } from "../slack/json.ts";
import type { Modal } from "./types.ts";

/** Values by the label or the `custom_id` of the inputs; a list for a menu. */
export type Filled = Readonly<Record<string, string | readonly string[]>>;

/** The components of a form as they are sent when it is submitted. */
export function fillIn(modal: Modal, filled: Filled): Fields[] {
  const used = new Set<string>();

  function value(input: Fields, label: unknown): Fields {
    const { id, type, custom_id } = input;
    const key = [custom_id, label].map(String).find((it) => filled[it] !== undefined);
    used.add(key ?? "");
    const given = key === undefined ? undefined : filled[key];
    const common = { type, id, custom_id };
    if (type === ComponentType.TextInput) {
      return { ...common, value: textIn(input, label, given) };
    }
    const values = typeof given === "string" ? [given] : [...(given ?? [])];
    checkMenu(input, label, values);
    return { ...common, values };
  }

  const components = modal.components.map((it) => {
    const { id, type, label, component, components: inner } = it;
    if (isFields(component)) {
      return { type, id, component: value(component, label) };
    }
    return compact({
      type,
      id,
      components: Array.isArray(inner)
        ? inner.map((one) => value(fieldsOf(one), fieldsOf(one)["label"]))
        : undefined,
    });
  });
  const stray = Object.keys(filled).find((it) => !used.has(it));
  if (stray !== undefined) {
    throw new Error(`the form "${modal.title}" has no input ${stray}`);
  }
  return components;
}

function textIn(input: Fields, label: unknown, given: Filled[string] | undefined): string {
  const { value, required, min_length, max_length } = input;
  const text = typeof given === "string" ? given : (textOf(value) ?? "");
  const length = lengthOf(text);
  if (required !== false && length === 0) {
    throw new Error(`the input ${String(label)} has to be filled in`);
  }
  if (length > Number(max_length ?? 4000) || (length > 0 && length < Number(min_length ?? 0))) {
    throw new Error(`the input ${String(label)} takes no text of ${length} characters`);
  }
  return text;
}

function checkMenu(menu: Fields, label: unknown, values: readonly string[]): void {
  const offered = listOf(menu["options"]).map((it) => fieldsOf(it)["value"]);
  const wrong = values.find((it) => offered.length > 0 && !offered.includes(it));
  if (wrong !== undefined) {
    throw new Error(`the menu ${String(label)} offers only ${offered.join(", ")}`);
  }
  if (menu["required"] !== false && values.length < Number(menu["min_values"] ?? 1)) {
    throw new Error(`something has to be chosen in the menu ${String(label)}`);
  }
}
