import type { Fields } from "./json.ts";
import { fieldsOf } from "./json.ts";
import { buttonsIn, type Clickable, elementsIn, optionsOf } from "./reading.ts";

/** The only button with this text. */
export function findButton(blocks: readonly Fields[], text: string): Clickable {
  const all = buttonsIn(blocks);
  const found = all.filter((it) => it.text === text);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    const there = all.map((it) => `"${it.text}"`).join(", ") || "none at all";
    throw new Error(
      `${found.length === 0 ? "there is no button" : "there are several buttons"} "${text}": ${there}`,
    );
  }
  return first;
}

/** The menu that offers this option. */
export function findMenu(blocks: readonly Fields[], wanted: string): Clickable {
  const menus = elementsIn(blocks, (type) => /^(static_select|overflow|radio_buttons)$/.test(type));
  const found = menus.find(({ element }) =>
    optionsOf(element).some((it) => fieldsOf(it["text"])["text"] === wanted || it["value"] === wanted),
  );
  if (found === undefined) {
    throw new Error(`no menu offers "${wanted}"`);
  }
  return found;
}

/** Whether the click goes through: a dialog must be answered, and only a dialog can be. */
export function confirmed(element: Fields, answer: boolean | undefined): boolean {
  const dialog = element["confirm"];
  if (dialog === undefined && answer !== undefined) {
    throw new Error("this button has no confirm dialog");
  }
  if (dialog !== undefined && answer === undefined) {
    const { title, text } = fieldsOf(dialog);
    throw new Error(`this button asks first: ${fieldsOf(title)["text"]} ${fieldsOf(text)["text"]}`);
  }
  return answer ?? true;
}
