import type { Seen } from "./play.ts";
import type { Row } from "./row.ts";

export interface Played {
  readonly row: Row;
  readonly seen: Seen;
  /** Why the row was played a second time; undefined where the first was enough. */
  readonly before?: string;
}

/** docs/faults.md: a table of what was seen, in the order of the rows. */
export function faultsDocument(played: readonly Played[], made: string): string {
  const lines = played.map(({ row, seen }) => {
    const when = row.when === undefined ? row.phase : `${row.phase}: ${row.when}`;
    return `| ${row.fault} | ${when} | ${seen.runs} | ${bootDefault(seen)} | ${seen.outcome} | ${cell(seen.says)} | ${seen.seconds} s |`;
  });
  return `# What happens when

${made}

Every row was played on real machines, and checked there: the host runs the *old* or the *new* system as a whole, with all
its units up, or the *other* one that somebody put there by hand; no supervisor, lock or gc-root is left on it, and nothing
is open in the bot's store. The time counts from the fault (where the system is the fault: from the click) to the end of the record.

| fault | phase | host ends on | boot default | record | it says | took |
|---|---|---|---|---|---|---|
${lines.join("\n")}
${again(played)}`;
}

/** A row that could not be played to its end once is told to have been, with what stood in the way. */
function again(played: readonly Played[]): string {
  const twice = played.flatMap(({ row, before }) =>
    before === undefined
      ? []
      : [`- ${row.fault}, ${row.phase}${row.when === undefined ? "" : `, ${row.when}`}: ${before}`],
  );
  return twice.length === 0
    ? ""
    : `
## Played twice

The first time these could not be played to their end, on these machines of two cores:

${twice.join("\n")}
`;
}

function bootDefault({ profile, entry }: Seen): string {
  return profile === entry ? entry : `${entry} (profile: ${profile})`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
