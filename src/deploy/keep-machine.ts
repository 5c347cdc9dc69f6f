import type { Machine } from "../fleet/machine.ts";
import type { Store } from "../store/store.ts";
import { isSameMachine, machineText } from "./machines.ts";

/** Keeps a machine as that of a host, once for two that try. Why not, where it is known by another name. */
export async function keepMachine(
  store: Pick<Store, "changeMachines">,
  host: string,
  machine: Machine,
  isAdopted: boolean,
): Promise<string | null> {
  let owner: string | undefined;
  await store.changeMachines((known) => {
    const own = Object.hasOwn(known, host) ? known[host] : undefined;
    // One that was adopted under two names may go on with both.
    owner =
      isAdopted || (own !== undefined && isSameMachine(own, machine))
        ? undefined
        : Object.keys(known).find((name) => {
            const one = known[name];
            return name !== host && one !== undefined && isSameMachine(one, machine);
          });
    return owner === undefined ? { ...known, [host]: machine } : known;
  });
  return owner === undefined
    ? null
    : `${host} and ${owner} are one machine: ${machineText(machine)} answers, which is ${owner}`;
}
