import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { runThread } from "../../../src/views/thread.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";

const before = {
  current: "/nix/store/old",
  profile: "system-12-link",
  profileSystem: "/nix/store/old",
  generation: 12,
  bootId: "b",
  rebootNeeded: false,
};
const record = (change: Partial<Deployment>) =>
  aDeployment({ console: "https://console.example/yoga", before, previous: "/nix/store/old", ...change });
const said = (deployment: Deployment) =>
  JSON.stringify([deploymentCard(deployment, null), runThread(aRun(), [deployment], () => null).messages]);

for (const outcome of ["rollback-failed", "unknown"] as const) {
  test(`a host whose end is ${outcome} has its console and the way back on card and thread`, () => {
    const card = deploymentCard(record({ outcome, message: "?" }), null);
    const list = card.find((block) => block.kind === "list");
    assert.equal(list?.kind === "list" && list.title, "If yoga does not come back");
    const text = said(record({ outcome, message: "?" }));
    assert.equal(text.split("https://console.example/yoga").length - 1, 2);
    assert.match(text, /choose generation 12, which ran before/);
    assert.match(text, /\/nix\/store\/old\/bin\/switch-to-configuration test/);
    assert.match(text, /--switch-generation 12/);
  });
}

test("a host that was out of reach before anything was known of it has them, too", () => {
  const reach = { name: "reach", state: "failed", detail: "no answer", help: null } as const;
  const text = said(record({ outcome: "failed", before: null, previous: null, checks: [reach] }));
  assert.match(text, /console\.example.*newest generation that worked/);
});

test("without a console in fleet.yaml the block says where one would be named", () => {
  assert.match(said(record({ outcome: "unknown", console: null })), /`console:` of yoga in fleet\.yaml/);
});

test("a host that is well, or went back by itself, has no such block", () => {
  for (const outcome of ["deployed", "rolled-back", "failed", "cancelled", null] as const) {
    assert.equal(said(record({ outcome })).includes("console.example"), false, String(outcome));
  }
});
