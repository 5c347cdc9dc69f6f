import type { Clock } from "../config/clock.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { isOpen } from "../deploy/deployment.ts";
import type { Run } from "../deploy/run.ts";
import type { Store } from "../store/store.ts";
import { deploymentCard } from "../views/deployment-card.ts";
import { lockBlocks } from "../views/lock.ts";
import { runCard } from "../views/run-card.ts";
import type { Progress } from "./desk.ts";
import type { Events } from "./events.ts";

/** Progress comes by the hundred; a card is drawn at most this often for it, in milliseconds. */
const drawEvery = 250;

/** Turns what the engine says into few events with finished cards. A changed record is shown at once. */
export interface Live {
  changed(deployment: Deployment): void;
  began(run: Run): void;
  progressed(progress: Progress): void;
  progressOf(id: string): Progress | null;
}

export function createLive(
  events: Events,
  store: Pick<Store, "deployment" | "run" | "locks">,
  clock: Clock,
  onError: (error: unknown) => void,
): Live {
  const progress = new Map<string, Progress>();
  const due = new Set<string>();

  function changed(deployment: Deployment): void {
    if (!isOpen(deployment) || progress.get(deployment.id)?.phase !== deployment.phase) {
      progress.delete(deployment.id);
    }
    try {
      const card = deploymentCard(deployment, progress.get(deployment.id) ?? null);
      events.emit({ kind: "deployment", deployment, card });
    } catch (error) {
      onError(error);
    }
    drawRun(deployment.run, 2).catch(onError);
  }

  /** The card of a run with one host is that host's card, and is drawn once only, for what was typed. */
  async function drawRun(id: string, least: number): Promise<void> {
    const run = await store.run(id);
    if (run?.kind === "lock") {
      const lock = (await store.locks()).find((one) => one.run === id);
      events.emit({ kind: "run", run, card: lock === undefined ? [] : lockBlocks(lock) });
    } else if (run !== undefined && run.deployments.length >= least) {
      const found = await Promise.all(run.deployments.map((deployment) => store.deployment(deployment)));
      events.emit({
        kind: "run",
        run,
        card: runCard(
          run,
          found.filter((one) => one !== undefined),
        ),
      });
    }
  }

  async function draw(id: string): Promise<void> {
    await clock.sleep(drawEvery);
    due.delete(id);
    const deployment = await store.deployment(id);
    if (deployment !== undefined && isOpen(deployment)) {
      events.emit({
        kind: "deployment",
        deployment,
        card: deploymentCard(deployment, progress.get(id) ?? null),
      });
    }
  }

  return {
    changed,
    began: (run) => void drawRun(run.id, 1).catch(onError),
    progressed(said) {
      progress.set(said.deployment, said);
      if (!due.has(said.deployment)) {
        due.add(said.deployment);
        draw(said.deployment).catch(onError);
      }
    },
    progressOf: (id) => progress.get(id) ?? null,
  };
}
