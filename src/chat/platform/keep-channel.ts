import { repairs, slowly } from "../../config/repairs.ts";
import type { Channel } from "../channel.ts";
import { type Pacing, pace, pauseAfter, rest } from "./backoff.ts";
import type { Explained, FoundChannel } from "./chat-surface.ts";
import { laterChannel } from "./later-channel.ts";
import type { PlatformLog } from "./parts.ts";

export interface KeptChannel {
  /** Its calls wait while the bot cannot work there. */
  readonly channel: Channel;
  /** Looks for it, and again whenever posts are refused, until the bot stops. */
  keep(look: () => Promise<FoundChannel>): Promise<void>;
  /** The first time that the bot can work there, or the bot's end. */
  readonly joined: Promise<void>;
  isJoined(): boolean;
  problems(): readonly string[];
  close(): void;
}

export interface KeepChannelParts {
  readonly name: Channel["surface"];
  readonly log: PlatformLog;
  readonly explain: (error: unknown) => Explained;
  readonly pacing: Pacing;
  readonly signal: AbortSignal;
}

/**
 * The bot's own channel on a platform. A post that is refused for good (archived, a scope that is missing) is not repeated:
 * one look at the channel is, for all threads together, and what waits is posted when the channel is well.
 */
export function keepChannel({ name, log, explain, pacing, signal }: KeepChannelParts): KeptChannel {
  const { clock, random } = pacing;
  const { promise: joined, resolve: tellJoined } = Promise.withResolvers<void>();
  let shut = Promise.withResolvers<void>();
  let problems: readonly string[] = [];
  let isJoined = false;
  /** Posts that were refused in a row. */
  let refused = 0;
  /** What the last of them said, until posts are let through again. */
  let refusal: readonly string[] = [];

  function set(next: readonly string[]): void {
    if (next.join() !== problems.join()) {
      next.map((problem) => log.error({}, `${name}: ${problem}`));
    }
    problems = next;
  }

  const later = laterChannel(
    name,
    (error) => {
      isJoined = false;
      refused += 1;
      refusal = [`${explain(error.cause ?? error).advice}; what waits is posted when that is put right`];
      set(refusal);
      shut.resolve();
    },
    () => {
      refused = 0;
    },
  );

  /** Until it is well. */
  async function look(find: () => Promise<FoundChannel>): Promise<void> {
    for (let looks = 1; !signal.aborted; looks += 1) {
      let failure = { isFinal: false, retryAfter: null as number | null };
      try {
        const found = await find();
        if (found.channel !== null && !signal.aborted) {
          if (looks === 1 && refused > 0) {
            // The platform finds all well, and takes no post: what it said stays, and it is tried rarely.
            await rest(slowly(repairs.refusedPosts, refused, random()), signal, clock);
          }
          refusal = [];
          set(found.problems);
          shut = Promise.withResolvers<void>();
          later.open(found.channel, refused > 0);
          isJoined = true;
          tellJoined();
          log.info({ channel: found.name }, `${name}: the channel is ready`);
          return;
        }
        set([...refusal, ...found.problems]);
      } catch (error) {
        failure = explain(error);
        set([
          ...refusal,
          `the channel could not be checked: ${explain(error).reason}; it is tried again ${pace(repairs.channel)} at most`,
        ]);
      }
      await rest(pauseAfter(repairs.channel, looks, failure, random), signal, clock);
    }
  }

  return {
    channel: later.channel,
    joined,
    isJoined: () => isJoined,
    problems: () => problems,
    async keep(find) {
      while (!signal.aborted) {
        await look(find);
        await shut.promise;
      }
    },
    close() {
      later.close();
      shut.resolve();
      tellJoined();
    },
  };
}
