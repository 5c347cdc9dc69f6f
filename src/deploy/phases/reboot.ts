import { isoTime } from "../../config/clock.ts";
import { deadlines } from "../../config/deadlines.ts";
import { hintFor } from "../../nix/hints.ts";
import { orderReboot, readOrdered } from "../../nix/reboot.ts";
import { type Exit, lastLines, ShellError } from "../../remote/shell.ts";
import { type Ended, end, type Phase, type PhaseContext } from "../context.ts";
import type { HostFacts } from "../host-facts.ts";
import { judgeReboot, readFacts } from "../judge-reboot.ts";
import { actOf, begin } from "./check-act.ts";

/** Reboots, waits for an answer from another boot, and judges the host against what it was before. */
export const reboot: Phase = {
  name: "reboot",
  async run(context) {
    const { before } = context.record();
    if (before === null) {
      throw new Error("rebooting: nothing is known of the host");
    }
    await begin(context);
    const begunAt = Date.parse(actOf(context).begunAt ?? isoTime(context.clock));
    const until = begunAt + context.host.rebootWithin;
    const seen = await awaitBoot(context, before, until);
    switch (seen.kind) {
      case "refused":
        return refused(context, seen.exit);
      case "unseen":
        return unseen(context, seen.why);
      case "booted":
        return judgeReboot(context, Math.round((context.clock.now() - begunAt) / 1000), until);
    }
  },
};

type Seen =
  | { readonly kind: "booted" }
  | { readonly kind: "refused"; readonly exit: Exit }
  | { readonly kind: "unseen"; readonly why: string };

/**
 * The order is given until the host has taken it: it is bound to the boot that was seen, so that a second one does
 * nothing. Silence is what a reboot looks like, and a new boot id is its end.
 */
async function awaitBoot(context: PhaseContext, before: HostFacts, until: number): Promise<Seen> {
  const { clock, signal, host } = context;
  let isOrdered = false;
  let why = "";
  for (;;) {
    try {
      // A bot that comes back after the time must not reboot a host that nobody expects to go down any more.
      if (!isOrdered && clock.now() < until) {
        const exit = await order(context, before.bootId);
        if (exit.exitCode !== 0) {
          return { kind: "refused", exit };
        }
        isOrdered = true;
        context.say(`${host.name} was told to reboot (${readOrdered(exit.stdout)})`);
      }
      const { bootId } = await readFacts(context);
      if (bootId !== before.bootId) {
        return { kind: "booted" };
      }
      why = "it answers, and has not rebooted";
    } catch (error) {
      signal.throwIfAborted();
      why = error instanceof Error ? error.message : String(error);
      if (!(error instanceof ShellError)) {
        context.log.line(why);
      }
    }
    if (clock.now() >= until) {
      return { kind: "unseen", why };
    }
    const seconds = Math.round((until - clock.now()) / 1000);
    context.progress(`waiting for a new boot, ${seconds} s more at most: ${why}`, 0, 0);
    await clock.sleep(deadlines.rebootPoll, signal);
  }
}

function order({ fresh, record, signal }: PhaseContext, bootId: string): Promise<Exit> {
  const argv = orderReboot(record().id, bootId);
  return fresh.run({ argv, timeout: deadlines.hostCommand, signal });
}

function refused({ host }: PhaseContext, exit: Exit): Ended {
  const lines = lastLines(exit.stderr || exit.stdout, 10);
  return end({
    outcome: "failed",
    message: `${host.name} did not take the order to reboot (exit ${exit.exitCode}); the running system is untouched.`,
    help: hintFor(lines) ?? "Its last lines say why.",
    lines,
  });
}

function unseen({ host }: PhaseContext, why: string): Ended {
  return end({
    outcome: "unknown",
    message: `${host.name} was told to reboot, and no new boot was seen in time: ${why}.`,
    help: "Look at it over its console, or look again here when it answers.",
  });
}
