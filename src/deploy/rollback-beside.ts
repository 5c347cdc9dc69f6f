import type { Deployment } from "./deployment.ts";
import { goesBack } from "./modes.ts";
import type { EngineParts } from "./parts.ts";
import { isWaiting } from "./queue.ts";
import { aroundFor } from "./same-machine.ts";

/** The roll back of a host by somebody else than the monitor of this deployment; null when there is none at work. */
export async function rollbackBeside(
  { store, fleet }: Pick<EngineParts, "store" | "fleet">,
  { id, host }: Deployment,
): Promise<Deployment | null> {
  const all = { open: await store.open(), locks: [], machines: await store.machines() };
  const { open } = aroundFor(fleet(), all, host);
  const back = open.find((one) => one.host === host && goesBack(one) && !isWaiting(one));
  return back === undefined || back.alarmOf === id ? null : back;
}
