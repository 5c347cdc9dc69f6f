import type { FleetFile } from "../config/fleet-file.ts";
import { didYouMean } from "../words/did-you-mean.ts";
import { hostNamed } from "./host.ts";

export type Selected =
  | { readonly kind: "hosts"; readonly hosts: readonly string[] }
  | { readonly kind: "mistake"; readonly message: string; readonly help: string };

/** `yoga`, `@server` or `all`, and several of them: the hosts meant, each once, in the order in which they were named. */
export function selectHosts(words: readonly string[], known: readonly string[], fleet: FleetFile): Selected {
  const chosen = new Set<string>();
  for (const word of words) {
    const found = hostsOf(word, known, fleet);
    if (found.length === 0) {
      return word.startsWith("@")
        ? {
            kind: "mistake",
            message: `No host has the tag ${word}.${didYouMean(word.slice(1), tagsOf(known, fleet), "@")}`,
            help: tagsHelp(known, fleet),
          }
        : {
            kind: "mistake",
            message: `There is no host ${JSON.stringify(word)}.${didYouMean(word, [...known, "all"])}`,
            help: `Hosts: ${known.join(", ") || "none"}`,
          };
    }
    for (const host of found) {
      chosen.add(host);
    }
  }
  return { kind: "hosts", hosts: [...chosen] };
}

function hostsOf(word: string, known: readonly string[], fleet: FleetFile): readonly string[] {
  if (word === "all") {
    return known;
  }
  return word.startsWith("@")
    ? known.filter((host) => hostNamed(fleet, host).tags.includes(word.slice(1)))
    : known.filter((host) => host === word);
}

function tagsOf(known: readonly string[], fleet: FleetFile): readonly string[] {
  return [...new Set(known.flatMap((host) => hostNamed(fleet, host).tags))];
}

function tagsHelp(known: readonly string[], fleet: FleetFile): string {
  const tags = tagsOf(known, fleet);
  return tags.length === 0
    ? "fleet.yaml gives no host a tag."
    : `Tags: ${tags.map((tag) => `@${tag}`).join(", ")}`;
}
