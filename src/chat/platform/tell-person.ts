import { repairs } from "../../config/repairs.ts";
import { type Failure, type Pacing, pauseOrEnd, rest } from "./backoff.ts";
import type { Health, PlatformLog } from "./parts.ts";

/** What an adapter needs for telling people what came of what they asked. */
export interface Telling {
  readonly stopping: AbortSignal;
  readonly pacing: Pacing;
  /** Somebody could not be told; it stays said in /healthz until somebody is. */
  lost(who: string, why: string): void;
  told(): void;
}

/** Tells somebody, again while that can help; false where it could not be done, or the bot stops first. It never rejects. */
export async function tellPerson(
  { stopping, pacing, lost, told }: Telling,
  who: string,
  say: () => Promise<void>,
  explain: (error: unknown) => Failure & { readonly reason: string },
): Promise<boolean> {
  for (let failures = 1; ; failures += 1) {
    try {
      await say();
      told();
      return true;
    } catch (error) {
      const { reason, ...failure } = explain(error);
      const pause = pauseOrEnd(repairs.answer, failures, failure, pacing.random);
      if (stopping.aborted) {
        return false;
      }
      if (pause === null) {
        lost(who, reason);
        return false;
      }
      if (!(await rest(pause, stopping, pacing.clock))) {
        return false;
      }
    }
  }
}

/** Tries what only adds to an answer; why it could not be done, or null. */
export async function tryTimes(
  { stopping, pacing }: Telling,
  work: () => Promise<unknown>,
  explain: (error: unknown) => Failure & { readonly reason: string },
): Promise<string | null> {
  for (let failures = 1; ; failures += 1) {
    try {
      await work();
      return null;
    } catch (error) {
      const { reason, ...failure } = explain(error);
      const pause = pauseOrEnd(repairs.picture, failures, failure, pacing.random);
      if (pause === null || !(await rest(pause, stopping, pacing.clock))) {
        return reason;
      }
    }
  }
}

/** The words for /healthz of who could not be told. */
export function tellingOf(
  stopping: AbortSignal,
  pacing: Pacing,
  log: Pick<PlatformLog, "error">,
): Telling & { readonly health: () => Health | null } {
  let detail: string | null = null;
  return {
    stopping,
    pacing,
    lost(who, why) {
      const at = new Date(pacing.clock.now()).toISOString().slice(0, 16).replace("T", " ");
      detail = `${who} could not be told what came of a request at ${at} UTC: ${why}`;
      log.error({}, detail);
    },
    told() {
      detail = null;
    },
    health: () => (detail === null ? null : { ok: false, detail }),
  };
}
