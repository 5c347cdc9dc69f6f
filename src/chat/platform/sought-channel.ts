import type { Clock } from "../../config/clock.ts";
import { repairs, slowly } from "../../config/repairs.ts";
import { type Channel, DeliveryError } from "../channel.ts";

/**
 * A channel that is looked for when there is something to say in it. Where that fails, or nothing can be posted there any more, it is
 * looked for again with growing pauses, for all that is to be said there together; until then the last answer counts.
 */
export function soughtChannel(
  surface: Channel["surface"],
  find: () => Promise<Channel>,
  clock: Pick<Clock, "now">,
  random: () => number,
): Channel {
  let found: Promise<Channel> | null = null;
  let failures = 0;
  let last: { readonly error: DeliveryError; readonly until: number } | null = null;

  async function speak<Answer>(work: (real: Channel) => Promise<Answer>): Promise<Answer> {
    if (last !== null && clock.now() < last.until) {
      throw again(last.error, last.until - clock.now());
    }
    let isFound = false;
    found ??= find();
    const mine = found;
    try {
      const real = await mine;
      isFound = true;
      const answer = await work(real);
      failures = 0;
      last = null;
      return answer;
    } catch (error) {
      const failed = error instanceof DeliveryError ? error : new DeliveryError("temporary", String(error));
      // What one message alone meets says nothing of the channel.
      if (isFound && failed.failure !== "permanent") {
        throw error;
      }
      if (found === mine) {
        found = null;
        failures += 1;
        const wait = Math.max(failed.retryAfter ?? 0, slowly(repairs.noticeChannel, failures, random()));
        last = { error: failed, until: clock.now() + wait };
      }
      throw again(failed, Math.max(0, (last?.until ?? 0) - clock.now()));
    }
  }

  return {
    surface,
    post: (message, since) => speak((real) => real.post(message, since)),
    edit: (ref, message) => speak((real) => real.edit(ref, message)),
    upload: (file, since) => speak((real) => real.upload(file, since)),
  };
}

function again({ failure, message, cause }: DeliveryError, wait: number): DeliveryError {
  return new DeliveryError(failure, message, wait, { cause });
}
