import type { Deliveries } from "../desk.ts";

/**
 * A delivery is done when its work is, unless a person could not be told what came of it (false), or the work broke off: then it is told
 * when the bot is started again.
 */
export async function doneOnceTold(
  deliveries: Pick<Deliveries, "done">,
  ids: readonly string[],
  work: Promise<boolean>,
): Promise<void> {
  if (await work) {
    deliveries.done(ids);
  }
}
