import { z } from "zod";
import { deadlines } from "../config/deadlines.ts";
import * as commands from "../nix/commands.ts";
import { dirtyRef } from "../nix/flake.ts";
import { hintFor } from "../nix/hints.ts";
import { lastLines, mustRun, type Shell } from "../remote/shell.ts";
import { PhaseError } from "./context.ts";
import type { Deployment } from "./deployment.ts";

/** Which code a run builds: one revision for all its hosts. */
export interface Source {
  /** 40 hex digits; null for the working tree as it is. */
  readonly revision: string | null;
  readonly commit: Deployment["commit"];
  /** The revision is in one of the trusted refs. */
  readonly isTrusted: boolean;
  readonly hosts: readonly string[];
  readonly warnings: readonly string[];
}

export interface SourceRequest {
  readonly builder: Shell;
  readonly repository: string;
  readonly ref: string;
  readonly trustedRefs: readonly string[];
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Fetches, pins the ref to a revision, sees whether it is trusted and its files parse, and lists its hosts. */
export async function openSource(request: SourceRequest): Promise<Source> {
  const { ref, say } = request;
  const isDirty = ref === dirtyRef;
  const warnings: string[] = [];
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
  const commit = revision === null ? null : await describe(request, revision);
  await checkSyntax(request, revision);
  const hosts = await listHosts(request, revision);
  return { revision, commit, isTrusted, hosts, warnings };
}

async function fetchOrigin(
  { builder, repository, signal, say }: SourceRequest,
  warnings: string[],
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
  const fetched = await builder.run({
    argv: commands.gitFetch(repository),
    timeout: deadlines.gitFetch,
    signal,
  });
  if (fetched.exitCode !== 0) {
    const why = lastLines(fetched.stderr, 1)[0] ?? `exit ${fetched.exitCode}`;
    say(`git fetch: ${why}`);
    warnings.push(`git fetch did not work, so this may not be the newest: ${why}`);
  }
}

async function resolveRef(request: SourceRequest, ref: string): Promise<string> {
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

async function isInTrustedRef(request: SourceRequest, revision: string | null): Promise<boolean> {
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

async function describe(
  { builder, repository, signal }: SourceRequest,
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

async function checkSyntax(
  { builder, repository, signal, say }: SourceRequest,
  revision: string | null,
): Promise<void> {
  const metadata = await builder.run({
    argv: commands.flakeMetadata(repository, revision),
    timeout: deadlines.evaluate,
    signal,
  });
  const path =
    metadata.exitCode === 0 ? metadataSchema.safeParse(parseJson(metadata.stdout)).data?.path : undefined;
  if (path === undefined) {
    const lines = lastLines(metadata.stderr, 12);
    throw new PhaseError(
      "there is no flake to read at this revision",
      hintFor(lines) ?? "Is flake.nix there, and committed?",
      lines,
    );
  }
  say("parsing every .nix file");
  const parsed = await builder.run({
    argv: commands.parseNixFiles(path),
    timeout: deadlines.evaluate,
    signal,
  });
  if (parsed.exitCode !== 0) {
    const lines = lastLines(parsed.stderr.replaceAll(`${path}/`, ""), 12);
    throw new PhaseError(
      "a .nix file has a syntax error",
      "Mend the line that is shown, commit, and ask again.",
      lines,
    );
  }
}

const metadataSchema = z.object({ path: z.string().startsWith("/nix/store/") });

/** The hosts of the flake, without evaluating any of them. */
async function listHosts(
  { builder, repository, signal }: SourceRequest,
  revision: string | null,
): Promise<string[]> {
  const exit = await builder.run({
    argv: commands.listHosts(repository, revision),
    timeout: deadlines.evaluate,
    signal,
  });
  const hosts = exit.exitCode === 0 ? z.array(z.string()).safeParse(parseJson(exit.stdout)).data : undefined;
  if (hosts === undefined) {
    const lines = lastLines(exit.stderr, 12);
    throw new PhaseError("the flake's nixosConfigurations cannot be read", hintFor(lines), lines);
  }
  return hosts;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function explained(error: unknown, help: string): PhaseError {
  return error instanceof PhaseError
    ? error
    : new PhaseError(error instanceof Error ? error.message : String(error), help, [], { cause: error });
}
