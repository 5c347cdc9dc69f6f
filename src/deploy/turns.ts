import type { PhaseResult } from "./context.ts";
import { type EngineParts, hostOf, now } from "./parts.ts";
import { isWaiting, takeTurn } from "./queue.ts";
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
      return { kind: "next" };
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
