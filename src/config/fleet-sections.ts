import { parse } from "yaml";

/** The sections of fleet.yaml that say who may do what, and under which rules. */
const guarded = ["roles", "people", "hosts", "defaults"] as const;
export type Section = (typeof guarded)[number];

/** The guarded sections that have something in them. Text that is no map has none. */
export function sectionsIn(text: string): ReadonlySet<Section> {
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    return new Set();
  }
  return new Set(guarded.filter((name) => hasEntries(content, name)));
}

function hasEntries(content: unknown, name: Section): boolean {
  if (typeof content !== "object" || content === null || !(name in content)) {
    return false;
  }
  const section: unknown = Reflect.get(content, name);
  return typeof section === "object" && section !== null && Object.keys(section).length > 0;
}

/**
 * Why a change may not come into force while the bot runs; null where it may. A section that is gone would put every rule in it
 * at its default, and a file that an editor has only half written looks just like that.
 */
export function lossOf(before: ReadonlySet<Section>, after: ReadonlySet<Section>): string | null {
  const lost = [...before].filter((name) => !after.has(name));
  return lost.length === 0
    ? null
    : `${lost.join(", ")} ${lost.length === 1 ? "is" : "are"} gone or empty, which would drop the rules there: restart the bot if that is meant`;
}
