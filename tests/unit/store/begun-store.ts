import { readFile } from "node:fs/promises";
import type { TestContext } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { endDeployment } from "../../../src/deploy/transitions.ts";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

export const clock = manualClock();

export async function withOne(t: TestContext): Promise<{ directory: string; store: Store; id: string }> {
  const directory = await scratchDirectory(t);
  const store = await lowdbStore(directory, clock);
  const deployment = aDeployment();
  await store.begin(aRun(), [deployment], () => null);
  return { directory, store, id: deployment.id };
}

export const end = (deployment: Deployment) =>
  endDeployment(deployment, { outcome: "deployed", message: "well" }, "2026-11-23T10:05:00.000Z");

export async function json(path: string) {
  return JSON.parse(await readFile(path, "utf8"));
}
