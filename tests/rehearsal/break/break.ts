import { addressOf } from "../addresses.ts";
import { execIn } from "../machine.ts";
import type { MachineName } from "../places.ts";
import { powerCut, reboot } from "../reset.ts";
import { must } from "../run.ts";
import type { FleetState } from "../state.ts";
import { type Broken, type Kind, planBreak, planMend, type Step } from "./plan.ts";

export interface BreakOptions {
  readonly address?: string;
  readonly system?: string;
  readonly disk?: string;
}

export const breakMachine = (state: FleetState, machine: MachineName, kind: Kind, options?: BreakOptions) =>
  carryOut(`break ${machine} (${kind})`, state, machine, (broken) => planBreak(kind, broken), options);

export const mendMachine = (state: FleetState, machine: MachineName, kind: Kind, options?: BreakOptions) =>
  carryOut(`mend ${machine} (${kind})`, state, machine, (broken) => planMend(kind, broken), options);

async function carryOut(
  action: string,
  state: FleetState,
  machine: MachineName,
  plan: (broken: Broken) => readonly Step[],
  options: BreakOptions = {},
): Promise<void> {
  const own = addressOf(state, machine);
  const broken = { fleet: state.name, machine, network: state, address: own, ...options };
  for (const step of plan(broken)) {
    await take(action, state, machine, step);
  }
}

async function take(action: string, state: FleetState, machine: MachineName, step: Step): Promise<void> {
  const place = { fleet: state.name, machine };
  switch (step.at) {
    case "here":
      await must(action, step.argv, step.input === undefined ? {} : { input: step.input });
      return;
    case "power":
      await (step.how === "reboot" ? reboot : powerCut)(state, place);
      return;
    case "machine": {
      const done = await execIn(place, ["sh", "-c", step.script], { timeoutMs: 60_000 });
      if (done.exitCode !== 0) {
        throw new Error(`${action}: exit ${done.exitCode}: ${done.stderr.trim() || done.stdout.trim()}`);
      }
    }
  }
}
