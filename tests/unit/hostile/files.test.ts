import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { z } from "zod";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import { deploymentSchema } from "../../../src/deploy/deployment.ts";
import { runSchema } from "../../../src/deploy/run.ts";
import { readLink } from "../../../src/logs/audit-chain.ts";
import { soundRecords } from "../../../src/store/sound-records.ts";
import { threadStateSchema } from "../../../src/store/thread-state.ts";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { runThread } from "../../../src/views/thread.ts";
import { aConfirmation, aDeployment, aRun } from "../../fakes/records.ts";
import { hostilePayload } from "./payloads.ts";
import { assertSound, attempt, survives } from "./survive.ts";

const fleet = `defaults: { ref: origin/main, settle: 15s, commitWithin: 5m }
hosts:
  yoga: { tags: [workstation], risk: low, critical: [nginx.service], targetHost: local }
  hetzner-vps:
    targetHost: 10.0.0.7
    checks: [{ http: "http://localhost/" }, { tcp: "localhost:22" }, { command: ["true"] }]
people: { alice: { slack: U1, web: alice } }
roles: { deployer: [alice], viewer: ["*"] }
`;

test("fleet.yaml: whatever stands in it is read, or each mistake is said", { timeout: 60_000 }, () => {
  const check = (text: string) => {
    const result = parseFleetFile(text);
    assert.equal(result.kind === "ok" || result.mistakes.every((mistake) => mistake.length > 3), true);
    return result.kind === "ok" ? JSON.parse(JSON.stringify(result)) : result;
  };
  // The library's time grows with the square of a long row of brackets or empty lines; the file is the administrator's.
  survives(check, [fleet], 2_500, 1_000);
});

test("a fleet.yaml that grows when it is read is refused", () => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0 ? 'l0: &l0 ["a","a"]' : `l${level}: &l${level} [${`*l${level - 1},`.repeat(9)}]`,
  );
  attempt((text) => parseFleetFile(text).kind, levels.join("\n"));
  attempt((text) => parseFleetFile(text).kind, "[".repeat(200));
  attempt((text) => parseFleetFile(text).kind, `hosts: ${"{a: ".repeat(100)}`);
});

const deployment = aDeployment({
  outcome: "failed",
  message: "no",
  lines: ["error: no"],
  diff: [{ name: "nginx", before: "1", after: "2", size: "+1 KiB" }],
  units: { stop: ["a.service"], skip: [], restart: [], start: [], reload: [] },
  confirmation: aConfirmation("2026-11-23T10:30:00.000Z", {
    decision: {
      action: "switch",
      by: { surface: "web", id: "1", name: "A" },
      at: "2026-11-23T10:10:00.000Z",
    },
  }),
  times: { check: { startedAt: "2026-11-23T10:00:00.000Z", finishedAt: null } },
});

test("records: what can be read again can be shown, and the rest is named", () => {
  fc.assert(
    fc.property(
      hostilePayload([{ "d-1": deployment, "d-2": aDeployment() }, { "r-1": aRun() }, {}]),
      (records) => {
        attempt(() => {
          for (const schema of [deploymentSchema, runSchema, threadStateSchema] as const) {
            const bad: string[] = [];
            const sound = soundRecords<object>("records", schema as z.ZodType<object>, bad).safeParse(
              records,
            );
            assert.equal(sound.success || bad.length === 0, true);
            if (sound.success) {
              assertSound(JSON.parse(JSON.stringify(sound.data)));
            }
          }
          for (const value of Object.values(records)) {
            const read = deploymentSchema.safeParse(value);
            if (read.success) {
              assert.equal(deploymentCard(read.data, null).length > 0, true);
              assert.equal(runThread(aRun(), [read.data], () => null).messages.length > 0, true);
            }
          }
        }, records);
      },
    ),
    { numRuns: 2_500 },
  );
  assert.equal("isAdmin" in {}, false, "no prototype was changed");
});

test("lines of the audit: whatever stands there is sound or is not", () => {
  survives(
    (text) => readLink(Buffer.from(text)).kind,
    [`{"seq":1,"previous":"0","hash":"${"a".repeat(64)}"}`],
    3_000,
  );
});
