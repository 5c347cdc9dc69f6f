import { z } from "zod";
import { deadlines } from "../config/deadlines.ts";
import * as commands from "../nix/commands.ts";
import { type FlakeInput, readFlakeInputs } from "../nix/flake-inputs.ts";
import { hintFor, knownError } from "../nix/hints.ts";
import { unlockedInputs as findUnlocked, readFlakeSeen, unlockedText } from "../nix/locked-inputs.ts";
import { brokenText, parseNixFiles, readBrokenFiles } from "../nix/syntax.ts";
import { lastLines } from "../remote/shell.ts";
import { PhaseError } from "./context.ts";
import type { Deployment } from "./deployment.ts";
import { checked, finding, type Note } from "./findings.ts";
import { describe, openRevision, type Revision, type RevisionRequest } from "./revision.ts";

/** Which code a run builds: one revision for all its hosts. */
export interface Source extends Revision {
  readonly commit: Deployment["commit"];
  readonly hosts: readonly string[];
  readonly warnings: readonly string[];
  /** The store path of its files. */
  readonly path: string;
  /** The oldest first. */
  readonly inputs: readonly FlakeInput[];
}

export interface SourceRequest extends RevisionRequest {
  readonly ref: string;
  readonly unlockedInputs: commands.UnlockedInputs;
  /** Told of each check, where somebody wants to see them. */
  readonly note?: Note;
}

/** Fetches, pins the ref to a revision, sees whether it is trusted and its files parse, and lists its hosts. */
export async function openSource(request: SourceRequest): Promise<Source> {
  const { ref } = request;
  const note = request.note ?? (async () => {});
  const warnings: string[] = [];
  const found = await checked(
    note,
    "flake",
    async () => {
      const { revision, isTrusted } = await openRevision(request, ref, warnings);
      const commit = revision === null ? null : await describe(request, revision);
      await checkLocks(request, revision, warnings);
      return { revision, isTrusted, commit, ...(await readMetadata(request, revision)) };
    },
    ({ revision, commit }) =>
      revision === null
        ? "the working tree as it is"
        : `${ref} is ${revision.slice(0, 7)}: ${commit?.subject}`,
  );
  await checkSyntax(request, found.path, warnings);
  const hosts = await listHosts(request, found.revision);
  return { ...found, hosts, warnings };
}

/** The hosts of a ref, without a look at anything else in it. */
export async function hostsAt(request: SourceRequest): Promise<readonly string[]> {
  const { revision } = await openRevision(request, request.ref, []);
  await checkLocks(request, revision, []);
  return listHosts(request, revision);
}

async function readMetadata(
  { builder, repository, signal, unlockedInputs }: SourceRequest,
  revision: string | null,
): Promise<Pick<Source, "path" | "inputs">> {
  const metadata = await builder.run({
    argv: commands.flakeMetadata(repository, revision, unlockedInputs),
    timeout: deadlines.evaluate,
    signal,
  });
  const json = metadata.exitCode === 0 ? parseJson(metadata.stdout) : undefined;
  const path = metadataSchema.safeParse(json).data?.path;
  if (path === undefined) {
    const lines = lastLines(metadata.stderr, 12);
    throw new PhaseError(
      `the flake cannot be read at this revision${errorIn(lines)}`,
      hintFor(lines) ?? "Is flake.nix there, and committed?",
      lines,
    );
  }
  return { path, inputs: readFlakeInputs(json) };
}

/** What flake.lock does not pin is another thing tomorrow, so it cannot be what somebody approves. */
async function checkLocks(
  { builder, repository, signal, unlockedInputs }: SourceRequest,
  revision: string | null,
  warnings: string[],
): Promise<void> {
  const exit = await builder.run({
    argv: commands.readInputs(repository, revision),
    timeout: deadlines.evaluate,
    signal,
  });
  const seen = exit.exitCode === 0 ? readFlakeSeen(exit.stdout) : null;
  if (seen === null) {
    const lines = lastLines(exit.stderr, 12);
    throw new PhaseError(
      `the flake cannot be read at this revision${errorIn(lines)}`,
      hintFor(lines) ?? "Is flake.nix there, and committed?",
      lines,
      { diagnosis: knownError(exit.stderr.split("\n")) },
    );
  }
  const unlocked = findUnlocked(seen);
  if (unlocked.length === 0) {
    return;
  }
  const text = `flake.lock does not pin all inputs: ${unlockedText(unlocked)}`;
  if (unlockedInputs === "refuse") {
    throw new PhaseError(
      text,
      "Run `nix flake lock` in the repository, commit flake.lock, and push. With `defaults.unlockedInputs: allow` in fleet.yaml such a revision is built, with a warning.",
    );
  }
  warnings.push(`${text}. They are looked up at each evaluation, and may be others the next time`);
}

/** The last word of Nix's on what went wrong, for one sentence. */
function errorIn(lines: readonly string[]): string {
  const line = lines.findLast((text) => /^\s*error:\s*\S/.test(text));
  return line === undefined ? "" : `: ${line.replace(/^\s*error:\s*/, "")}`;
}

/** A broken file harms only a host that reads it, whose own evaluation then says so. */
async function checkSyntax(
  { builder, signal, say, note }: SourceRequest,
  path: string,
  warnings: string[],
): Promise<void> {
  say("parsing every .nix file");
  const parsed = await builder.run({ argv: parseNixFiles(path), timeout: deadlines.evaluate, signal });
  const broken = readBrokenFiles(parsed.stdout, path);
  if (parsed.exitCode === 0 && broken.length === 0) {
    await note?.(finding("syntax", "ok", "every .nix file parses"));
    return;
  }
  const why =
    parsed.exitCode === 0
      ? brokenText(broken)
      : `could not be checked: ${lastLines(parsed.stderr, 1)[0] ?? `exit ${parsed.exitCode}`}`;
  if (note === undefined) {
    warnings.push(why);
  } else {
    await note(finding("syntax", "warning", why, "Only a host that reads one of them cannot be built."));
  }
}

const metadataSchema = z.object({ path: z.string().startsWith("/nix/store/") });

/** The hosts of the flake, without evaluating any of them. */
async function listHosts(
  { builder, repository, signal, unlockedInputs }: SourceRequest,
  revision: string | null,
): Promise<string[]> {
  const exit = await builder.run({
    argv: commands.listHosts(repository, revision, unlockedInputs),
    timeout: deadlines.evaluate,
    signal,
  });
  const hosts = exit.exitCode === 0 ? z.array(z.string()).safeParse(parseJson(exit.stdout)).data : undefined;
  if (hosts === undefined) {
    const lines = lastLines(exit.stderr, 12);
    throw new PhaseError(
      `the flake's nixosConfigurations cannot be read${errorIn(lines)}`,
      hintFor(lines) ?? "Correct what Nix names, commit, and push.",
      lines,
    );
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
