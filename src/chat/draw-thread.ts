import type { FleetFile } from "../config/fleet-file.ts";
import { hostNamed } from "../fleet/host.ts";
import type { Store } from "../store/store.ts";
import { lockThread } from "../views/lock.ts";
import { isNoticeable, noticeThread } from "../views/notice.ts";
import { runThread } from "../views/thread.ts";
import type { Progress } from "./desk.ts";
import type { Thread } from "./thread.ts";

/** Draws what another channel is told of a run; undefined where its hosts do not name that channel. */
export function noticeDrawer(
  store: Pick<Store, "run" | "deployment">,
  fleet: () => FleetFile,
  place: string,
): (run: string) => Promise<Thread | undefined> {
  return async (id) => {
    const run = await store.run(id);
    const found = await Promise.all((run?.deployments ?? []).map((one) => store.deployment(one)));
    const told = found
      .filter((one) => one !== undefined)
      .filter((one) => isNoticeable(one) && hostNamed(fleet(), one.host).notify.includes(place));
    return run === undefined || told.length === 0 ? undefined : noticeThread(run, told, place);
  };
}

/** Draws threads from the store, and from the progress that is kept in memory. */
export function threadDrawer(
  store: Pick<Store, "run" | "deployment" | "locks">,
  progressOf: (id: string) => Progress | null,
): (run: string) => Promise<Thread | undefined> {
  return async (id) => {
    const run = await store.run(id);
    if (run === undefined) {
      return undefined;
    }
    if (run.kind === "lock") {
      const lock = (await store.locks()).find((one) => one.run === id);
      return lock === undefined ? undefined : lockThread(run, lock);
    }
    const found = await Promise.all(run.deployments.map((deployment) => store.deployment(deployment)));
    const deployments = found.filter((deployment) => deployment !== undefined);
    return runThread(run, deployments, progressOf);
  };
}
