import { end, type Phase } from "../context.ts";
import { machineText } from "../machines.ts";

/** Keeps the machine that the card shows as the one that its host name stands for, from now on. */
export const adopt: Phase = {
  name: "adopt",
  async run(context) {
    const { host } = context;
    const machine = context.record().before?.machine;
    if (machine === undefined) {
      throw new Error(`adopting ${host.name}: it was not looked at`);
    }
    await context.keepMachine(machine, true);
    return end({
      outcome: "done",
      message: `${host.name} is ${machineText(machine)} from now on.`,
      help: `/deploy ${host.name} --dry-run shows what it lacks.`,
    });
  },
};
