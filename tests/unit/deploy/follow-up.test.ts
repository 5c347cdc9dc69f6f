import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "../../../commands/index.ts";
import { requestText } from "../../../src/chat/command-text.ts";
import { parseCommand } from "../../../src/chat/parse.ts";
import { commandRequest } from "../../../src/deploy/command-request.ts";
import { bootRequest, retryRequest, rollbackRequest } from "../../../src/deploy/follow-up.ts";
import { runThread } from "../../../src/views/thread.ts";
import { aConfirmation, aDeployment, aRun } from "../../fakes/records.ts";

const deployed = aDeployment({ outcome: "deployed", isTogether: true });
const away = aDeployment({ id: "d-20261123-0002", host: "ovh-vps", outcome: "skipped", isTogether: true });
const asked = commandRequest("deploy", ["all"], {
  "dry-run": true,
  ref: "origin/next",
  reason: `it's "new"; --force`,
  "keep-going": true,
  canary: "yoga",
  wave: "2",
});
const run = aRun({ request: asked, command: requestText(asked), deployments: [deployed.id, away.id] });

test("a retry has the flags of the request, its own hosts, and a canary only where that is one of them", () => {
  const { canary: _, ...flags } = asked.flags;
  const retry = retryRequest(run, [deployed, away]);
  assert.deepEqual(retry, { command: "deploy", words: ["ovh-vps"], flags });
  assert.deepEqual(retryRequest(run, [{ ...deployed, outcome: "failed" }, away]), {
    ...asked,
    words: ["yoga", "ovh-vps"],
  });
  const parsed = parseCommand(requestText(retry ?? assert.fail()), commands);
  assert.deepEqual(parsed.kind === "command" && parsed.request, retry, "typed, it is the same");
});

test("a run of an older bot is tried again as its records say", () => {
  const older = aRun({ keepGoing: true, wave: 3, deployments: [deployed.id, away.id] });
  const records = [deployed, away].map((one) => ({ ...one, mode: "boot" as const, reason: "why" }));
  assert.deepEqual(retryRequest(older, records), {
    command: "deploy",
    words: ["ovh-vps"],
    flags: { boot: true, ref: "origin/main", reason: "why", "keep-going": true, wave: "3" },
  });
});

test("what goes on, went well or was cancelled is not tried again", () => {
  assert.equal(retryRequest(run, [deployed, { ...away, outcome: null }]), null);
  assert.equal(retryRequest(run, [deployed, { ...away, outcome: "cancelled" }]), null);
  assert.equal(retryRequest(run, [deployed]), null);
});

test("only what brought a system can be rolled back, and only what was inhibited is installed for the next boot", () => {
  assert.equal(rollbackRequest(aDeployment({ outcome: "failed" })), null);
  assert.equal(rollbackRequest(aDeployment({ mode: "dry-run", outcome: "deployed" })), null);
  assert.deepEqual(rollbackRequest(deployed)?.words, ["yoga", "previous"]);
  assert.equal(bootRequest(aDeployment({ outcome: "failed" })), null);
  const inhibited = aDeployment({
    outcome: "failed",
    isInhibited: true,
    reason: "new kernel",
    isForced: true,
  });
  assert.deepEqual(bootRequest(inhibited)?.flags, {
    boot: true,
    ref: "origin/main",
    reason: "new kernel",
    force: true,
  });
});

test("the question of a run names the hosts that were decided, or cancelled", () => {
  const by = { surface: "web", id: "token", name: "ada" };
  const at = "2026-11-23T10:05:00.000Z";
  for (const action of ["switch", "cancel"] as const) {
    const confirmation = aConfirmation(at, { decision: { action, by, at } });
    const members = [deployed, away].map((one) => ({
      ...one,
      phase: "confirm" as const,
      outcome: null,
      confirmation,
    }));
    const { messages } = runThread(run, members, () => null);
    const question = messages.find(({ key }) => key === "question");
    assert.match(JSON.stringify(question?.blocks), new RegExp(`ada said ${action}: yoga, ovh-vps\\.`));
  }
});
