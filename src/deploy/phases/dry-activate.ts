import { deadlines } from "../../config/deadlines.ts";
import { diffClosures } from "../../nix/commands.ts";
import { readDiffClosures } from "../../nix/diff-closures.ts";
import { readDryActivate } from "../../nix/dry-activate.ts";
import { parseHostFacts, readHostFactsArgv } from "../../nix/host-facts.ts";
import { lockHeld, probeNixosLock, saysLockHeld } from "../../nix/nixos-lock.ts";
import { lastLines, mustRun } from "../../remote/shell.ts";
import { end, next, type Phase, type PhaseContext, PhaseError } from "../context.ts";
import { systemToRun } from "../deployment.ts";
import { holdSystems } from "../gc-roots.ts";
import { goesBack } from "../modes.ts";
import { keepSpecialisation } from "../specialisation.ts";

/** What the switch would do: units, packages, reboot. Ends a dry run. */
export const dryActivate: Phase = {
  name: "dry-activate",
  async run(context) {
    const { host } = context;
    const { toplevel, previous, mode } = context.record();
    if (toplevel === null || previous === null) {
      throw new Error("looking at a switch: there is no system to switch to");
    }
    if (mode === "rollback") {
      await optional(context, holdSystems(context.target, context.owner, previous, toplevel));
    }
    await checkNixosLock(context);
    await keepSpecialisation(context);
    const runs = systemToRun(context.record()) ?? toplevel;
    await noteInhibitors(context, previous, runs);
    context.say("dry-activate");
    const units = await optional(context, runDryActivate(context, runs));
    const [diff, rebootNeeded] = await Promise.all([
      optional(context, readDiff(context, previous, runs)),
      optional(context, readRebootNeeded(context, runs)),
    ]);
    await context.save({ units: units ?? null, diff: diff ?? [], rebootNeeded: rebootNeeded ?? false });
    return mode === "dry-run"
      ? end({ outcome: "tested", message: `${host.name} is untouched; this is what a switch would change.` })
      : next;
  },
};

/** What a roll back, or an install for the next boot, has to work without: a warning on its card, where others stop. */
async function optional<T>(context: PhaseContext, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const record = context.record();
    if ((!goesBack(record) && record.mode !== "boot") || context.signal.aborted) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    context.log.line(why);
    await context.save({ warnings: [...context.record().warnings, why] });
    return undefined;
  }
}

/**
 * What cannot be replaced under a running system. NixOS compares these files before a switch, and some versions before
 * dry-activate, too (nixpkgs, check-switch-inhibitors).
 */
async function noteInhibitors(context: PhaseContext, previous: string, toplevel: string): Promise<void> {
  const { target, signal } = context;
  const file = "switch-inhibitors";
  const script = '[ -e "$1" ] && [ -e "$2" ] && [ "$(cat "$1")" != "$(cat "$2")" ]';
  const exit = await target.run({
    argv: ["sh", "-c", script, "inhibitors", `${previous}/${file}`, `${toplevel}/${file}`],
    timeout: deadlines.hostCommand,
    signal,
  });
  if (exit.exitCode !== 0) {
    return;
  }
  const { mode, warnings } = context.record();
  const warning =
    mode === "boot"
      ? "It must not be switched to while the host runs: it waits for the next boot."
      : "Its switch inhibitors are others than those of the running system: NixOS may refuse to switch.";
  await context.save({ isInhibited: true, warnings: [...warnings, warning] });
}

async function readDiff({ target, host, signal }: PhaseContext, previous: string, toplevel: string) {
  const packages = await mustRun(target, `comparing the packages of ${host.name}`, {
    argv: diffClosures(previous, toplevel),
    timeout: deadlines.diffClosures,
    signal,
  });
  return readDiffClosures(packages.stdout);
}

async function readRebootNeeded({ target, host, signal }: PhaseContext, toplevel: string): Promise<boolean> {
  const facts = await mustRun(target, `comparing the kernels of ${host.name}`, {
    argv: readHostFactsArgv(toplevel),
    timeout: deadlines.hostCommand,
    signal,
  });
  return parseHostFacts(host.name, facts.stdout).rebootNeeded;
}

async function runDryActivate(context: PhaseContext, toplevel: string) {
  const { target, host, signal, log } = context;
  const exit = await target.run({
    argv: [`${toplevel}/bin/switch-to-configuration`, "dry-activate"],
    timeout: deadlines.dryActivate,
    signal,
  });
  const output = `${exit.stdout}\n${exit.stderr}`;
  for (const line of lastLines(output, 200)) {
    log.line(line);
  }
  if (exit.exitCode !== 0 && saysLockHeld(output)) {
    throw busy(host.name);
  }
  if (exit.exitCode !== 0) {
    throw new PhaseError(
      `dry-activate exited with ${exit.exitCode}`,
      context.record().isInhibited
        ? `This system must not be switched to while ${host.name} runs. /deploy ${host.name} --boot installs it for the next boot.`
        : "The new system's own script refuses; its last lines say why.",
      lastLines(output, 15),
    );
  }
  return readDryActivate(output);
}

/**
 * Some versions of the switch script wait for their lock in silence, even to dry-activate: so it is probed. Only a lock
 * that is seen to be held is in the way; where that cannot be told (no flock there) the switch script tells it itself.
 */
export async function checkNixosLock(context: PhaseContext): Promise<void> {
  const { target, host, signal, say } = context;
  const { exitCode } = await target.run({
    argv: probeNixosLock(context.record().before?.current ?? null),
    timeout: deadlines.hostCommand,
    signal,
  });
  if (exitCode === lockHeld) {
    throw busy(host.name);
  }
  if (exitCode !== 0) {
    say(
      `whether another switch is under way cannot be told: the probe of NixOS's lock exited with ${exitCode}`,
    );
  }
}

export function busy(host: string): PhaseError {
  return new PhaseError(
    `another switch is under way on ${host}: NixOS's own lock is held`,
    "Somebody runs nixos-rebuild there: wait for it, then ask again.",
  );
}
