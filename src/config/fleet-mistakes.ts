import type { Document, LineCounter, YAMLError } from "yaml";
import { isMap, isScalar } from "yaml";
import type { z } from "zod";
import { didYouMean } from "../words/did-you-mean.ts";

/** The mistakes of fleet.yaml in our own words: where, what, and what to write. */

export interface Mistake {
  readonly path: readonly PropertyKey[];
  /** The key itself is wrong, not what stands behind it. */
  readonly key?: string;
  readonly text: string;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text: put it in quotes, such as "text"',
  number: "a number, such as 2",
  int: "a whole number, such as 2",
  boolean: "true or false: write one of them without quotes",
  array: "a list: write [one, two]",
  object: "a group of settings: write each on a line of its own, indented, as name: value",
  record: "a group of names: write each on a line of its own, indented, as name: value",
};

/** `keysAt` gives the settings that may stand at a place. */
export function mistakesOf(
  issue: z.core.$ZodIssue,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): Mistake[] {
  const { path } = issue;
  const one = (text: string): Mistake[] => [{ path, text }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => {
        const known = keysAt(path);
        const near = didYouMean(key, known);
        const help = near === "" ? ` Take it out; what may stand here: ${known.join(", ")}.` : near;
        return { path, key, text: `there is no setting ${JSON.stringify(key)} here.${help}` };
      });
    case "invalid_type":
      return one(`is not ${kinds[issue.expected] ?? "what can stand here: see fleet.example.yaml"}`);
    case "invalid_value":
      return one(`is none of ${issue.values.map(String).join(", ")}: write one of them`);
    case "too_small":
      return one(
        issue.origin === "array" || issue.origin === "string"
          ? "is empty: write at least one, or take the setting out"
          : `is less than ${issue.minimum}: write a number from there on`,
      );
    case "too_big":
      return one(
        issue.origin === "array"
          ? `has more than ${issue.maximum} entries: take some out`
          : issue.origin === "string"
            ? `is longer than ${issue.maximum} characters: shorten it`
            : `is more than ${issue.maximum}: write a number up to that`,
      );
    case "invalid_key": {
      const why = issue.issues[0]?.message ?? "is no name";
      return [{ path, key: String(path.at(-1)), text: `${why}: letters, digits, dashes and dots` }];
    }
    case "invalid_format":
    case "invalid_union":
    case "custom":
      return one(issue.message);
    default:
      return one("is not what can stand here: see fleet.example.yaml");
  }
}

/** What the reader of YAML stumbled over. */
export function yamlMistake(error: YAMLError): string {
  switch (error.code) {
    case "DUPLICATE_KEY":
      return "this setting stands here a second time: keep one of the two";
    case "TAB_AS_INDENT":
      return "a tab indents this line: use spaces";
    default:
      return `this is not YAML: ${(error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "")}. Look at quotes, colons and indentation here`;
  }
}

export function placeText(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}: `;
}

/** Where a mistake stands in the text; of a key that is wrong, where the key stands. */
export function offsetOf(document: Document, { path, key }: Mistake): number | null {
  const places = key === undefined ? [path] : [path, path.slice(0, -1)];
  for (const place of places) {
    const node: unknown = place.length === 0 ? document.contents : document.getIn(place, true);
    const pair =
      key !== undefined && isMap(node)
        ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined;
    if (pair !== undefined && isScalar(pair.key) && pair.key.range) {
      return pair.key.range[0];
    }
  }
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)) {
      return Number(node.range[0]);
    }
  }
  return null;
}
