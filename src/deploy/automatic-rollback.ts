import { parentOf, ranBefore, systemsOf } from "../nix/systems.ts";
import type { Deployment } from "./deployment.ts";
import type { EngineParts } from "./parts.ts";
import { rollbackBeside } from "./rollback-beside.ts";
import { startRollback } from "./start-rollback.ts";
import type { Work } from "./work.ts";

/** More than the deployments that can have begun on a host since its alarm. */
const recent = 50;

/** Rolls a host back after an alarm, once, however often it is asked. What came of it in a sentence. */
export async function rollBackByItself(
  parts: EngineParts,
  work: Work,
  watched: Deployment,
  alarm: string,
): Promise<string> {
  const { id, host, before, requestedBy } = watched;
  const to = ranBefore(before) ?? "previous";
  const system = before === null || to === "previous" ? null : parentOf(systemsOf(before).running);
  const past = await parts.store.deployments({ host, limit: recent });
  const begun = past.find((one) => one.alarmOf === id) ?? (await rollbackBeside(parts, watched));
  if (begun !== null) {
    return `${begun.id} rolls it back.`;
  }
  const command = `/rollback ${host} ${to}`;
  try {
    const started = await startRollback(parts, work, {
      host,
      to,
      system,
      by: requestedBy,
      command,
      alarmOf: id,
      reason: `the monitor of ${id} asked for it: ${alarm}`,
    });
    return started.kind === "started"
      ? `${started.deployments[0]?.id} rolls it back by itself.`
      : `It could not be rolled back by itself: ${started.message} ${command} does it by hand.`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `It could not be rolled back by itself: ${why}. ${command} does it by hand.`;
  }
}
