import assert from "node:assert/strict";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { Lock } from "../../../src/deploy/locks.ts";
import type { EngineParts } from "../../../src/deploy/parts.ts";
import type { Around } from "../../../src/deploy/queue.ts";
import { refuseBegin } from "../../../src/deploy/refusals.ts";
import type { Refusal } from "../../../src/deploy/requests.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";

/** A Monday at ten o'clock. */
export const now = Date.parse("2026-11-23T10:00:00.000Z");
export const carol = { surface: "slack", id: "U9", name: "carol" };
export const aLock = (host: string, change: Partial<Lock> = {}): Lock => ({
  ...{ run: "r-20261123-0009", host, reason: "new disk", by: carol, since: "2026-11-23T09:00:00.000Z" },
  ...{ until: null, deployment: null, ended: null },
  ...change,
});
export const fleetOf = (text: string) => {
  const file = parseFleetFile(text);
  return file.kind === "wrong" ? assert.fail(file.mistakes.join("; ")) : file.file;
};
export const parts = (fleet = "") =>
  ({ fleet: () => fleetOf(fleet), clock: { now: () => now } }) as unknown as EngineParts;
export const said = (refusal: Refusal | null) =>
  refusal === null ? null : `${refusal.code}: ${refusal.message}`;
export const help = (refusal: Refusal | null) => refusal?.help ?? null;
export const begin = (asked: readonly Deployment[], around: Partial<Around> = {}, fleet = "") =>
  refuseBegin(parts(fleet), { open: [], locks: [], ...around }, asked);
export const back = (change: Partial<Deployment> = {}) =>
  aDeployment({ mode: "rollback", isForward: false, toGeneration: 1, ...change });
const held = { outcome: "deployed" as const, message: "", help: null, lines: [], generation: 2 };
export const monitor = { until: "", strip: [], alarm: null, problems: [], rollsBack: false, held };
export const asks = { phase: "confirm", confirmation: aConfirmation("2026-11-23T11:00:00.000Z") } as const;
