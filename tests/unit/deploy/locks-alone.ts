import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { pino } from "pino";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import { createHostLocks, type HostLocks } from "../../../src/deploy/lock-hosts.ts";
import type { EngineParts } from "../../../src/deploy/parts.ts";
import type { LockRequest } from "../../../src/deploy/requests.ts";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { type ManualClock, manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { somebody } from "../../fakes/world.ts";

/** Locks on a store of their own, without an engine around. */

export const carol = somebody("carol");
export const asked = (host: string, change: Partial<LockRequest> = {}): LockRequest => ({
  ...{ host, reason: "new disk", lasts: null, by: carol, command: `/lock ${host} new disk` },
  ...change,
});

interface Made {
  readonly locks: HostLocks;
  readonly parts: EngineParts;
  readonly clock: ManualClock;
  readonly audit: { readonly who: { readonly name: string }; readonly what: string }[];
  readonly errors: string[];
  readonly runs: unknown[];
  readonly sleeps: number[];
}

export async function made(t: TestContext, change: Partial<EngineParts> = {}, fleet = ""): Promise<Made> {
  const clock = manualClock();
  const sleeps: number[] = [];
  const store = await lowdbStore(await scratchDirectory(t), clock);
  await store.setInventory(["yoga", "ovh-vps", "alias"]);
  const file = parseFleetFile(fleet);
  const [audit, errors, runs]: [Made["audit"], string[], unknown[]] = [[], [], []];
  let count = 0;
  const parts = {
    clock: {
      now: clock.now,
      sleep: (milliseconds: number) => {
        sleeps.push(milliseconds);
        return clock.sleep(milliseconds);
      },
    },
    store,
    fleet: () => (file.kind === "wrong" ? assert.fail(file.mistakes.join()) : file.file),
    audit: async (entry: Made["audit"][number]) => void audit.push(entry),
    log: pino({ level: "error" }, { write: (line: string) => void errors.push(line) }),
    makeId: () => `r-20261123-${String(++count).padStart(4, "0")}`,
    onRun: (run: unknown) => void runs.push(run),
    ...change,
  } as unknown as EngineParts;
  return { locks: createHostLocks(parts), parts, clock, audit, errors, runs, sleeps };
}

export const held = async ({ parts }: Made) =>
  (await parts.store.locks()).filter(({ ended }) => ended === null);
