import { deadlines } from "../config/deadlines.ts";
import { trustedRefs } from "../fleet/host.ts";
import { type FindSecrets, findSecrets } from "../logs/find-secrets.ts";
import { addedLineReader } from "../nix/added-lines.ts";
import * as commands from "../nix/commands.ts";
import { inputAges } from "../nix/flake-inputs.ts";
import { readGitStatus } from "../nix/git-status.ts";
import { hintFor } from "../nix/hints.ts";
import { lastLines, mustRun } from "../remote/shell.ts";
import { ancestryText, isOlder, readAncestry } from "./ancestry.ts";
import { type PhaseContext, PhaseError } from "./context.ts";
import { type CheckName, checked, finding } from "./findings.ts";
import type { Source } from "./source.ts";

/** What is worth knowing of the code, and no reason to stop: a warning on the card. */

/** A check that cannot be made is not worth a deployment; that it could not be made is said. */
export async function advise(
  context: PhaseContext,
  name: CheckName,
  check: () => Promise<void>,
): Promise<void> {
  try {
    await check();
  } catch (error) {
    context.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    await context.note(finding(name, "warning", `could not be checked: ${why}`));
  }
}

const mostNamed = 8;

/** What of the builder's clone is not committed. It matters where the working tree itself is built. */
export async function checkWorkingTree(context: PhaseContext, revision: string | null): Promise<void> {
  const { builder, repository, signal } = context;
  const exit = await builder.run({
    argv: commands.gitStatus(repository),
    timeout: deadlines.builderCommand,
    signal,
  });
  // A bare repository has no working tree.
  if (exit.exitCode !== 0) {
    return;
  }
  const { changed, untracked } = readGitStatus(exit.stdout);
  const parts = [
    ...(changed.length === 0 ? [] : [`not committed: ${named(changed)}`]),
    ...(untracked.length === 0 ? [] : [`not known to git: ${named(untracked)}`]),
  ];
  if (parts.length === 0) {
    await context.note(finding("working tree", "ok", "everything on the builder is committed"));
  } else if (revision === null) {
    const help =
      untracked.length === 0
        ? "These changes go to the host. Commit them, so that others can see what it runs."
        : "A flake sees only files that git knows: `git add` what belongs to it, and commit.";
    await context.note(finding("working tree", "warning", parts.join("; "), help));
  } else {
    const count = changed.length + untracked.length;
    const files = `${count} file${count === 1 ? "" : "s"} on the builder`;
    await context.note(
      finding("working tree", "ok", `${files} not committed, and not in what is built: ${parts.join("; ")}`),
    );
  }
}

function named(paths: readonly string[]): string {
  const more = paths.length - mostNamed;
  return `${paths.slice(0, mostNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

export async function checkInputs(context: PhaseContext, { inputs }: Source): Promise<void> {
  const ages = inputAges(inputs, context.clock.now());
  if (ages !== null) {
    await context.note(
      ages.isOld
        ? finding(
            "inputs",
            "warning",
            ages.text,
            "nix flake update brings fixes, those for security among them.",
          )
        : finding("inputs", "ok", ages.text),
    );
  }
}

/** Whether this is newer code than what runs. Older code is deployed on purpose, or by mistake: the card says it. */
export async function checkAncestry(context: PhaseContext, running: string | null): Promise<void> {
  const { builder, repository, fleet, signal } = context;
  const request = { builder, repository, trustedRefs: trustedRefs(fleet), signal };
  const found = await readAncestry(request, running, context.record().revision);
  const text = ancestryText(found, running);
  await context.note(finding("ancestry", isOlder(found) || found.isRetracted ? "warning" : "ok", text));
}

/** Asked for by `--check`, and then a reason to stop. */
export async function runFlakeCheck(context: PhaseContext, revision: string | null): Promise<void> {
  const { builder, repository, signal, log } = context;
  await checked(
    context.note,
    "flake check",
    async () => {
      context.say("nix flake check");
      const exit = await builder.run({
        argv: commands.flakeCheck(repository, revision, context.fleet.defaults.unlockedInputs),
        timeout: deadlines.flakeCheck,
        signal,
        onLine: (line) => log.line(line),
      });
      if (exit.exitCode !== 0) {
        const lines = lastLines(exit.stderr, 20);
        throw new PhaseError(
          "nix flake check failed",
          hintFor(lines) ?? "Mend what it names, or deploy without --check.",
          lines,
        );
      }
    },
    () => "nix flake check passed",
  );
}

/** More than this of a diff is not read, in characters. */
const longestDiff = 20_000_000;
const mostPlaces = 10;

/** Looks at the lines that came between what the host runs and what it shall run. Only places are told. */
export async function checkPlaintextSecrets(
  context: PhaseContext,
  running: string | null,
  find: FindSecrets = findSecrets,
): Promise<void> {
  const { builder, repository, signal } = context;
  const { revision } = context.record();
  if (running === null || running === revision) {
    return;
  }
  const read = addedLineReader();
  const places: string[] = [];
  let length = 0;
  await mustRun(builder, `comparing with ${running.slice(0, 7)}`, {
    argv: commands.gitAdded(repository, running, revision),
    timeout: deadlines.builderCommand,
    signal,
    onLine(line, stream) {
      length += line.length;
      const added = stream === "stdout" && length < longestDiff ? read(line) : null;
      if (added !== null) {
        places.push(...find(added.text).map(({ what }) => `${added.path}:${added.line} (${what})`));
      }
    },
  });
  const since = `since ${running.slice(0, 7)}`;
  const more = places.length - mostPlaces;
  await context.note(
    places.length === 0
      ? finding("plaintext secrets", "ok", `none in what was added ${since}`)
      : finding(
          "plaintext secrets",
          "warning",
          `added ${since}: ${places.slice(0, mostPlaces).join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
          "Whoever reads the repository or the Nix store reads them: give them as files, with sops-nix or agenix, and change them.",
        ),
  );
}
