import prettyBytes from "pretty-bytes";
import { type Block, code, links, table, text } from "../chat/blocks.ts";
import type { Deployment, PackageChange } from "../deploy/deployment.ts";

/** What /diff shows: packages, commits, files. */
export function diffBlocks({ comparison, diff, revision }: Deployment): Block[] {
  if (comparison === null) {
    return [];
  }
  const { sizes, unknown, count, commits, files, url, from } = comparison;
  const range = `${from?.slice(0, 7) ?? "?"}…${revision?.slice(0, 7) ?? "?"}`;
  const more = count > commits.length ? ` The newest ${commits.length}:` : "";
  return [
    text(
      `${diff.length} package${diff.length === 1 ? "" : "s"} change.${sizes === null ? "" : ` ${size(sizes.before)} now, ${size(sizes.after)} then.`}`,
    ),
    ...packageTable(diff),
    ...(unknown === null
      ? [text(`${count} commit${count === 1 ? "" : "s"} in ${range}.${more}`)]
      : [text(`The commits are not known: ${unknown}.`, "warning")]),
    ...(commits.length === 0
      ? []
      : [
          links("Commits", [
            ...commits.map((commit) => ({
              text: `${commit.revision.slice(0, 7)} ${commit.isGone ? "(would be taken back) " : ""}${commit.subject} · ${commit.author}, ${commit.date.slice(0, 10)}`,
              url: commit.url,
            })),
          ]),
        ]),
    ...(url === null ? [] : [links("Where they can be read", [{ text: range, url }])]),
    ...(files.length === 0 ? [] : [code("Files", files.join("\n"))]),
  ];
}

const mostPackages = 200;

export function packageTable(diff: readonly PackageChange[]): Block[] {
  const rows = diff
    .slice(0, mostPackages)
    .map(({ name, before, after, size: change }) => [name, before, after, change]);
  const more =
    diff.length > mostPackages ? [["…", `${diff.length - mostPackages} more, see the log`, "", ""]] : [];
  return rows.length === 0 ? [] : [table(["Package", "Now", "Then", "Size"], [...rows, ...more])];
}

function size(bytes: number): string {
  return prettyBytes(bytes, { binary: true, maximumFractionDigits: 1 });
}
