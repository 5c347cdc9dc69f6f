import { deadlines } from "../config/deadlines.ts";
import * as commands from "../nix/commands.ts";
import { dirtyRef } from "../nix/flake.ts";
import { lastLines, mustRun, type Shell, ShellError } from "../remote/shell.ts";
import { PhaseError } from "./context.ts";
import type { Deployment } from "./deployment.ts";

/** Where the revisions are, and which refs are trusted. */
export interface RevisionRequest {
  readonly builder: Shell;
  readonly repository: string;
  readonly trustedRefs: readonly string[];
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export interface Revision {
  /** 40 hex digits; null for the working tree as it is. */
  readonly revision: string | null;
  /** The revision is in one of the trusted refs. */
  readonly isTrusted: boolean;
}

/** Fetches, and pins a ref to its revision. */
export async function openRevision(
  request: RevisionRequest,
  ref: string,
  warnings: string[],
): Promise<Revision> {
  const { say } = request;
  const isDirty = ref === dirtyRef;
  if (!isDirty) {
    await fetchOrigin(request, warnings);
  }
  const revision = isDirty ? null : await resolveRef(request, ref);
  say(revision === null ? "taking the working tree as it is" : `${ref} is ${revision}`);
  const isTrusted = await isInTrustedRef(request, revision);
  if (!isTrusted) {
    warnings.push(
      isDirty
        ? "built from uncommitted files on the builder"
        : `this revision is not in ${request.trustedRefs.join(", ")}`,
    );
  }
  return { revision, isTrusted };
}

/**
 * Whether a revision is in a trusted ref now. Throws where the builder does not answer. Where only the fetch fails the refs
 * as last fetched count, and `warnings` says so.
 */
export async function readTrust(
  request: RevisionRequest,
  revision: string,
): Promise<{ readonly isTrusted: boolean; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  await fetchOrigin(request, warnings, deadlines.trustFetch);
  return { isTrusted: await isInTrustedRef(request, revision), warnings };
}

async function fetchOrigin(
  { builder, repository, signal, say }: RevisionRequest,
  warnings: string[],
  timeout: number = deadlines.gitFetch,
): Promise<void> {
  const remotes = await mustRun(builder, `looking at ${repository}`, {
    argv: commands.gitRemotes(repository),
    timeout: deadlines.builderCommand,
    signal,
  }).catch((error: unknown) => {
    throw explained(
      error,
      `The builder has no git repository at ${repository}: clone it there, or set SWITCHYARD_FLAKE.`,
    );
  });
  if (!remotes.stdout.split("\n").includes("origin")) {
    return;
  }
  say("git fetch");
  const fetched = await builder
    .run({ argv: commands.gitFetch(repository), timeout, signal })
    .catch((error: unknown) => {
      if (error instanceof ShellError && error.failure === "timeout") {
        return { exitCode: 124, stderr: `no end within ${timeout / 1000} s` };
      }
      throw error;
    });
  if (fetched.exitCode !== 0) {
    const why = lastLines(fetched.stderr, 1)[0] ?? `exit ${fetched.exitCode}`;
    say(`git fetch: ${why}`);
    warnings.push(`git fetch did not work, so this may not be the newest: ${why}`);
  }
}

async function resolveRef(request: RevisionRequest, ref: string): Promise<string> {
  const { builder, repository, signal } = request;
  const exit = await builder.run({
    argv: commands.gitResolve(repository, commands.fullRef(ref, request.trustedRefs.includes(ref))),
    timeout: deadlines.builderCommand,
    signal,
  });
  const revision = exit.stdout.trim();
  if (exit.exitCode !== 0 || !/^[0-9a-f]{40}$/.test(revision)) {
    throw new PhaseError(
      `${repository} has no ref ${ref}`,
      "Push it, or check the spelling: a branch is origin/NAME.",
    );
  }
  return revision;
}

async function isInTrustedRef(request: RevisionRequest, revision: string | null): Promise<boolean> {
  if (revision === null) {
    return false;
  }
  for (const trusted of request.trustedRefs) {
    const exit = await request.builder.run({
      argv: commands.gitIsAncestor(request.repository, revision, commands.fullRef(trusted, true)),
      timeout: deadlines.builderCommand,
      signal: request.signal,
    });
    if (exit.exitCode === 0) {
      return true;
    }
  }
  return false;
}

/** The commit of a revision, in words. */
export async function describe(
  { builder, repository, signal }: RevisionRequest,
  revision: string,
): Promise<Deployment["commit"]> {
  const exit = await mustRun(builder, `reading commit ${revision}`, {
    argv: commands.gitDescribe(repository, revision),
    timeout: deadlines.builderCommand,
    signal,
  });
  const [subject = "", author = "", date = ""] = exit.stdout.trimEnd().split("\0");
  return { subject, author, date };
}

function explained(error: unknown, help: string): PhaseError {
  return error instanceof PhaseError
    ? error
    : new PhaseError(error instanceof Error ? error.message : String(error), help, [], { cause: error });
}
