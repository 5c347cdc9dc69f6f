import { type Block, heading, list, text } from "../chat/blocks.ts";
import type { Change, CommitLine } from "../deploy/change-log.ts";

const mostPackages = 30;

/** What each good deployment changed, the newest first. */
export function changeLogBlocks(host: string, changes: readonly Change[]): Block[] {
  return changes.length === 0
    ? [text(`Nothing has been deployed to ${host} yet.`)]
    : [heading(`Changes of ${host}`), ...changes.flatMap(changeBlocks)];
}

function changeBlocks({ deployment, commits, takenBack, isCut }: Change): Block[] {
  const { diff, id, mode, requestedBy, reason, generation, toGeneration, isForward, outcome } = deployment;
  const when = (deployment.finishedAt ?? deployment.createdAt).slice(0, 16).replace("T", " ");
  const what =
    mode === "rollback"
      ? `${isForward === true ? "deployed" : "went back to"} generation ${toGeneration ?? "?"}`
      : `generation ${generation ?? "?"}${mode === "boot" ? ", for the next boot" : ""}`;
  const parts = [
    `${when} UTC`,
    what,
    requestedBy.name,
    ...(reason === null ? [] : [`“${reason}”`]),
    ...(outcome === "deployed-degraded" ? ["degraded"] : []),
    id,
  ];
  const more = diff.length - mostPackages;
  const packages = diff
    .slice(0, mostPackages)
    .map(({ name, before, after, size }) =>
      before === "" && after === "" ? `${name} ${size}` : `${name} ${before} → ${after}`.trim(),
    );
  return [
    text(parts.join(" · "), outcome === "deployed-degraded" ? "warning" : "good"),
    ...commitList("Commits", commits),
    ...commitList("Taken back", takenBack),
    ...(isCut
      ? [text(`… more than ${Math.max(commits.length, takenBack.length)} commits, see the repository.`)]
      : []),
    ...(packages.length === 0
      ? []
      : [list("Packages", more > 0 ? [...packages, `… ${more} more`] : packages, true)]),
  ];
}

function commitList(title: string, commits: readonly CommitLine[]): Block[] {
  return commits.length === 0
    ? []
    : [
        list(
          title,
          commits.map(({ revision, subject }) => `${revision.slice(0, 7)} ${subject}`),
        ),
      ];
}
