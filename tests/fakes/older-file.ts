import { readFile } from "node:fs/promises";

/** A file of records as the format before this one had it, to be changed by a test and written again. */
// biome-ignore lint/suspicious/noExplicitAny: what a test changes in it may be anything
export async function olderFile(path: string): Promise<any> {
  const {
    head: _h,
    end: _e,
    months: _m,
    ...sections
  } = JSON.parse(await readFile(path, "utf8"), (key, value) => (key === "crc" ? undefined : value));
  return {
    ...sections,
    version: 1,
    ...(sections.inventory === undefined ? {} : { inventory: sections.inventory.value.is }),
    ...(sections.locks === undefined ? {} : { locks: Object.values(sections.locks) }),
  };
}
