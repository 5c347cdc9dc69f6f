import { repairs } from "../../config/repairs.ts";
import type { Actor } from "../../deploy/actor.ts";
import { type Channel, DeliveryError } from "../channel.ts";
import type { Standing } from "../identity.ts";
import type { Surface } from "../surface.ts";
import {
  type Failure,
  type Pacing,
  pace,
  pauseAfter,
  pauseOrEnd,
  realPacing,
  rest,
  since,
  within,
} from "./backoff.ts";
import { keepChannel } from "./keep-channel.ts";
import type { Health, OpensNotices, OpensThreads, OpenThreads, PlatformLog } from "./parts.ts";
import { type Telling, tellingOf } from "./tell-person.ts";

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
export interface Explained extends Failure {
  readonly reason: string;
  /** What is wrong and what to do about it, for the health page. */
  readonly advice: string;
}

export interface ChatSurfaceParts {
  readonly name: Channel["surface"];
  readonly log: PlatformLog;
  readonly openThreads: OpensThreads;
  readonly openNotices: OpensNotices;
  readonly explain: (error: unknown) => Explained;
  /** `keep` takes work that was acknowledged, so that a stop can wait for it; `calls` ends what a stop cannot wait for. */
  readonly signIn: (life: Life) => Promise<SignedIn>;
  readonly pacing?: Pacing;
}

export interface Life {
  /** Aborted when the bot stops. */
  readonly stopping: AbortSignal;
  /** Aborted when a stop has waited enough for calls under way. */
  readonly calls: AbortSignal;
  readonly keep: (work: Promise<void>) => void;
  readonly telling: Telling;
}

const drain = 2_000;

/**
 * A chat platform as a surface. It starts at once, whatever the platform does, and keeps trying: to sign in, to find its
 * channel, to prepare what it needs there. health() says how it stands, and since when.
 */
export function chatSurface(given: ChatSurfaceParts): Surface {
  const { name, log, openThreads, openNotices, explain, signIn, pacing = realPacing } = given;
  const { clock, random } = pacing;
  const stopping = new AbortController();
  const { signal } = stopping;
  const calls = new AbortController();
  const home = keepChannel({ name, log, explain, pacing, signal });
  const telling = tellingOf(signal, pacing, log);
  const inHand = new Set<Promise<void>>();
  let connection: Connection | null = null;
  let threads: OpenThreads | null = null;
  let notices: OpenThreads | null = null;
  let here: SignedIn | null = null;
  let self: Health = { ok: false, detail: "not started" };
  let unprepared: string | null = null;
  let running: Promise<unknown> = Promise.resolve();

  function keep(work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => log.error({ err: error }, `${name}: handling a delivery`))
      .finally(() => inHand.delete(done));
    inHand.add(done);
  }

  async function untilSignedIn(life: Life): Promise<SignedIn | null> {
    const began = clock.now();
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        return await signIn(life);
      } catch (error) {
        const explained = explain(error);
        const next = explained.isFinal
          ? `it is looked at again ${pace(repairs.refused)} at most, and at once when the bot is restarted`
          : `it goes on, ${since(began)}, and is tried again ${pace(repairs.connection)} at most`;
        const detail = `${explained.advice}; ${next}`;
        if (self.detail !== detail) {
          log.error({ reason: explained.reason }, `${name}: ${detail}`);
        }
        self = { ok: false, detail };
        await rest(pauseAfter(repairs.connection, failures, explained, random), signal, clock);
      }
    }
    return null;
  }

  async function run(): Promise<void> {
    const signedIn = await untilSignedIn({ stopping: signal, calls: calls.signal, keep, telling });
    if (signedIn === null || signal.aborted) {
      return;
    }
    self = { ok: true, detail: `@${signedIn.name}` };
    here = signedIn;
    connection = signedIn.connection;
    connection.start();
    await Promise.all([home.keep(() => signedIn.findChannel()), prepare(signedIn)]);
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

  /** What the platform refuses is not repeated, but tried once more when the bot can work in its channel. */
  async function prepare({ prepare: work }: SignedIn): Promise<void> {
    if (work !== null && !(await prepared(work))) {
      await home.joined;
      await prepared(work);
    }
  }

  /** False where it was refused, or the bot stops. */
  async function prepared(work: () => Promise<string>): Promise<boolean> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        const said = await work();
        unprepared = null;
        log.info({}, `${name}: ${said}`);
        return true;
      } catch (error) {
        const explained = explain(error);
        const wait = pauseOrEnd(repairs.register, failures, explained, random);
        const next =
          wait === null
            ? "it is not tried again before the bot can work in its channel, or is restarted"
            : `it is tried again ${pace(repairs.register)} at most`;
        const detail = `${explained.reason}; ${next}`;
        if (unprepared !== detail) {
          log.error({}, `${name}: ${detail}`);
        }
        unprepared = detail;
        if (wait === null) {
          return false;
        }
        await rest(wait, signal, clock);
      }
    }
    return false;
  }

  return {
    name,
    async start() {
      self = { ok: false, detail: "connecting" };
      threads = openThreads(home.channel);
      notices = openNotices(findOther);
      running = run().catch((error: unknown) => {
        self = { ok: false, detail: `starting: ${explain(error).reason}` };
        log.error({ err: error }, `${name}: starting`);
      });
    },
    async stop() {
      stopping.abort();
      home.close();
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
        ...[...home.problems(), unprepared].flatMap((detail) =>
          detail === null ? [] : [{ ok: false, detail }],
        ),
        ...[telling.health()].filter((part) => part !== null),
        ...[connection, threads, notices].flatMap((part) => (part === null ? [] : [part.health()])),
      ];
      return {
        ok: parts.every(({ ok }) => ok) && connection !== null && home.isJoined(),
        detail: parts.map(({ detail }) => detail).join("; "),
      };
    },
  };
}
