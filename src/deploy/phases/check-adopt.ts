import { next, type Phase, PhaseError } from "../context.ts";
import { finding } from "../findings.ts";
import { isSameMachine, machineText, pinOf } from "../machines.ts";
import { readHost } from "./check.ts";

/** What an admin has to see before they say that a host name stands for this machine from now on. */
export const checkForAdopt: Phase = {
  name: "check",
  async run(context) {
    const { host } = context;
    const before = await readHost(context);
    const { machine } = before;
    if (machine === undefined) {
      throw new PhaseError(
        `${host.name} does not say which machine it is: neither a host key nor a machine-id can be read`,
        "Is there a host key in /etc/ssh, or a /etc/machine-id?",
      );
    }
    const known = await context.machines();
    const pin = pinOf(known, host.name);
    const also = Object.entries(known)
      .filter(([name, one]) => name !== host.name && isSameMachine(one, machine))
      .map(([name]) => name);
    const was = pin === null ? "nothing is known of it" : `it was ${machineText(pin)}`;
    const shared =
      also.length === 0
        ? ""
        : `; that machine is known as ${also.join(", ")}, too, and shares locks and turn`;
    await context.note(
      finding("machine", "warning", `${host.name}: ${was}; now ${machineText(machine)} answers${shared}`),
    );
    await context.save({ before, previous: before.current });
    return next;
  },
};
