import { isMap, LineCounter, parseDocument } from "yaml";
import { didYouMean } from "../words/did-you-mean.ts";
import { offsetOf, placeText } from "./fleet-mistakes.ts";

/** The hosts of the flake at a ref, which has to have all of `names`; null where nobody can say now. */
export type AskHosts = (ref: string, names: readonly string[]) => Promise<readonly string[] | null>;

/** A host of fleet.yaml that the flake lacks. */
export interface UnknownHost {
  readonly name: string;
  /** It has settings of its own, which therefore hold for no machine. */
  readonly hasRules: boolean;
  /** With line and column, and what may have been meant. */
  readonly text: string;
}

/** The text has no other mistakes. */
export function unknownHosts(text: string, known: readonly string[], ref: string): UnknownHost[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const hosts: unknown = document.get("hosts");
  return namesIn(text)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const settings: unknown = isMap(hosts) ? hosts.get(name) : null;
      const rules = isMap(settings) ? settings.items.map(({ key }) => String(key)) : [];
      const offset = offsetOf(document, { path: ["hosts", name], key: name, text: "" });
      const where = offset === null ? "" : placeText(lines, offset);
      const what = rules.length === 0 ? "" : `, so ${rules.join(", ")} would hold for no machine`;
      const help =
        didYouMean(name, known) || ` Correct the name, or take it out; hosts: ${known.join(", ")}.`;
      return {
        name,
        hasRules: rules.length > 0,
        text: `${where}hosts.${name}: the flake has no such host at ${ref}${what}.${help}`,
      };
    });
}

export function namesIn(text: string): string[] {
  const hosts: unknown = parseDocument(text).get("hosts");
  return isMap(hosts) ? hosts.items.map(({ key }) => String(key)) : [];
}
