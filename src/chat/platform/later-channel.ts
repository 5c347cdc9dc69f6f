import { type Channel, DeliveryError } from "../channel.ts";

export interface LaterChannel {
  readonly channel: Channel;
  /** From now on everything goes there, what waited first; on trial, one call after the other until one has worked. */
  open(real: Channel, isTrial?: boolean): void;
  close(): void;
}

/**
 * A channel whose calls wait until the platform can be posted to: what begins and ends in the meantime is told then. Where
 * the platform says that nothing can be posted there any more, it is shut again: calls are not repeated, they wait.
 */
export function laterChannel(
  surface: Channel["surface"],
  onShut: (error: DeliveryError) => void = () => {},
  onWell: () => void = () => {},
): LaterChannel {
  let waiting = hold();
  let isOver = false;
  let isTrial = false;
  /** A call on trial that is under way. */
  let trial: Promise<void> | null = null;

  function hold() {
    const held = Promise.withResolvers<Channel>();
    held.promise.catch(() => {});
    return held;
  }

  async function speak<Answer>(work: (real: Channel) => Promise<Answer>): Promise<Answer> {
    let mine = waiting;
    let real = await mine.promise;
    while (trial !== null || mine !== waiting) {
      await trial;
      mine = waiting;
      real = await mine.promise;
    }
    const ended = Promise.withResolvers<void>();
    trial = isTrial ? ended.promise : null;
    try {
      const answer = await work(real);
      isTrial = false;
      onWell();
      return answer;
    } catch (error) {
      // Of several calls under way the first one shuts it.
      if (error instanceof DeliveryError && error.failure === "permanent" && mine === waiting && !isOver) {
        waiting = hold();
        onShut(error);
      }
      throw error;
    } finally {
      if (trial === ended.promise) {
        trial = null;
      }
      ended.resolve();
    }
  }

  return {
    channel: {
      surface,
      post: (message, since) => speak((real) => real.post(message, since)),
      edit: (ref, message) => speak((real) => real.edit(ref, message)),
      // A file that is refused says nothing of the channel.
      upload: async (file, since) => (await waiting.promise).upload(file, since),
    },
    open(real, onTrial = false) {
      isTrial = onTrial;
      waiting.resolve(real);
    },
    close() {
      isOver = true;
      waiting.reject(new DeliveryError("temporary", `${surface}: the bot stops before it could be reached`));
    },
  };
}
