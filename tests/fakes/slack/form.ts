import { compact, type Fields, fieldsOf, listOf, textOf } from "./json.ts";
import { optionsOf } from "./reading.ts";

/** What a person fills in, by the label, the action_id or the block_id of each input. */
export type Filled = Readonly<Record<string, string | readonly string[]>>;

/** The `state.values` of a filled in form. Throws where Slack would not let the person submit it. */
export function fillIn(blocks: readonly Fields[], filled: Filled): Fields {
  const unused = new Set(Object.keys(filled));
  const values: Fields = {};
  for (const block of blocks) {
    const element = fieldsOf(block["element"]);
    const actionId = String(element["action_id"]);
    if (block["type"] !== "input") {
      continue;
    }
    const label = String(fieldsOf(block["label"])["text"]);
    const name = [label, actionId, String(block["block_id"])].find((it) => it in filled);
    const given = name === undefined ? undefined : filled[name];
    unused.delete(name ?? "");
    const value = inputValue(element, given);
    if (given === undefined && !hasValue(value) && block["optional"] !== true) {
      throw new Error(`the form cannot be submitted: "${label}" is required`);
    }
    values[String(block["block_id"])] = { [actionId]: value };
  }
  if (unused.size > 0) {
    throw new Error(`the form has no input called ${[...unused].join(", ")}`);
  }
  return values;
}

function hasValue(value: Fields): boolean {
  return Object.entries(value).some(
    ([key, it]) => key !== "type" && it !== null && !(Array.isArray(it) && it.length === 0),
  );
}

/** Menus and pickers keep what was chosen under a key of their own. */
const keyOf: Record<string, string> = {
  datepicker: "selected_date",
  timepicker: "selected_time",
  users_select: "selected_user",
  channels_select: "selected_channel",
  conversations_select: "selected_conversation",
  multi_users_select: "selected_users",
  multi_channels_select: "selected_channels",
};

/** The value of one element: what was given, or what it starts with. */
export function inputValue(element: Fields, given: string | readonly string[] | undefined): Fields {
  const type = String(element["type"]);
  if (type === "static_select" || type === "radio_buttons") {
    const chosen = given === undefined ? element["initial_option"] : option(element, String(given));
    return { type, selected_option: chosen ?? null };
  }
  if (type === "multi_static_select" || type === "checkboxes") {
    const wanted = typeof given === "string" ? [given] : given;
    const chosen = wanted?.map((it) => option(element, it)) ?? listOf(element["initial_options"]);
    return { type, selected_options: chosen };
  }
  const key = keyOf[type] ?? "value";
  return {
    type,
    [key]: given ?? element[key.replace("selected", "initial")] ?? element["initial_value"] ?? null,
  };
}

/** The option with this text or value, as it comes back in a payload. */
export function option(element: Fields, wanted: string): Fields {
  const all = optionsOf(element);
  const found = all.find((it) => fieldsOf(it["text"])["text"] === wanted || it["value"] === wanted);
  if (found === undefined) {
    const texts = all.map((it) => textOf(fieldsOf(it["text"])["text"]));
    throw new Error(`there is no option "${wanted}", only ${texts.join(", ")}`);
  }
  const { text, value, description } = found;
  return compact({ text, value, description });
}

/** The `state.values` of the menus that stand in a message or a home tab. */
export function menuState(blocks: readonly Fields[], chosen: ReadonlyMap<string, Fields>): Fields {
  const values: Record<string, Fields> = {};
  for (const block of blocks) {
    for (const candidate of [block["accessory"], ...listOf(block["elements"])]) {
      const element = fieldsOf(candidate);
      const id = String(element["action_id"]);
      const type = String(element["type"]);
      if (/_select$|^radio_buttons$|^checkboxes$|picker$/.test(type)) {
        const blockId = String(block["block_id"]);
        values[blockId] = { ...values[blockId], [id]: chosen.get(id) ?? inputValue(element, undefined) };
      }
    }
  }
  return values;
}
