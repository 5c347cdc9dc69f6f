import type { Deployment } from "../deploy/deployment.ts";
import type { DeploymentFilter } from "../deploy/deployment-filter.ts";
import type { Lock } from "../deploy/locks.ts";
import type { Machines } from "../deploy/machines.ts";
import type { Around } from "../deploy/queue.ts";
import type { Run } from "../deploy/run.ts";
import type { ThreadState } from "./thread-state.ts";

/** What the bot remembers. Every write is on the disk before its promise resolves. */
export interface Store {
  /** Deployments that have not ended, oldest first. */
  open(): Promise<readonly Deployment[]>;
  /** An open or finished deployment. */
  deployment(id: string): Promise<Deployment | undefined>;
  /** Open and finished ones, the newest first. */
  deployments(filter: DeploymentFilter): Promise<readonly Deployment[]>;
  /**
   * Begins a run with its deployments, in one write. `refuse` sees what is going on at that moment and
   * may return a reason against it, which comes back; null when the run was begun.
   */
  begin<R>(
    run: Run,
    deployments: readonly Deployment[],
    refuse: (around: Around) => R | null,
  ): Promise<R | null>;
  /**
   * Changes an open deployment by a pure function, one change at a time, which makes it the place to
   * compare and set: `change` sees the latest record, and what else is going on, and may return it as it is. A record that comes back
   * with an outcome goes to the history first and leaves the open ones then.
   * Undefined when no open deployment has this id.
   */
  update(
    id: string,
    change: (latest: Deployment, around: Around) => Deployment,
  ): Promise<Deployment | undefined>;
  /**
   * As `update`, for several at once and in one write: all of them are changed, or none. `change` sees those that are open, in
   * the order of `ids`, and gives them back in that order; none may end by it.
   */
  updateAll(
    ids: readonly string[],
    change: (latest: readonly Deployment[], around: Around) => readonly Deployment[],
  ): Promise<readonly Deployment[]>;
  /** As `update`, for a deployment that has ended: its record in the history. Undefined when none has this id. */
  correct(id: string, change: (latest: Deployment) => Deployment): Promise<Deployment | undefined>;
  run(id: string): Promise<Run | undefined>;
  /** The run whose request has a key that begins so: of this month or the last. */
  runByKey(start: string): Promise<Run | undefined>;
  /** Those in force and those that ended in the last days, oldest first. */
  locks(): Promise<readonly Lock[]>;
  /**
   * Changes the locks by a pure function, one change at a time: the place to compare and set. `run` begins with a new lock,
   * in the same write.
   */
  changeLocks(change: (locks: readonly Lock[]) => readonly Lock[], run?: Run): Promise<readonly Lock[]>;
  /** The hosts of the flake as last read from it: what a roll back uses when the flake is broken. */
  inventory(): Promise<readonly string[]>;
  setInventory(hosts: readonly string[]): Promise<void>;
  /** Which machine each host name stands for; never emptied by what the flake has. */
  machines(): Promise<Machines>;
  changeMachines(change: (known: Machines) => Machines): Promise<void>;
  /** Threads on chat platforms in which something is still to be delivered. */
  threads(): Promise<readonly ThreadState[]>;
  saveThread(thread: ThreadState): Promise<void>;
  removeThread(thread: Pick<ThreadState, "surface" | "run">): Promise<void>;
  /** What was found damaged at the start, for people. */
  notices(): readonly string[];
  close(): Promise<void>;
}
