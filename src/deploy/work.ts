import { repairs, slowly } from "../config/repairs.ts";
import { type LogFile, logKind } from "../logs/log-files.ts";
import type { Actor } from "./actor.ts";
import { type Deployment, isOpen, type Mode } from "./deployment.ts";
import type { HostAct } from "./host-act.ts";
import { type EngineParts, hostOf } from "./parts.ts";
import { takeTurn } from "./queue.ts";
import { resume } from "./recovery.ts";
import { refuseBegin } from "./refusals.ts";
import type { Refusal } from "./requests.ts";
import { waitsForPeople } from "./resume.ts";
import type { Run } from "./run.ts";
import { aroundFor } from "./same-machine.ts";
import { openTask, type Task } from "./tasks.ts";
import { firstPlace, newDeployment } from "./transitions.ts";
import { isWatched } from "./watching.ts";

/** One deployment of a run that is to begin. */
export interface Asked {
  readonly host: string;
  readonly mode: Mode;
  readonly ref: string | null;
  readonly reason: string | null;
  readonly allowAnyRef: boolean;
  readonly isForced?: boolean;
  readonly noRollback?: boolean;
  readonly flakeCheck?: boolean;
  readonly toplevel?: string;
  readonly isTrusted?: boolean | null;
  readonly revision?: string | null;
  readonly toGeneration?: number;
  readonly isForward?: boolean;
  readonly act?: HostAct;
  readonly watch?: number | null;
  readonly alarmOf?: string | null;
}

/** Who asks, and how. */
export interface Asking
  extends Pick<Run, "kind" | "command" | "request" | "jobs" | "keepGoing" | "canary" | "wave"> {
  readonly by: Actor;
}

export interface Begun {
  readonly run: Run;
  readonly tasks: readonly Task[];
  readonly deployments: readonly Deployment[];
}

/** The deployments at work in this process. */
export interface Work {
  begin(asking: Asking, asked: readonly Asked[]): Promise<Begun | Refusal>;
  launch(task: Task, work: () => Promise<void>): void;
  task(id: string): Task | undefined;
  /** Ends the watching of a host, for somebody who rolls it back. */
  endWatching(host: string, by: Actor): void;
  drain(within: number): Promise<void>;
}

export function createWork(parts: EngineParts): Work {
  const tasks = new Map<string, Task>();
  const working = new Map<string, Promise<void>>();
  const { store, clock, logs, log, troubles } = parts;
  /** How often in a row the work of a deployment broke. */
  const broken = new Map<string, number>();

  /** It goes on for ever, at a slow rate: a host that switches must not lose its bot. How long to wait before. */
  function tellBroken(id: string, error: unknown): number {
    const failures = (broken.get(id) ?? 0) + 1;
    broken.set(id, failures);
    if (failures > 1) {
      const why = error instanceof Error ? error.message : String(error);
      troubles.report(
        `stuck:${id}`,
        `The work of ${id} broke ${failures === 2 ? "twice" : "again and again"}: ${why}.`,
      );
    }
    return slowly(repairs.takeUp, failures, 0);
  }

  function tellWell(id: string): void {
    if (broken.delete(id)) {
      troubles.clear(`stuck:${id}`);
    }
  }

  /** Lets work go on by itself. What breaks it is logged, and the deployment is taken up again as after a restart. */
  function launch(task: Task, work: () => Promise<void>): void {
    tasks.set(task.id, task);
    const running = work()
      .then(
        () => {
          tellWell(task.id);
          return null;
        },
        (error: unknown) => {
          log.error(
            { err: error, deployment: task.id },
            "a deployment could not go on; it is taken up again",
          );
          return tellBroken(task.id, error);
        },
      )
      .then(async (pause) => {
        const isBroken = pause !== null;
        if (isBroken) {
          await clock.sleep(pause);
        }
        tasks.delete(task.id);
        working.delete(task.id);
        const left = isBroken ? await store.deployment(task.id) : undefined;
        if (left !== undefined && isOpen(left)) {
          await resume(parts, left, launch);
        } else if (isBroken) {
          tellWell(task.id);
        }
      })
      .catch((error: unknown) =>
        log.error({ err: error, deployment: task.id }, "taking up a deployment again"),
      );
    working.set(task.id, running);
  }

  async function begin(asking: Asking, asked: readonly Asked[]): Promise<Begun | Refusal> {
    const { by, command, ...rest } = asking;
    const at = new Date(clock.now());
    const runId = await freeId("r", at, async (id) => (await store.run(id)) === undefined);
    const ids: string[] = [];
    for (const _ of asked) {
      ids.push(
        await freeId("d", at, async (id) => !ids.includes(id) && (await store.deployment(id)) === undefined),
      );
    }
    const files = await createLogs(asked);
    const typed = asked.map((one, index) =>
      newDeployment(
        {
          ...one,
          id: ids[index] ?? "",
          run: runId,
          requestedBy: by,
          risk: hostOf(parts, one.host).risk,
          console: hostOf(parts, one.host).console,
          watch: one.mode === "deploy" ? (one.watch ?? hostOf(parts, one.host).monitor) : null,
          log: files[index]?.path ?? "",
          queue: firstPlace(one.mode),
          isTogether: asking.kind === "deploy" && asked.length > 1,
        },
        at.toISOString(),
      ),
    );
    const asks = typed.map((one) => parts.redact.value(one));
    const run: Run = parts.redact.value({
      id: runId,
      ...rest,
      command,
      requestedBy: by,
      deployments: asks.map(({ id }) => id),
      createdAt: at.toISOString(),
    });
    const removeLogs = () => Promise.all(files.map((file) => file.remove().catch(() => {})));
    const refusal = await store
      .begin(run, asks, (around) => refuseBegin(parts, around, asks))
      .catch(async (error: unknown) => {
        await removeLogs();
        throw error;
      });
    if (refusal !== null) {
      await removeLogs();
      return refusal;
    }
    parts.onRun(run);
    const deployments = await Promise.all(
      asks.map(async (one) => {
        // It has begun, whatever the disk says now: its own task takes the turn later.
        const placed = await store
          .update(one.id, (latest, around) =>
            takeTurn(latest, aroundFor(parts.fleet(), around, latest.host), at.toISOString()),
          )
          .catch((error: unknown) => log.warn({ err: error, deployment: one.id }, "taking a turn"));
        return placed ?? one;
      }),
    );
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

  /** One for each, or none. */
  async function createLogs(asked: readonly Asked[]): Promise<LogFile[]> {
    const created = await Promise.allSettled(asked.map(({ host, mode }) => logs.create(logKind(mode), host)));
    const files = created.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const failed = created.find((one) => one.status === "rejected");
    if (failed !== undefined) {
      await Promise.all(files.map((file) => file.remove().catch(() => {})));
      throw failed.reason;
    }
    return files;
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

  /** Stops what has not asked yet, which stays open, and waits a while for the rest. */
  async function drain(within: number): Promise<void> {
    for (const task of tasks.values()) {
      const record = task.context.record();
      // A card that waits for its click waits on after the restart.
      if (!waitsForPeople(record)) {
        task.stop({ kind: "shutdown" });
      }
    }
    // One that was decided is carried out, or is ended already and takes its gc-roots off the host.
    const busy = [...tasks.values()].filter((task) => {
      const record = task.context.record();
      const isDecided = (record.confirmation?.decision ?? null) !== null;
      return !waitsForPeople(record) || record.outcome !== null || isDecided;
    });
    if (busy.length > 0) {
      const waited = new AbortController();
      const over = Promise.allSettled(busy.map(({ id }) => working.get(id)));
      await Promise.race([over, clock.sleep(within, waited.signal).catch(() => {})]);
      waited.abort();
    }
  }

  function endWatching(host: string, by: Actor): void {
    for (const task of tasks.values()) {
      if (task.host.name === host && isWatched(task.context.record())) {
        task.stop({ kind: "rollback", by });
      }
    }
  }

  return { begin, launch, task: (id) => tasks.get(id), endWatching, drain };
}
