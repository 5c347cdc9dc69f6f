import { deadlines } from "../../config/deadlines.ts";
import { hintFor } from "../../nix/hints.ts";
import { saysLockHeld } from "../../nix/nixos-lock.ts";
import { deleteGenerations, planPrune, writeBootEntries } from "../../nix/prune.ts";
import { type Exit, lastLines, mustRun } from "../../remote/shell.ts";
import { type Ended, end, type Phase, type PhaseContext } from "../context.ts";
import { doomed } from "../host-act.ts";
import { actOf, begin, seeHost } from "./check-act.ts";
import { checkNixosLock } from "./dry-activate.ts";

/** Milliseconds between two tries while NixOS's lock is held. */
const lockPause = 5_000;

/** Deletes generations, then has the boot entries written without them. Begun again, it does what is left. */
export const prune: Phase = {
  name: "prune",
  async run(context) {
    await checkNixosLock(context);
    await begin(context);
    const gone = await deleteThem(context);
    context.say(`deleted ${count(gone)}; writing the boot entries`);
    return concludeBoot(context, gone, await writeEntries(context));
  },
};

/** Those on the card that may still go: the host is asked once more, as its own view counts. */
async function deleteThem(context: PhaseContext): Promise<readonly number[]> {
  const { host, target, clock } = context;
  const act = actOf(context);
  const [{ booted }, generations] = await seeHost({ host, target });
  const now = new Set(
    planPrune(generations, booted, act, clock.now())
      .filter(({ stays }) => stays === null)
      .map(({ number }) => number),
  );
  const wanted = doomed(act);
  const left = wanted.filter((number) => now.has(number));
  if (left.length > 0) {
    await mustRun(target, `deleting generations of ${host.name}`, {
      argv: deleteGenerations(left),
      timeout: deadlines.hostCommand,
    });
  }
  // A bot that was restarted finds some gone already.
  const there = new Set(generations.map(({ number }) => number));
  return wanted.filter((number) => now.has(number) || !there.has(number));
}

async function writeEntries({ target, clock, log }: PhaseContext): Promise<Exit> {
  const until = clock.now() + deadlines.nixosLock;
  for (;;) {
    const exit = await target.run({ argv: writeBootEntries, timeout: deadlines.bootEntries });
    for (const line of lastLines(`${exit.stdout}\n${exit.stderr}`, 200)) {
      log.line(line);
    }
    if (!isBusy(exit) || clock.now() >= until) {
      return exit;
    }
    await clock.sleep(lockPause);
  }
}

function concludeBoot({ host }: PhaseContext, gone: readonly number[], exit: Exit): Ended {
  const what = `${host.name}: ${count(gone)} deleted (${gone.join(", ")})`;
  if (exit.exitCode === 0) {
    return end({
      outcome: "done",
      message: `${what}, and the boot entries are written anew.`,
      help: `/gc ${host.name} frees the space that they took.`,
    });
  }
  const lines = lastLines(`${exit.stdout}\n${exit.stderr}`, 15);
  const why = isBusy(exit)
    ? "somebody else's switch holds NixOS's lock"
    : `switch-to-configuration boot exited with ${exit.exitCode}`;
  return end({
    outcome: "failed",
    message: `${what}, but the boot entries were not written: ${why}. The boot menu still lists what is gone.`,
    help: `${hintFor(lines) ?? "The running system and what boots next are as they were."} Then run ${writeBootEntries.join(" ")} on ${host.name}.`,
    lines,
  });
}

function isBusy({ exitCode, stdout, stderr }: Exit): boolean {
  return exitCode !== 0 && saysLockHeld(`${stdout}\n${stderr}`);
}

function count(gone: readonly number[]): string {
  return `${gone.length} generation${gone.length === 1 ? "" : "s"}`;
}
