import pLimit from "p-limit";
import { deadlines } from "../config/deadlines.ts";
import { gitSubjects } from "../nix/commands.ts";
import type { Deployment } from "./deployment.ts";
import { refuseUnknownHost } from "./inventory.ts";
import { madeGeneration } from "./modes.ts";
import type { EngineParts } from "./parts.ts";
import type { Refusal } from "./requests.ts";

export interface CommitLine {
  readonly revision: string;
  readonly subject: string;
}

/** What one good deployment brought to its host. */
export interface Change {
  readonly deployment: Deployment;
  /** The newest first. */
  readonly commits: readonly CommitLine[];
  /** Where it went back: what the host has no longer. */
  readonly takenBack: readonly CommitLine[];
  /** There were more than are here. */
  readonly isCut: boolean;
}

/** Commits of one deployment that are read. */
const mostCommits = 20;
/** Deployments of a host that are looked through for good ones. */
const mostPast = 500;
const atOnce = 4;

/** The change log of a host, the newest first: what each good deployment changed against the one before. */
export async function changesOf(
  parts: EngineParts,
  host: string,
  limit: number,
): Promise<readonly Change[] | Refusal> {
  const refusal = await refuseUnknownHost(parts, host);
  if (refusal !== null) {
    return refusal;
  }
  const good = (await parts.store.deployments({ host, limit: mostPast })).filter(madeGeneration);
  const slots = pLimit(atOnce);
  return Promise.all(
    good.slice(0, limit).map((deployment, index) => {
      const older = good.slice(index + 1);
      return slots(() => changeOf(parts, deployment, older));
    }),
  );
}

async function changeOf(
  parts: EngineParts,
  deployment: Deployment,
  older: readonly Deployment[],
): Promise<Change> {
  const now = revisionOf(deployment, older);
  const [before] = older;
  const was = before === undefined ? null : revisionOf(before, older.slice(1));
  const known: Change = { deployment, commits: storedCommit(deployment), takenBack: [], isCut: false };
  if (now === null || was === null || now === was) {
    return now !== null && now === was ? { ...known, commits: [] } : known;
  }
  try {
    const [commits, takenBack] = await Promise.all([subjects(parts, was, now), subjects(parts, now, was)]);
    return {
      deployment,
      commits: commits.slice(0, mostCommits),
      takenBack: takenBack.slice(0, mostCommits),
      isCut: commits.length > mostCommits || takenBack.length > mostCommits,
    };
  } catch (error) {
    // The builder may be away, and old revisions gone from its clone.
    parts.log.debug({ err: error, deployment: deployment.id }, "reading the commits of a deployment");
    return known;
  }
}

/** A roll back has no revision of its own: it is that of the deployment that brought the same system. */
function revisionOf(deployment: Deployment, older: readonly Deployment[]): string | null {
  return (
    deployment.revision ??
    older.find(({ toplevel, revision }) => revision !== null && toplevel === deployment.toplevel)?.revision ??
    null
  );
}

function storedCommit({ revision, commit }: Deployment): CommitLine[] {
  return revision === null || commit === null ? [] : [{ revision, subject: commit.subject }];
}

async function subjects(parts: EngineParts, from: string, to: string): Promise<CommitLine[]> {
  const exit = await parts.shells.builder.run({
    argv: gitSubjects(parts.settings.flake, from, to, mostCommits + 1),
    timeout: deadlines.hostLook,
  });
  if (exit.exitCode !== 0) {
    throw new Error(`git log of ${from}..${to} ended with ${exit.exitCode}: ${exit.stderr.trim()}`);
  }
  return exit.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [revision = "", subject = ""] = line.split("\0");
      return { revision, subject: parts.redact.text(subject) };
    });
}
