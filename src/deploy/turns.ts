import type { PhaseContext, PhaseResult } from "./context.ts";
import { type EngineParts, hostOf, now } from "./parts.ts";
import { isWaiting, takeTurn } from "./queue.ts";
import { refusesRequest } from "./rights.ts";
import { aroundFor } from "./same-machine.ts";
import type { Task } from "./tasks.ts";

/** How often one that waits looks whether it is its turn, in milliseconds. */
const lookEvery = 1_000;

/** Until the host is free and everybody who came before has had their turn; ends what waited too long. */
export async function waitForTurn(parts: EngineParts, task: Task): Promise<PhaseResult> {
  const { context } = task;
  let said: string | null = null;
  for (;;) {
    context.signal.throwIfAborted();
    await task.change((latest, around) =>
      takeTurn(latest, aroundFor(parts.fleet(), around, latest.host), now(parts)),
    );
    const { queue, host } = context.record();
    if (!isWaiting(context.record())) {
      return queue.since === null ? { kind: "next" } : askAgain(context);
    }
    if (queue.behind !== said) {
      said = queue.behind;
      context.say(`waiting behind ${said}`);
    }
    if (parts.clock.now() - Date.parse(queue.since ?? "") > hostOf(parts, host).queueWithin) {
      return {
        kind: "end",
        outcome: "expired",
        message: `${host} did not become free in time: it waited behind ${queue.behind}.`,
        help: "Ask again.",
      };
    }
    await parts.clock.sleep(lookEvery, context.signal).catch(() => {});
  }
}

/** It may have waited for hours: whoever asked has to be one who may ask now, as a dry run needs nobody else's word. */
async function askAgain(context: PhaseContext): Promise<PhaseResult> {
  const { rights, host } = await context.rightsNow();
  const why = refusesRequest(context.record(), rights);
  return why === null
    ? { kind: "next" }
    : {
        kind: "end",
        outcome: "refused",
        message: `Nothing was done to ${host.name}: ${why}.`,
        help: "Somebody who may can ask again.",
      };
}
