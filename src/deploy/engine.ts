import { logKind } from "../logs/log-files.ts";
import { dirtyRef, hostNamePattern, isRefName } from "../nix/flake.ts";
import type { Generation } from "../nix/generations.ts";
import { buildAll } from "./build-all.ts";
import { type Actor, awaitsDecision, type Deployment, isOpen, type Mode, type Run } from "./deployment.ts";
import { headRevision, refreshInventory } from "./inventory.ts";
import { type Looked, lookAtHosts } from "./look.ts";
import { type EngineParts, hostOf, maxOpen, now } from "./parts.ts";
import { phases } from "./phases/index.ts";
import { readHostGenerations } from "./read-generations.ts";
import { recover, resume } from "./recovery.ts";
import { openTask, runPhases, type Stop, type Task } from "./tasks.ts";
import { decideDeployment, isInTheWay, newDeployment } from "./transitions.ts";

export type Refusal = {
  readonly kind: "refused";
  readonly code:
    | "bad-command"
    | "unknown-host"
    | "unknown-id"
    | "unknown-generation"
    | "busy"
    | "already-decided"
    | "too-late"
    | "not-ready"
    | "expired"
    | "unavailable";
  readonly message: string;
  readonly help: string | null;
};
export type Started = {
  readonly kind: "started";
  readonly run: Run;
  readonly deployments: readonly Deployment[];
};
export type Decided = { readonly kind: "decided"; readonly deployment: Deployment };

export interface DeployRequest {
  readonly host: string;
  readonly mode: Exclude<Mode, "rollback">;
  readonly ref: string | null;
  readonly reason: string | null;
  readonly by: Actor;
  readonly allowAnyRef: boolean;
  readonly command: string;
}

export interface BuildAllRequest {
  readonly jobs: number | null;
  readonly ref: string | null;
  readonly by: Actor;
  readonly allowAnyRef: boolean;
  readonly command: string;
}

export interface RollbackRequest {
  readonly host: string;
  readonly to: number | "previous";
  readonly by: Actor;
  readonly command: string;
}

export interface Status {
  readonly hosts: readonly Looked[];
  /** What `defaults.ref` is; null when it cannot be read now. */
  readonly revision: string | null;
}

/** Orchestrates deployments. Nothing in it waits for chat. */
export interface Engine {
  deploy(request: DeployRequest): Promise<Started | Refusal>;
  buildAll(request: BuildAllRequest): Promise<Started | Refusal>;
  rollback(request: RollbackRequest): Promise<Started | Refusal>;
  generations(host: string): Promise<readonly Generation[] | Refusal>;
  /** Decides a card once; the first decision counts. */
  decide(id: string, action: "switch" | "cancel", by: Actor): Promise<Decided | Refusal>;
  hosts(): Promise<readonly string[]>;
  /** What a host runs right now, or all of them; and the revision that the fleet's ref is at. */
  status(host: string | null): Promise<Status | Refusal>;
  /** Takes up what was open when the bot stopped. Resolves when that goes on by itself. */
  recover(): Promise<void>;
  /** Ends what may be ended, waits a while for the rest. */
  drain(within: number): Promise<void>;
}

/** Milliseconds before a deployment that broke is taken up again. */
const resumePause = 10_000;

export function createEngine(parts: EngineParts): Engine {
  const tasks = new Map<string, Task>();
  const working = new Map<string, Promise<void>>();
  const { store, clock, logs, log } = parts;

  /** Lets work go on by itself. What breaks it is logged, and the deployment is taken up again as after a restart. */
  function launch(task: Task, work: () => Promise<void>): void {
    tasks.set(task.id, task);
    const running = work()
      .then(
        () => false,
        (error: unknown) => {
          log.error(
            { err: error, deployment: task.id },
            "a deployment could not go on; it is taken up again",
          );
          return true;
        },
      )
      .then(async (isBroken) => {
        if (isBroken) {
          await clock.sleep(resumePause);
        }
        tasks.delete(task.id);
        working.delete(task.id);
        const left = isBroken ? await store.deployment(task.id) : undefined;
        if (left !== undefined && isOpen(left)) {
          await resume(parts, left, launch);
        }
      })
      .catch((error: unknown) =>
        log.error({ err: error, deployment: task.id }, "taking up a deployment again"),
      );
    working.set(task.id, running);
  }

  async function begin(
    kind: Run["kind"],
    command: string,
    by: Actor,
    asked: readonly {
      host: string;
      mode: Mode;
      ref: string | null;
      reason: string | null;
      allowAnyRef: boolean;
      toplevel?: string;
      toGeneration?: number;
    }[],
  ): Promise<{ run: Run; tasks: Task[]; deployments: Deployment[] } | Refusal> {
    const at = new Date(clock.now());
    const runId = await freeId("r", at, async (id) => (await store.run(id)) === undefined);
    const ids: string[] = [];
    for (const _ of asked) {
      ids.push(
        await freeId("d", at, async (id) => !ids.includes(id) && (await store.deployment(id)) === undefined),
      );
    }
    const files = await Promise.all(asked.map(({ host, mode }) => logs.create(logKind(mode), host)));
    const deployments = asked.map((one, index) =>
      newDeployment(
        {
          ...one,
          id: ids[index] ?? "",
          run: runId,
          requestedBy: by,
          risk: hostOf(parts, one.host).risk,
          log: files[index]?.path ?? "",
        },
        at.toISOString(),
      ),
    );
    const run: Run = {
      id: runId,
      kind,
      command,
      requestedBy: by,
      deployments: deployments.map(({ id }) => id),
      createdAt: at.toISOString(),
    };
    const refusal = await store.begin(run, deployments, (open) => refuseBusy(open, deployments));
    if (refusal !== null) {
      await Promise.all(files.map((file) => file.remove()));
      return refusal;
    }
    parts.onRun(run);
    const opened = deployments.map((deployment, index) => {
      parts.onChange(deployment);
      const file = files[index];
      if (file === undefined) {
        throw new Error(`opening ${deployment.id}: it has no log`);
      }
      file.line(`${deployment.id}: ${command} (asked by ${by.name} on ${by.surface})`);
      return openTask(parts, deployment, file);
    });
    for (const result of await Promise.allSettled(
      deployments.map((deployment) => logs.writeInfo(deployment)),
    )) {
      if (result.status === "rejected") {
        log.warn({ err: result.reason }, "writing .info");
      }
    }
    return { run, tasks: opened, deployments };
  }

  /** Ids are short, so that people can type them; one that is taken is not given out again. */
  async function freeId(
    kind: "d" | "r",
    at: Date,
    isFree: (id: string) => Promise<boolean>,
  ): Promise<string> {
    for (let tries = 0; tries < 1_000; tries++) {
      const id = parts.makeId(kind, at);
      if (await isFree(id)) {
        return id;
      }
    }
    throw new Error("giving out an id: all of today's seem to be taken");
  }

  async function knownHost(name: string): Promise<Refusal | null> {
    const wellFormed = hostNamePattern.test(name);
    let hosts = await store.inventory();
    if (wellFormed && !hosts.includes(name)) {
      hosts = await refreshInventory(parts);
    }
    return wellFormed && hosts.includes(name)
      ? null
      : {
          kind: "refused",
          code: "unknown-host",
          message: `There is no host ${JSON.stringify(name)}.`,
          help:
            hosts.length === 0
              ? "The flake has none, or could not be read: see the bot's log."
              : `Hosts: ${hosts.join(", ")}`,
        };
  }

  async function allHosts(): Promise<readonly string[]> {
    const known = await store.inventory();
    return known.length > 0 ? known : refreshInventory(parts);
  }

  async function deploy(request: DeployRequest): Promise<Started | Refusal> {
    const refusal = refuseRef(request.ref) ?? (await knownHost(request.host));
    if (refusal !== null) {
      return refusal;
    }
    const begun = await begin("deploy", request.command, request.by, [
      { ...request, ref: request.ref ?? parts.fleet().defaults.ref },
    ]);
    if ("kind" in begun) {
      return begun;
    }
    for (const task of begun.tasks) {
      launch(task, () => runPhases(parts, task, phases[request.mode]));
    }
    return { kind: "started", run: begun.run, deployments: begun.deployments };
  }

  async function startBuildAll(request: BuildAllRequest): Promise<Started | Refusal> {
    const refusal = refuseRef(request.ref);
    if (refusal !== null) {
      return refusal;
    }
    const hosts = await refreshInventory(parts);
    if (hosts.length === 0) {
      return {
        kind: "refused",
        code: "unavailable",
        message: "The flake's hosts cannot be read.",
        help: "See the bot's log; is the builder up?",
      };
    }
    const ref = request.ref ?? parts.fleet().defaults.ref;
    const summary = await logs.create("build-all", null);
    const begun = await begin(
      "build-all",
      request.command,
      request.by,
      hosts.map((host) => ({
        host,
        mode: "build-only" as const,
        ref,
        reason: null,
        allowAnyRef: request.allowAnyRef,
      })),
    );
    if ("kind" in begun) {
      await summary.remove();
      return begun;
    }
    const work = buildAll(parts, begun.tasks, summary, request.jobs);
    for (const [index, task] of begun.tasks.entries()) {
      launch(task, () => work[index] ?? Promise.resolve());
    }
    return { kind: "started", run: begun.run, deployments: begun.deployments };
  }

  async function rollback(request: RollbackRequest): Promise<Started | Refusal> {
    const generations = await generationsOf(request.host, await wasDeployed(request.host));
    if ("kind" in generations) {
      return generations;
    }
    const current = generations.find((generation) => generation.isProfile);
    const target =
      request.to === "previous"
        ? generations.find((generation) => current !== undefined && generation.number < current.number)
        : generations.find((generation) => generation.number === request.to);
    if (target === undefined) {
      return {
        kind: "refused",
        code: "unknown-generation",
        message:
          request.to === "previous"
            ? `${request.host} has no generation before ${current?.number ?? "this one"}.`
            : `${request.host} has no generation ${request.to}.`,
        help: `It has ${generations.map(({ number }) => number).join(", ")}.`,
      };
    }
    if (target.isCurrent && target.isProfile) {
      return {
        kind: "refused",
        code: "unknown-generation",
        message: `${request.host} runs generation ${target.number} already.`,
        help: null,
      };
    }
    const begun = await begin("rollback", request.command, request.by, [
      {
        host: request.host,
        mode: "rollback",
        ref: null,
        reason: null,
        allowAnyRef: false,
        toplevel: target.toplevel,
        toGeneration: target.number,
      },
    ]);
    if ("kind" in begun) {
      return begun;
    }
    for (const task of begun.tasks) {
      launch(task, () => runPhases(parts, task, phases.rollback));
    }
    return { kind: "started", run: begun.run, deployments: begun.deployments };
  }

  async function generationsOf(host: string, isKnown = false): Promise<readonly Generation[] | Refusal> {
    return (isKnown ? null : await knownHost(host)) ?? readHostGenerations(parts, host);
  }

  /** A host that was deployed from here can go back, whatever the flake says of it by now. */
  async function wasDeployed(host: string): Promise<boolean> {
    return hostNamePattern.test(host) && (await store.deployments({ host, limit: 1 })).length > 0;
  }

  async function decide(id: string, action: "switch" | "cancel", by: Actor): Promise<Decided | Refusal> {
    const found = await store.deployment(id);
    if (found === undefined) {
      return {
        kind: "refused",
        code: "unknown-id",
        message: `There is no deployment ${JSON.stringify(id)}.`,
        help: null,
      };
    }
    const at = now(parts);
    let isOurs = false;
    const latest = await store.update(id, (deployment) => {
      const decided = decideDeployment(deployment, { action, by, at });
      isOurs = decided !== deployment;
      return decided;
    });
    if (isOurs && latest !== undefined) {
      parts.onChange(latest);
      tasks.get(id)?.wake();
      return { kind: "decided", deployment: latest };
    }
    return refuseDecision((await store.deployment(id)) ?? found, action, by, tasks.get(id));
  }

  return {
    deploy,
    buildAll: startBuildAll,
    rollback,
    generations: (host) => generationsOf(host),
    decide,
    hosts: allHosts,
    async status(host) {
      const refusal = host === null ? null : await knownHost(host);
      if (refusal !== null) {
        return refusal;
      }
      const [found, revision] = await Promise.all([
        allHosts().then((names) => lookAtHosts(parts, host === null ? names : [host])),
        headRevision(parts),
      ]);
      return { hosts: found, revision };
    },
    recover: () => recover(parts, launch),
    async drain(within) {
      const stop: Stop = {
        outcome: "failed",
        message: "the bot was stopped meanwhile; the running system is untouched",
      };
      for (const task of tasks.values()) {
        const record = task.context.record();
        // A card that waits for its click waits on after the restart.
        if (record.phase !== "confirm") {
          task.stop(stop);
        }
      }
      const busy = [...tasks.values()].filter((task) => task.context.record().phase !== "confirm");
      if (busy.length > 0) {
        const waited = new AbortController();
        const over = Promise.allSettled(busy.map(({ id }) => working.get(id)));
        await Promise.race([over, clock.sleep(within, waited.signal).catch(() => {})]);
        waited.abort();
      }
    },
  };
}

function refuseBusy(open: readonly Deployment[], asked: readonly Deployment[]): Refusal | null {
  if (open.length + asked.length > maxOpen) {
    return {
      kind: "refused",
      code: "unavailable",
      message: `${open.length} deployments are open, which is enough.`,
      help: "Wait for some of them, or cancel them.",
    };
  }
  for (const { id, host, mode } of asked) {
    if (open.some((deployment) => deployment.id === id)) {
      return {
        kind: "refused",
        code: "unavailable",
        message: "Two deployments got the same id.",
        help: "Ask again.",
      };
    }
    const other = open.find((deployment) => isInTheWay(deployment, host, mode));
    if (other !== undefined) {
      return {
        kind: "refused",
        code: "busy",
        message: `${host} is busy: ${other.requestedBy.name} started ${other.id} (${other.mode}), which is in ${other.phase}.`,
        help: awaitsDecision(other)
          ? `/confirm ${other.id} or /cancel ${other.id} ends it.`
          : "Wait until it has ended.",
      };
    }
  }
  return null;
}

function refuseRef(ref: string | null): Refusal | null {
  return ref === null || ref === dirtyRef || isRefName(ref)
    ? null
    : {
        kind: "refused",
        code: "bad-command",
        message: `${JSON.stringify(ref)} is not the name of a git ref.`,
        help: "Give a branch (origin/main), a tag, a revision, or . for the working tree.",
      };
}

/** Why a click decided nothing; a cancel of earlier work is carried out here. */
function refuseDecision(
  deployment: Deployment,
  action: "switch" | "cancel",
  by: Actor,
  task: Task | undefined,
): Decided | Refusal {
  const decision = deployment.confirmation?.decision;
  if (decision !== null && decision !== undefined) {
    return deployment.outcome === null && action === "cancel"
      ? {
          kind: "refused",
          code: "too-late",
          message: `${decision.by.name} clicked ${decision.action} already, and the switch is under way.`,
          help: `If it turns out badly it rolls back by itself; afterwards there is /rollback ${deployment.host} previous.`,
        }
      : {
          kind: "refused",
          code: "already-decided",
          message: `${decision.by.name} decided already: ${decision.action}.`,
          help: null,
        };
  }
  if (!isOpen(deployment)) {
    return {
      kind: "refused",
      code: deployment.outcome === "expired" ? "expired" : "already-decided",
      message: `${deployment.id} has ended: ${deployment.outcome}.`,
      help: null,
    };
  }
  if (deployment.phase === "confirm" && deployment.confirmation !== null) {
    return {
      kind: "refused",
      code: "expired",
      message: `The card of ${deployment.id} has expired.`,
      help: "Ask again.",
    };
  }
  if (action === "cancel" && task !== undefined) {
    task.stop({
      outcome: "cancelled",
      message: `Cancelled by ${by.name} during ${deployment.phase}; the running system is untouched.`,
    });
    return { kind: "decided", deployment };
  }
  return {
    kind: "refused",
    code: "not-ready",
    message: `${deployment.id} is in ${deployment.phase}: there is nothing to decide yet.`,
    help: "Its card will ask.",
  };
}
