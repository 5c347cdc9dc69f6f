import { deadlines } from "../../config/deadlines.ts";
import { isLocal, trustedRefs } from "../../fleet/host.ts";
import { readSnapshot, snapshotArgv } from "../../health/snapshot.ts";
import { freeSpace } from "../../nix/commands.ts";
import { readFreeSpace } from "../../nix/free-space.ts";
import { hintFor } from "../../nix/hints.ts";
import { parseHostFacts, readHostFactsArgv } from "../../nix/host-facts.ts";
import { disagreement, runningText } from "../../nix/systems.ts";
import { mustRun, type Shell, ShellError } from "../../remote/shell.ts";
import {
  advise,
  checkAncestry,
  checkInputs,
  checkPlaintextSecrets,
  checkWorkingTree,
  runFlakeCheck,
} from "../code-checks.ts";
import { next, type Phase, type PhaseContext, PhaseError } from "../context.ts";
import { checkDirection, directionWarnings } from "../direction.ts";
import { readBuilderFacts } from "../evaluation.ts";
import { checked, finding } from "../findings.ts";
import { checkSecrets, checkSwitchPrograms, explainUnreachable, runningRevision } from "../host-checks.ts";
import type { HostFacts } from "../host-facts.ts";
import { checkMachine } from "../machine-check.ts";
import { goesBack } from "../modes.ts";
import { checkQuietShell } from "../quiet-shell.ts";
import { openSource } from "../source.ts";

/** Everything that can be known before work begins: the code, the builder, the host, and the baseline. */
export const check: Phase = {
  name: "check",
  async run(context) {
    await allOf([checkSource(context), checkBuilder(context), checkHost(context)]);
    const running = await runningRevision(context, context.record().before?.current ?? "").catch(() => null);
    await advise(context, "ancestry", () => checkAncestry(context, running));
    await advise(context, "plaintext secrets", () =>
      checkPlaintextSecrets(context, running?.replace(/-dirty$/, "") ?? null),
    );
    return next;
  },
};

/** For a build that goes nowhere. */
export const checkForBuild: Phase = {
  name: "check",
  async run(context) {
    await allOf([checkSource(context), checkBuilder(context)]);
    return next;
  },
};

/** For a look at what a deploy would change: the host is asked what it runs, and nothing else. */
export const checkForDiff: Phase = {
  name: "check",
  async run(context) {
    await allOf([checkSource(context), checkBuilder(context), noteRunning(context)]);
    return next;
  },
};

/** For a roll back, which needs neither the flake nor the builder's Nix. */
export const checkForRollback: Phase = {
  name: "check",
  async run(context) {
    await checkHost(context);
    const stop = await checkDirection(context);
    if (stop !== null) {
      return stop;
    }
    await context.save({ warnings: [...context.record().warnings, ...(await directionWarnings(context))] });
    return next;
  },
};

/** Waits for all of them, also when one fails: what is said then must not be followed by more work. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    throw failed.reason;
  }
}

async function checkSource(context: PhaseContext): Promise<void> {
  const { builder, repository, fleet, signal, say, note } = context;
  const record = context.record();
  const source = await openSource({
    builder,
    repository,
    // One that is begun again stays at its revision, as its run has it.
    ref: record.revision ?? record.ref ?? fleet.defaults.ref,
    trustedRefs: trustedRefs(fleet),
    unlockedInputs: fleet.defaults.unlockedInputs,
    signal,
    say,
    note,
  });
  if ((record.ref ?? fleet.defaults.ref) === fleet.defaults.ref) {
    await context.setInventory(source.hosts);
  }
  await checked(
    note,
    "host",
    async () => {
      if (!source.hosts.includes(record.host)) {
        throw new PhaseError(
          `${record.host} is not in the flake at this revision`,
          `Its hosts are ${source.hosts.join(", ") || "none"}.`,
        );
      }
    },
    () => `${record.host} is in the flake`,
  );
  await context.save({
    revision: source.revision,
    commit: source.commit,
    isTrusted: source.isTrusted,
    source: source.path,
    warnings: [...context.record().warnings, ...source.warnings],
  });
  await advise(context, "working tree", () => checkWorkingTree(context, source.revision));
  await advise(context, "inputs", () => checkInputs(context, source));
  if (record.flakeCheck) {
    await runFlakeCheck(context, source.revision);
  }
}

async function checkBuilder(context: PhaseContext): Promise<void> {
  await checked(
    context.note,
    "builder",
    async () => {
      const facts = await readBuilderFacts(context.builder);
      await context.save({ nixVersion: facts.nixVersion });
      await checkSpace(context.builder, ["/nix/store"]);
      return facts;
    },
    ({ nixVersion }) => `it answers, has Nix ${nixVersion} and room for a build`,
  );
}

async function checkHost(context: PhaseContext): Promise<void> {
  const { host, note } = context;
  const before = await checked(
    note,
    "reach",
    () => readHost(context),
    (facts) => `${host.name} answers, and runs ${runningText(facts)}`,
  );
  const apart = disagreement(before);
  if (apart !== null) {
    await note(finding("boot", "warning", `${apart}.`, "After a switch the system that it brings is both."));
  }
  await checkMachine(context, before);
  // A roll back copies nothing.
  if (context.record().mode !== "rollback") {
    await checkQuietShell(context);
  }
  await checkSwitchPrograms(context, before.current);
  await checkHostSpace(context);
  await checkHostSecrets(context);
  const snapshot = await mustRun(context.target, `taking the baseline of ${host.name}`, {
    argv: snapshotArgv(),
    timeout: deadlines.hostCommand,
    signal: context.signal,
  });
  context.say(`${host.name} runs ${before.current} (${runningText(before)})`);
  await context.save({ before, previous: before.current, baseline: readSnapshot(snapshot.stdout) });
}

async function noteRunning(context: PhaseContext): Promise<void> {
  const before = await readHost(context);
  await checkMachine(context, before);
  await context.save({ before, previous: before.current });
}

/** A roll back brings nothing new to the host, so a full disk there is no reason against it. */
async function checkHostSpace(context: PhaseContext): Promise<void> {
  const paths = isLocal(context.host) ? ["/boot"] : ["/nix/store", "/boot"];
  try {
    await checked(
      context.note,
      "disk",
      () => checkSpace(context.target, paths),
      () => `${context.host.name} has room in ${paths.join(" and ")}`,
    );
  } catch (error) {
    const record = context.record();
    const { warnings } = record;
    if (!goesBack(record) || !(error instanceof PhaseError)) {
      throw error;
    }
    await context.save({ warnings: [...warnings, error.message] });
  }
}

/** The old system ran without them, so they are no reason against going back to it. */
async function checkHostSecrets(context: PhaseContext): Promise<void> {
  try {
    await checkSecrets(context);
  } catch (error) {
    if (!goesBack(context.record()) || context.signal.aborted) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    await context.note(finding("secrets", "warning", why));
  }
}

export async function readHost(context: PhaseContext): Promise<HostFacts> {
  const { target, host, signal } = context;
  try {
    const facts = await mustRun(target, `reading what ${host.name} runs`, {
      argv: readHostFactsArgv(),
      timeout: deadlines.hostCommand,
      signal,
    });
    return parseHostFacts(host.name, facts.stdout);
  } catch (error) {
    throw await unreachable(context, error);
  }
}

/** Says what to do about a host that does not answer; any other error stays as it is. */
export async function unreachable(context: PhaseContext, error: unknown): Promise<unknown> {
  if (!(error instanceof ShellError) || error.failure !== "unreachable") {
    return error;
  }
  const { host } = context;
  const tailnet = await explainUnreachable(context);
  const from = host.target.via === "direct" ? "bot's machine" : "builder";
  return new PhaseError(
    tailnet === null ? error.message : `${error.message}; ${tailnet.why}`,
    hintFor([error.message]) ?? tailnet?.help ?? `Is ${host.name} up? Try \`ssh\` to it from the ${from}.`,
    [],
    { cause: error },
  );
}

/** The least that has to be free, in bytes: a system is a few GB at most, a kernel and its initrd some 50 MB. */
const leastFree: Readonly<Record<string, number>> = {
  "/nix/store": 512 * 1024 ** 2,
  "/boot": 48 * 1024 ** 2,
};

async function checkSpace(shell: Shell, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const exit = await mustRun(shell, `looking at the disk of ${shell.name}`, {
      argv: freeSpace([path]),
      timeout: deadlines.hostCommand,
    });
    const free = readFreeSpace(exit.stdout);
    if (free !== null && free < (leastFree[path] ?? 0)) {
      throw new PhaseError(
        `${shell.name} has only ${Math.round(free / 1024 ** 2)} MiB free for ${path}`,
        path === "/boot"
          ? "Remove generations that nobody needs any more, then write the boot loader anew: nixos-rebuild boot."
          : "Free some: nix-collect-garbage --delete-older-than 14d keeps the newer generations.",
      );
    }
  }
}
