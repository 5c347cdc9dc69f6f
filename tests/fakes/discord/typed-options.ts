import { ApplicationCommandOptionType as Type } from "discord.js";
import { compact, type Fields, fieldsOf, lengthOf, listOf, textOf } from "../slack/json.ts";

export type OptionValue = string | number | boolean;
export type Options = Readonly<Record<string, OptionValue>>;

/** What somebody typed, as it goes into the payload; and the ids that the values name. */
export interface Typed {
  readonly options: readonly Fields[];
  readonly ids: readonly string[];
}

/** The option that is being typed, of a completion: only it has to be there, and it may be unfinished. */
type Focused = string | undefined;

const named: readonly number[] = [Type.User, Type.Channel, Type.Role, Type.Mentionable];

/**
 * Puts typed values into the shape of the payload, and throws where Discord's own clients would not let them through.
 * `path` is what follows the command's name: a subcommand, or a group and its subcommand.
 */
export function typed(specs: unknown, path: readonly string[], values: Options, focused?: Focused): Typed {
  const known = listOf(specs).map(fieldsOf);
  const [first, ...rest] = path;
  if (first !== undefined) {
    const sub = known.find((it) => it["name"] === first && isSub(it));
    if (sub === undefined) {
      throw new Error(`there is no subcommand ${first}`);
    }
    const inner = typed(sub["options"], rest, values, focused);
    return { options: [{ type: sub["type"], name: first, options: inner.options }], ids: inner.ids };
  }
  if (known.some(isSub)) {
    throw new Error(`a subcommand has to follow: ${known.map((it) => it["name"]).join(", ")}`);
  }
  for (const name of Object.keys(values)) {
    if (!known.some((it) => it["name"] === name)) {
      throw new Error(`there is no option ${name}; there are ${known.map((it) => it["name"]).join(", ")}`);
    }
  }
  const missing = known.find((it) => it["required"] === true && values[String(it["name"])] === undefined);
  if (missing !== undefined && focused === undefined) {
    throw new Error(`the option ${String(missing["name"])} has to be given`);
  }
  const given = known.filter((it) => values[String(it["name"])] !== undefined);
  return {
    options: given.map((spec) => {
      const name = String(spec["name"]);
      const value = values[name];
      const isFocused = name === focused;
      if (!isFocused) {
        checkValue(spec, value);
      }
      return compact({ type: spec["type"], name, value, focused: isFocused || undefined });
    }),
    ids: given
      .filter((it) => named.includes(Number(it["type"])))
      .map((it) => String(values[String(it["name"])])),
  };
}

function isSub({ type }: Fields): boolean {
  return type === Type.Subcommand || type === Type.SubcommandGroup;
}

function checkValue(spec: Fields, value: OptionValue | undefined): void {
  const { name, type, choices, min_length, max_length, min_value, max_value } = spec;
  const isFit = fits(Number(type), value);
  if (!isFit) {
    throw new Error(`the option ${String(name)} takes no ${JSON.stringify(value)}`);
  }
  const offered = listOf(choices).map((it) => fieldsOf(it)["value"]);
  if (offered.length > 0 && !offered.includes(value)) {
    throw new Error(`the option ${String(name)} offers only ${offered.join(", ")}`);
  }
  const size = typeof value === "string" ? lengthOf(value) : Number(value);
  const [least, most] = typeof value === "string" ? [min_length, max_length] : [min_value, max_value];
  if (typeof value !== "boolean" && (size < Number(least ?? -Infinity) || size > Number(most ?? Infinity))) {
    throw new Error(`the option ${String(name)} takes ${String(least)} to ${String(most)}, not ${size}`);
  }
}

function fits(type: number, value: OptionValue | undefined): boolean {
  switch (type) {
    case Type.Boolean:
      return typeof value === "boolean";
    case Type.Integer:
      return Number.isInteger(value);
    case Type.Number:
      return typeof value === "number";
    case Type.String:
      // Discord's clients take no more than this, whatever the option says.
      return typeof value === "string" && value !== "" && lengthOf(value) <= 6000;
    default:
      return /^\d+$/.test(textOf(value) ?? "");
  }
}
