import type { Actor } from "../../deploy/actor.ts";
import { type Channel, DeliveryError } from "../channel.ts";
import type { Standing } from "../identity.ts";
import type { Surface } from "../surface.ts";
import { pauseAfter, rest, tokenPause, within } from "./backoff.ts";
import { laterChannel } from "./later-channel.ts";
import type { Health, OpensNotices, OpensThreads, OpenThreads, PlatformLog } from "./parts.ts";

/** How deliveries of a platform reach the bot. It keeps itself up, and says how it is. */
export interface Connection {
  start(): void;
  stop(): Promise<void>;
  health(): Health;
}

export interface FoundChannel {
  readonly name: string;
  /** Null while the bot cannot work in it. */
  readonly channel: Channel | null;
  readonly problems: readonly string[];
}

/** What an adapter brings once it is signed in. */
export interface SignedIn {
  /** The bot's own name there. */
  readonly name: string;
  readonly connection: Connection;
  /** Looks at the channel for the threads, and at what is missing to work in it. */
  findChannel(): Promise<FoundChannel>;
  /** The same for another channel, by its name or id. */
  findOther(channel: string): Promise<FoundChannel>;
  /** How an account stands there now. */
  standingOf(actor: Actor): Promise<Standing>;
  /** What else has to be done once, such as registering commands; null where there is nothing. */
  readonly prepare: (() => Promise<string>) | null;
}

/** What an error of the platform means. */
export interface Explained {
  readonly reason: string;
  /** What is wrong and what to do about it, for the health page. */
  readonly advice: string;
  /** A token that no waiting makes right. */
  readonly isToken: boolean;
  /** Milliseconds, where the platform says how long to wait. */
  readonly retryAfter: number | null;
}

export interface ChatSurfaceParts {
  readonly name: Channel["surface"];
  readonly log: PlatformLog;
  readonly openThreads: OpensThreads;
  readonly openNotices: OpensNotices;
  readonly explain: (error: unknown) => Explained;
  /** `keep` takes work that was acknowledged, so that a stop can wait for it; `calls` ends what a stop cannot wait for. */
  readonly signIn: (life: Life) => Promise<SignedIn>;
}

export interface Life {
  /** Aborted when the bot stops. */
  readonly stopping: AbortSignal;
  /** Aborted when a stop has waited enough for calls under way. */
  readonly calls: AbortSignal;
  readonly keep: (work: Promise<void>) => void;
}

/** A bot that cannot work in its channel looks again this often at most. */
const channelPause = 30_000;
const drain = 2_000;

/**
 * A chat platform as a surface. It starts at once, whatever the platform does, and keeps trying: to sign in, to find its
 * channel, to prepare what it needs there. health() says how it stands.
 */
export function chatSurface(given: ChatSurfaceParts): Surface {
  const { name, log, openThreads, openNotices, explain, signIn } = given;
  const stopping = new AbortController();
  const { signal } = stopping;
  const calls = new AbortController();
  const later = laterChannel(name);
  const inHand = new Set<Promise<void>>();
  let connection: Connection | null = null;
  let threads: OpenThreads | null = null;
  let notices: OpenThreads | null = null;
  let here: SignedIn | null = null;
  let self: Health = { ok: false, detail: "not started" };
  let isJoined = false;
  let problems: readonly string[] = [];
  let unprepared: string | null = null;
  let running: Promise<unknown> = Promise.resolve();

  function keep(work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => log.error({ err: error }, `${name}: handling a delivery`))
      .finally(() => inHand.delete(done));
    inHand.add(done);
  }

  /** Until it works, or the bot stops (null). */
  async function untilDone<Value>(
    work: () => Promise<Value | null>,
    failed: (error: unknown) => void,
    longestPause = Number.POSITIVE_INFINITY,
  ): Promise<Value | null> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      let wait = Math.min(longestPause, pauseAfter(failures));
      try {
        const value = await work();
        if (value !== null) {
          return value;
        }
      } catch (error) {
        const { isToken, retryAfter } = explain(error);
        failed(error);
        wait = isToken ? tokenPause : (retryAfter ?? wait);
      }
      await rest(wait, signal);
    }
    return null;
  }

  async function run(): Promise<void> {
    const life = { stopping: signal, calls: calls.signal, keep };
    const signedIn = await untilDone(
      () => signIn(life),
      (error) => {
        const { reason, advice } = explain(error);
        self = { ok: false, detail: advice };
        log.error({ reason }, `${name}: ${advice}`);
      },
    );
    if (signedIn === null || signal.aborted) {
      return;
    }
    self = { ok: true, detail: `@${signedIn.name}` };
    here = signedIn;
    connection = signedIn.connection;
    connection.start();
    await Promise.all([join(signedIn), prepare(signedIn)]);
  }

  /** Until the bot can work in its channel. Commands are answered in the meantime. */
  function join(signedIn: SignedIn): Promise<unknown> {
    return untilDone(
      async () => {
        const found = await signedIn.findChannel();
        if (found.problems.join() !== problems.join()) {
          found.problems.map((problem) => log.error({}, `${name}: ${problem}`));
        }
        problems = found.problems;
        if (found.channel === null || signal.aborted) {
          return null;
        }
        later.open(found.channel);
        isJoined = true;
        log.info({ channel: found.name }, `${name}: the channel is ready`);
        return found;
      },
      (error) => {
        problems = [`the channel could not be checked: ${explain(error).reason}`];
        log.warn({}, `${name}: ${problems[0]}`);
      },
      channelPause,
    );
  }

  async function findOther(channel: string): Promise<Channel> {
    if (here === null) {
      throw new DeliveryError("temporary", `${name} is not reached yet`);
    }
    const found = await here.findOther(channel).catch((error: unknown) => {
      const { reason, retryAfter } = explain(error);
      throw new DeliveryError("temporary", `looking for ${channel}: ${reason}`, retryAfter, { cause: error });
    });
    if (found.channel === null) {
      throw new DeliveryError("permanent", found.problems.join("; "));
    }
    return found.channel;
  }

  async function prepare({ prepare: work }: SignedIn): Promise<void> {
    if (work === null) {
      return;
    }
    await untilDone(
      async () => {
        const said = await work();
        unprepared = null;
        log.info({}, `${name}: ${said}`);
        return said;
      },
      (error) => {
        unprepared = explain(error).reason;
        log.error({}, `${name}: ${unprepared}`);
      },
    );
  }

  return {
    name,
    async start() {
      self = { ok: false, detail: "connecting" };
      threads = openThreads(later.channel);
      notices = openNotices(findOther);
      running = run().catch((error: unknown) => {
        self = { ok: false, detail: `starting: ${explain(error).reason}` };
        log.error({ err: error }, `${name}: starting`);
      });
    },
    async stop() {
      stopping.abort();
      later.close();
      const ending = [connection?.stop(), Promise.allSettled(inHand), threads?.stop(), notices?.stop()];
      await Promise.all(
        ending.map((work) => within(drain, "stopping", Promise.resolve(work)).catch(() => {})),
      );
      calls.abort();
      await within(drain, "stopping", running).catch(() => {});
    },
    async standingOf(actor) {
      return here === null
        ? { kind: "unknown", why: `${name} is not reached` }
        : here.standingOf(actor).catch((error: unknown) => ({ kind: "unknown", why: explain(error).reason }));
    },
    health() {
      const parts = [
        self,
        ...[...problems, unprepared].flatMap((detail) => (detail === null ? [] : [{ ok: false, detail }])),
        ...[connection, threads, notices].flatMap((part) => (part === null ? [] : [part.health()])),
      ];
      return {
        ok: parts.every(({ ok }) => ok) && connection !== null && isJoined,
        detail: parts.map(({ detail }) => detail).join("; "),
      };
    },
  };
}
