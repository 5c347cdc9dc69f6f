import type { Generation } from "../nix/generations.ts";
import type { Actor } from "./actor.ts";
import { rollBackByItself } from "./automatic-rollback.ts";
import { buildAll } from "./build-all.ts";
import { type Change, changesOf } from "./change-log.ts";
import { decide } from "./decide.ts";
import { decideRun } from "./decide-run.ts";
import { type Examined, examineHost } from "./health.ts";
import {
  allHosts,
  type HostsOfRef,
  hostsOfRef,
  type Inventory,
  lastHosts,
  noReading,
  refreshInventory,
  refuseHostsNotIn,
  refuseUnknownHost,
} from "./inventory.ts";
import { createHostLocks } from "./lock-hosts.ts";
import { inForce, type Lock } from "./locks.ts";
import { lookAtHosts } from "./look.ts";
import { lookAgain } from "./look-again.ts";
import { type EngineParts, now } from "./parts.ts";
import { phases } from "./phases/index.ts";
import { recover } from "./recovery.ts";
import { ancestryOfHosts, headRevision, listRefs } from "./refs.ts";
import { refuseRef } from "./refusals.ts";
import type {
  BuildAllRequest,
  Decided,
  DecidedRun,
  DeployRequest,
  Locked,
  LockRequest,
  LookedAgain,
  Refusal,
  RollbackRequest,
  RolloutRequest,
  Started,
  Status,
  Unlocked,
} from "./requests.ts";
import { rollOut } from "./roll-out.ts";
import { runPhases } from "./run-phases.ts";
import { locksByName } from "./same-machine.ts";
import { type ActRequest, startAct } from "./start-act.ts";
import { generationsOf, startRollback } from "./start-rollback.ts";
import { createWork, type Work } from "./work.ts";

/** Orchestrates deployments. Nothing in it waits for chat. */
export interface Engine {
  deploy(request: DeployRequest): Promise<Started | Refusal>;
  /** Several hosts as one run: all made ready, one question, then one after the other. */
  rollOut(request: RolloutRequest): Promise<Started | Refusal>;
  buildAll(request: BuildAllRequest): Promise<Started | Refusal>;
  rollback(request: RollbackRequest): Promise<Started | Refusal>;
  /** Collects garbage, deletes generations or reboots, after a click. */
  act(request: ActRequest): Promise<Started | Refusal>;
  generations(host: string): Promise<readonly Generation[] | Refusal>;
  /** What each good deployment of a host changed, the newest first. */
  changes(host: string, limit: number): Promise<readonly Change[] | Refusal>;
  /**
   * Decides a card once; the first decision counts. A host may want the word of several people. A yes carries the digest of what
   * was shown, and is refused where that is not what there is now.
   */
  decide(
    id: string,
    action: "switch" | "cancel",
    by: Actor,
    isApprover?: boolean,
    digest?: string | null,
  ): Promise<Decided | Refusal>;
  /** The same for all hosts of a run, under the strictest of their rules. */
  decideRun(
    id: string,
    action: "switch" | "cancel",
    by: Actor,
    isApprover?: boolean,
    digest?: string | null,
  ): Promise<DecidedRun | Refusal>;
  /** Keeps everybody from deploying a host; a roll back works all the same. */
  lock(request: LockRequest): Promise<Locked | Refusal>;
  /** Ends a lock: one's own, or anybody's where `mayUnlockOthers`. */
  unlock(host: string, by: Actor, mayUnlockOthers: boolean): Promise<Unlocked | Refusal>;
  /** Those in force. */
  locks(): Promise<readonly Lock[]>;
  /** Looks at the host of a deployment whose end nobody knew, and corrects the record once. */
  lookAgain(id: string, by: Actor): Promise<LookedAgain | Refusal>;
  hosts(): Promise<readonly string[]>;
  /** The same, with the reason where they cannot be read; read now where there is one. */
  inventory(): Promise<Inventory>;
  /** The same as it was found the last time, for lists that are drawn often. */
  lastInventory(): Promise<Inventory>;
  /** The hosts of another ref, read now. */
  hostsOf(ref: string): Promise<HostsOfRef | Refusal>;
  /** Branches and tags of the fleet's repository as last fetched, the default first; none when the builder is away. */
  refs(): Promise<readonly string[]>;
  /** What a host runs right now, or all of them; and the revision that the fleet's ref is at. */
  status(host: string | null): Promise<Status | Refusal>;
  /** One host, looked at closely. */
  health(host: string): Promise<Examined | Refusal>;
  /** Takes up what was open when the bot stopped. Resolves when that goes on by itself. */
  recover(): Promise<void>;
  /** Stops what may be stopped, which is begun again after the restart, and waits a while for the rest. */
  drain(within: number): Promise<void>;
}

export function createEngine(given: Omit<EngineParts, "rollBack" | "reading">): Engine {
  const parts: EngineParts = {
    ...given,
    reading: noReading(),
    rollBack: (watched, alarm) => rollBackByItself(parts, work, watched, alarm),
  };
  const work: Work = createWork(parts);
  const hostLocks = createHostLocks(parts);
  const { store, logs } = parts;

  async function deploy(request: DeployRequest): Promise<Started | Refusal> {
    const refusal = refuseRef(request.ref) ?? (await refuseHostsNotIn(parts, [request.host], request.ref));
    if (refusal !== null) {
      return refusal;
    }
    const begun = await work.begin(
      { kind: "deploy", command: request.command, by: request.by, request: request.request ?? null },
      [{ ...request, ref: request.ref ?? parts.fleet().defaults.ref }],
    );
    if ("kind" in begun) {
      return begun;
    }
    for (const task of begun.tasks) {
      work.launch(task, () => runPhases(parts, task, phases[request.mode]));
    }
    return { kind: "started", run: begun.run, deployments: begun.deployments };
  }

  async function startRollout(request: RolloutRequest): Promise<Started | Refusal> {
    const { hosts, keepGoing, canary, wave, command, by, mode } = request;
    const refusal = refuseRef(request.ref) ?? (await refuseHostsNotIn(parts, hosts, request.ref));
    if (refusal !== null) {
      return refusal;
    }
    const ref = request.ref ?? parts.fleet().defaults.ref;
    const begun = await work.begin(
      { kind: "deploy", command, by, keepGoing, canary, wave, request: request.request ?? null },
      hosts.map((host) => ({ ...request, host, ref })),
    );
    if ("kind" in begun) {
      return begun;
    }
    const all = rollOut(parts, begun.run.id, begun.tasks, mode);
    for (const [index, task] of begun.tasks.entries()) {
      work.launch(task, () => all[index] ?? Promise.resolve());
    }
    return { kind: "started", run: begun.run, deployments: begun.deployments };
  }

  async function startBuildAll(request: BuildAllRequest): Promise<Started | Refusal> {
    const refusal = refuseRef(request.ref);
    if (refusal !== null) {
      return refusal;
    }
    const ref = request.ref ?? parts.fleet().defaults.ref;
    const found = request.ref === null ? await refreshInventory(parts) : await hostsOfRef(parts, ref);
    if ("kind" in found && found.kind === "refused") {
      return found;
    }
    if ("trouble" in found && found.trouble !== null && found.hosts.length === 0) {
      return found.trouble;
    }
    const { hosts } = found;
    if (hosts.length === 0) {
      return {
        kind: "refused",
        code: "unavailable",
        message: `The flake has no hosts at ${ref}.`,
        help: "Add one to nixosConfigurations, commit and push.",
      };
    }
    const summary = await logs.create("build-all", null);
    const begun = await work
      .begin(
        {
          kind: "build-all",
          command: request.command,
          by: request.by,
          jobs: request.jobs,
          request: request.request ?? null,
        },
        hosts.map((host) => ({
          host,
          mode: "build-only" as const,
          ref,
          reason: null,
          allowAnyRef: request.allowAnyRef,
        })),
      )
      .catch(async (error: unknown) => {
        await summary.remove();
        throw error;
      });
    if ("kind" in begun) {
      await summary.remove();
      return begun;
    }
    const builds = buildAll(parts, begun.run.id, begun.tasks, summary, request.jobs);
    for (const [index, task] of begun.tasks.entries()) {
      work.launch(task, () => builds[index] ?? Promise.resolve());
    }
    return { kind: "started", run: begun.run, deployments: begun.deployments };
  }

  return {
    deploy,
    rollOut: startRollout,
    buildAll: startBuildAll,
    rollback: (request) => startRollback(parts, work, request),
    act: (request) => startAct(parts, work, request),
    generations: (host) => generationsOf(parts, host),
    changes: (host, limit) => changesOf(parts, host, limit),
    decide: (id, action, by, isApprover = false, digest = null) =>
      decide(parts, work, id, action, { by, isApprover, digest }),
    decideRun: (id, action, by, isApprover = false, digest = null) =>
      decideRun(parts, work, id, action, { by, isApprover, digest }),
    lock: hostLocks.lock,
    unlock: hostLocks.unlock,
    locks: async () => {
      const locks = inForce(await store.locks(), now(parts));
      return locksByName(parts.fleet(), locks, await store.machines(), await store.inventory());
    },
    lookAgain: (id, by) => lookAgain(parts, id, by),
    hosts: async () => (await lastHosts(parts)).hosts,
    inventory: () => allHosts(parts),
    lastInventory: () => lastHosts(parts),
    hostsOf: async (ref) => refuseRef(ref) ?? hostsOfRef(parts, ref),
    refs: () => listRefs(parts),
    async status(host) {
      const refusal = host === null ? null : await refuseUnknownHost(parts, host);
      if (refusal !== null) {
        return refusal;
      }
      const inventory = host === null ? allHosts(parts) : Promise.resolve({ hosts: [host], trouble: null });
      const [found, head] = await Promise.all([
        inventory.then(({ hosts: names }) => lookAtHosts(parts, names)),
        headRevision(parts),
      ]);
      const { revision } = head;
      const ancestry = await ancestryOfHosts(parts, found, revision);
      return { hosts: found, trouble: (await inventory).trouble ?? head.trouble, revision, ancestry };
    },
    health: async (host) => (await refuseUnknownHost(parts, host)) ?? examineHost(parts, host),
    async recover() {
      await recover(parts, work.launch);
      await hostLocks.watch();
    },
    drain: work.drain,
  };
}
