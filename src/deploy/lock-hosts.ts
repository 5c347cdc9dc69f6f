import type { Actor } from "./actor.ts";
import type { Deployment } from "./deployment.ts";
import { refuseUnknownHost } from "./inventory.ts";
import { everyHost, type Lock, lockOn, locksOn, lockText, lockToEnd, mayStack } from "./locks.ts";
import { goesBack } from "./modes.ts";
import { type EngineParts, hostOf, now } from "./parts.ts";
import type { Locked, LockRequest, Refusal, Unlocked } from "./requests.ts";
import type { Run } from "./run.ts";
import { aroundFor, isOneMachine } from "./same-machine.ts";

/** How long a lock that has ended is remembered, for its thread. */
const remembered = 30 * 24 * 60 * 60_000;
const mostEnded = 500;
/** Milliseconds: a timer takes no more than some 24 days. */
const longestSleep = 24 * 60 * 60_000;

/** Locks and unlocks hosts. A lock is never taken from somebody in silence. */
export interface HostLocks {
  lock(request: LockRequest): Promise<Locked | Refusal>;
  unlock(host: string, by: Actor, mayUnlockOthers: boolean): Promise<Unlocked | Refusal>;
  /** Ends what has run out, now and later. */
  watch(): Promise<void>;
}

export function createHostLocks(parts: EngineParts): HostLocks {
  const { store, clock } = parts;
  let watched: number | null = null;

  /** Ends what has run out, and comes again for what will. */
  async function watch(): Promise<void> {
    const at = now(parts);
    const timed = (await store.locks()).filter(({ ended, until }) => ended === null && until !== null);
    for (const lock of timed.filter(({ until }) => until !== null && until <= at)) {
      await end(parts, lock, { how: "expired", by: null, at });
    }
    const next = Math.min(
      ...timed.map(({ until }) => Date.parse(until ?? "")).filter((time) => time > clock.now()),
    );
    if (Number.isFinite(next) && next !== watched) {
      watched = next;
      void clock
        .sleep(Math.min(next - clock.now() + 1, longestSleep))
        .then(() => {
          watched = null;
          return watch();
        })
        .catch((error: unknown) => parts.log.error({ err: error }, "ending a lock"));
    }
  }

  return {
    async lock(request) {
      const refusal = await refuseUnknownHost(parts, request.host);
      if (refusal !== null) {
        return refusal;
      }
      const added = await add(parts, request, null);
      void watch();
      return added.kind === "locked"
        ? added
        : {
            kind: "refused",
            code: "locked",
            message: `${request.host} is locked already: ${lockText(added.by)}.`,
            help: "Its owner or an admin can /unlock it.",
          };
    },
    async unlock(host, by, mayUnlockOthers) {
      const at = now(parts);
      const all = await store.locks();
      const machines = await store.machines();
      const fleet = parts.fleet();
      // A lock hangs on the machine, under whichever of its names it was set.
      const isIts = (name: string) =>
        name === host || (![name, host].includes(everyHost) && isOneMachine(fleet, machines, name, host));
      const names = [...new Set([host, ...all.map((lock) => lock.host).filter(isIts)])];
      const holding = [...new Set(names.flatMap((name) => locksOn(all, name, at)))];
      const held = holding.filter((lock) => isIts(lock.host));
      const [first] = held;
      if (first === undefined) {
        return refuseNothing(host, holding[0] ?? null);
      }
      const ending = lockToEnd(held, by, mayUnlockOthers);
      if (ending === null) {
        return {
          kind: "refused",
          code: "not-allowed",
          message: `That lock is somebody else's: ${lockText(first)}.`,
          help: `${first.by.name} or an admin can unlock it.`,
        };
      }
      await end(parts, ending, { how: "unlocked", by, at });
      return { kind: "unlocked", lock: ending, remaining: locksOn(await store.locks(), host, at) };
    },
    watch,
  };
}

const switchyard: Actor = { surface: "terminal", id: "switchyard", name: "Switchyard" };

/**
 * Locks the host of a roll back that has worked, once, so that nobody deploys the same mistake again; and one whose machine
 * contradicts its supervisor, until an admin has looked at it.
 */
export async function lockAfter(parts: EngineParts, ended: Deployment): Promise<void> {
  const { host, id, outcome, requestedBy, toGeneration } = ended;
  if (outcome === "unknown" && ended.isContradicted === true) {
    const reason = `its supervisor and the machine contradict each other (${id})`;
    // No roll back's lock, which everybody who deploys may take off: this one is for an admin.
    await add(
      parts,
      { host, reason, lasts: null, by: switchyard, command: `/lock ${host}`, isAdmin: true },
      null,
    );
    return;
  }
  const isDone = outcome === "deployed" || outcome === "deployed-degraded";
  if (goesBack(ended) && isDone && hostOf(parts, host).lockAfterRollback) {
    const reason = `it was rolled back to generation ${toGeneration ?? "?"}; unlock it when it may be deployed again`;
    await add(parts, { host, reason, lasts: null, by: requestedBy, command: `/lock ${host}` }, id);
  }
}

async function add(
  parts: EngineParts,
  { host, reason, lasts, by, command, isAdmin = false }: LockRequest,
  deployment: string | null,
): Promise<Locked | { readonly kind: "held"; readonly by: Lock }> {
  const { store, clock } = parts;
  const since = now(parts);
  const until = lasts === null ? null : new Date(clock.now() + lasts).toISOString();
  const id = await freeRun(parts);
  const lock: Lock = { run: id, host, reason, by, since, until, deployment, ended: null };
  const run: Run = { id, kind: "lock", command, requestedBy: by, deployments: [], createdAt: since };
  const machines = await store.machines();
  const seen = (all: readonly Lock[]) =>
    aroundFor(parts.fleet(), { open: [], locks: all, machines }, host).locks;
  const locks = await store.changeLocks((all) => {
    const isThere = deployment !== null && all.some((one) => one.deployment === deployment);
    const held = locksOn(seen(all), host, since);
    // A second roll back needs no second lock; a person's may be gone before the roll back's should be.
    const isFree =
      deployment === null ? mayStack(held, by, isAdmin) : held.every((one) => one.deployment === null);
    return isThere || !isFree ? all : [...forget(all, clock.now()), lock];
  }, run);
  if (!locks.includes(lock)) {
    return { kind: "held", by: lockOn(seen(locks), host, since) ?? lock };
  }
  await note(parts, lock, "locked", by);
  parts.onRun(run);
  return { kind: "locked", lock, run };
}

async function freeRun(parts: EngineParts): Promise<string> {
  for (let tries = 0; tries < 1_000; tries++) {
    const id = parts.makeId("r", new Date(parts.clock.now()));
    if ((await parts.store.run(id)) === undefined) {
      return id;
    }
  }
  throw new Error("giving out an id: all of today's seem to be taken");
}

async function end(parts: EngineParts, lock: Lock, ended: NonNullable<Lock["ended"]>): Promise<void> {
  const isIt = (one: Lock) => one.run === lock.run && one.host === lock.host && one.ended === null;
  await parts.store.changeLocks((locks) => locks.map((one) => (isIt(one) ? { ...one, ended } : one)));
  await note(parts, lock, ended.how, ended.by ?? switchyard);
  const run = await parts.store.run(lock.run);
  if (run !== undefined) {
    parts.onRun(run);
  }
}

/** An audit that cannot be written must not keep a lock from being set or ended. */
async function note(parts: EngineParts, lock: Lock, what: string, who: Actor): Promise<void> {
  const entry = { who, what, about: lock.host, detail: lockText(lock) };
  await parts
    .audit(entry)
    .catch((error: unknown) => parts.log.error({ err: error, entry }, "writing the audit"));
}

function forget(locks: readonly Lock[], now: number): readonly Lock[] {
  const held = locks.filter(({ ended }) => ended === null);
  const past = locks.filter(({ ended }) => ended !== null && now - Date.parse(ended.at) < remembered);
  return [...past.slice(-mostEnded), ...held];
}

function refuseNothing(host: string, every: Lock | null): Refusal {
  return {
    kind: "refused",
    code: "not-ready",
    message: every === null ? `${host} is not locked.` : `${lockText(every)}: that holds ${host}, too.`,
    help: every === null ? null : "An admin can end it with /unlock all.",
  };
}
