import { deadlines } from "../config/deadlines.ts";
import { fullRef, gitIsAncestor, gitIsShallow, gitLeftRight } from "../nix/commands.ts";
import type { Shell } from "../remote/shell.ts";

/** How one commit stands to the one that runs. */
export type Ancestry =
  | { readonly kind: "same" }
  | { readonly kind: "ahead" | "behind"; readonly commits: number }
  /** Each has commits that the other has not: `lost` run now, `added` would come. */
  | { readonly kind: "diverged"; readonly lost: number; readonly added: number }
  | { readonly kind: "unknown"; readonly why: string };

export interface AncestryOf {
  readonly ancestry: Ancestry;
  /** What runs is in no trusted ref, or not any more. */
  readonly isRetracted: boolean;
}

export interface AncestryRequest {
  readonly builder: Shell;
  readonly repository: string;
  readonly trustedRefs: readonly string[];
  readonly signal?: AbortSignal;
}

/** `running` is what the system says: a revision, perhaps with `-dirty`, or nothing. Throws where the builder does not answer. */
export async function readAncestry(
  request: AncestryRequest,
  running: string | null,
  revision: string | null,
): Promise<AncestryOf> {
  const from = /^([0-9a-f]{40})(-dirty)?$/.exec(running ?? "")?.[1];
  if (from === undefined) {
    return unknown("the system that runs does not say which revision it was built from");
  }
  if (revision === null) {
    return unknown("uncommitted files have no history");
  }
  if (from === revision) {
    return { ancestry: { kind: "same" }, isRetracted: false };
  }
  const { builder, repository, signal } = request;
  const run = (argv: string[]) => builder.run({ argv, timeout: deadlines.builderCommand, signal });
  const counted = await run(gitLeftRight(repository, from, revision));
  const [, lost = "", added = ""] = /^(\d+)\s+(\d+)\s*$/.exec(counted.stdout) ?? [];
  if (counted.exitCode !== 0 || lost === "") {
    const why = `the builder's repository does not have ${from.slice(0, 7)}, which runs: it was retracted, or never pushed`;
    return { ancestry: { kind: "unknown", why }, isRetracted: true };
  }
  const ancestry = ancestryOf(Number(lost), Number(added));
  // The history of such a clone ends somewhere, so that two commits on one line look diverged.
  if (ancestry.kind === "diverged" && (await run(gitIsShallow(repository))).stdout.trim() === "true") {
    return unknown("the builder's clone is shallow");
  }
  return { ancestry, isRetracted: !(await isInAny(request, from)) };
}

async function isInAny({ builder, repository, trustedRefs, signal }: AncestryRequest, revision: string) {
  for (const ref of trustedRefs) {
    const exit = await builder.run({
      argv: gitIsAncestor(repository, revision, fullRef(ref, true)),
      timeout: deadlines.builderCommand,
      signal,
    });
    if (exit.exitCode === 0) {
      return true;
    }
  }
  return false;
}

function ancestryOf(lost: number, added: number): Ancestry {
  if (lost === 0 && added === 0) {
    return { kind: "same" };
  }
  return lost === 0
    ? { kind: "ahead", commits: added }
    : added === 0
      ? { kind: "behind", commits: lost }
      : { kind: "diverged", lost, added };
}

function unknown(why: string): AncestryOf {
  return { ancestry: { kind: "unknown", why }, isRetracted: false };
}

/** Such as `older code than what runs: 3 commits behind abc1234`. */
export function ancestryText({ ancestry, isRetracted }: AncestryOf, running: string | null): string {
  const runs = (running ?? "").slice(0, 7);
  const dirty = running?.endsWith("-dirty") === true ? ", with uncommitted files" : "";
  const retracted =
    isRetracted && ancestry.kind !== "unknown" ? "; what runs is in no trusted ref (any more)" : "";
  switch (ancestry.kind) {
    case "same":
      return `the code that runs (${runs}${dirty})`;
    case "ahead":
      return `${commits(ancestry.commits)} ahead of what runs (${runs}${dirty})${retracted}`;
    case "behind":
      return `older code than what runs: ${commits(ancestry.commits)} behind ${runs}${dirty}${retracted}`;
    case "diverged":
      return `diverged from what runs (${runs}${dirty}): takes back ${commits(ancestry.lost)} that ${ancestry.lost === 1 ? "runs" : "run"}, and brings ${commits(ancestry.added)}${retracted}`;
    case "unknown":
      return `how it stands to what runs is not known: ${ancestry.why}`;
  }
}

/** The same from the host's side, in a word or two: how what runs stands to the fleet's ref. */
export function driftText({ ancestry, isRetracted }: AncestryOf, revision: string): string {
  const to = revision.slice(0, 7);
  const retracted = isRetracted ? ", retracted" : "";
  switch (ancestry.kind) {
    case "same":
      return "up to date";
    case "ahead":
      return `${commits(ancestry.commits)} behind ${to}${retracted}`;
    case "behind":
      return `${commits(ancestry.commits)} ahead of ${to}${retracted}`;
    case "diverged":
      return `diverged from ${to} (${ancestry.lost} of its own, ${ancestry.added} missing)${retracted}`;
    case "unknown":
      return `differs from ${to}${isRetracted ? ", retracted or never pushed" : ""}`;
  }
}

export function isOlder({ ancestry }: AncestryOf): boolean {
  return ancestry.kind === "behind" || ancestry.kind === "diverged";
}

function commits(count: number): string {
  return `${count} commit${count === 1 ? "" : "s"}`;
}
