import { deadlines } from "../../config/deadlines.ts";
import { diffClosures } from "../../nix/commands.ts";
import { readDiffClosures } from "../../nix/diff-closures.ts";
import { readDryActivate } from "../../nix/dry-activate.ts";
import { parseHostFacts, readHostFactsArgv } from "../../nix/host-facts.ts";
import { lastLines, mustRun } from "../../remote/shell.ts";
import { end, next, type Phase, type PhaseContext, PhaseError } from "../context.ts";
import { holdSystems } from "../gc-roots.ts";

/** What the switch would do: units, packages, reboot. Ends a dry run. */
export const dryActivate: Phase = {
  name: "dry-activate",
  async run(context) {
    const { host, target, signal } = context;
    const { toplevel, previous, mode, id } = context.record();
    if (toplevel === null || previous === null) {
      throw new Error("looking at a switch: there is no system to switch to");
    }
    if (mode === "rollback") {
      await holdSystems(target, id, previous, toplevel);
    }
    await checkNixosLock(context);
    context.say("dry-activate");
    const units = await runDryActivate(context, toplevel);
    const [packages, facts] = await Promise.all([
      mustRun(target, `comparing the packages of ${host.name}`, {
        argv: diffClosures(previous, toplevel),
        timeout: deadlines.diffClosures,
        signal,
      }),
      mustRun(target, `comparing the kernels of ${host.name}`, {
        argv: readHostFactsArgv(toplevel),
        timeout: deadlines.hostCommand,
        signal,
      }),
    ]);
    await context.save({
      units,
      diff: readDiffClosures(packages.stdout),
      rebootNeeded: parseHostFacts(host.name, facts.stdout).rebootNeeded,
    });
    return mode === "dry-run"
      ? end({ outcome: "tested", message: `${host.name} is untouched; this is what a switch would change.` })
      : next;
  },
};

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
  if (exit.exitCode === 11) {
    throw busy(host.name);
  }
  if (exit.exitCode !== 0) {
    throw new PhaseError(
      `dry-activate exited with ${exit.exitCode}`,
      "The new system's own script refuses; its last lines say why.",
      lastLines(output, 15),
    );
  }
  return readDryActivate(output);
}

/** Some versions of the switch script wait for their lock in silence, even to dry-activate: so it is probed. */
async function checkNixosLock({ target, host, signal }: PhaseContext): Promise<void> {
  const lock = "/run/nixos/switch-to-configuration.lock";
  const exit = await target.run({
    argv: ["sh", "-c", '[ ! -e "$1" ] || flock -n "$1" true', "probe", lock],
    timeout: deadlines.hostCommand,
    signal,
  });
  if (exit.exitCode !== 0) {
    throw busy(host.name);
  }
}

function busy(host: string): PhaseError {
  return new PhaseError(
    `another switch is under way on ${host}: NixOS's own lock is held`,
    "Somebody runs nixos-rebuild there: wait for it, then ask again.",
  );
}
