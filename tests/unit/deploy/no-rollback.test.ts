import assert from "node:assert/strict";
import { test } from "node:test";
import { deploy } from "../../../commands/deploy.ts";
import { mayDo } from "../../../src/chat/permissions.ts";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import { decidedEntry } from "../../../src/deploy/audit-entries.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { readDryActivate } from "../../../src/nix/dry-activate.ts";
import { changes } from "../../../src/views/changes.ts";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { historyBlocks } from "../../../src/views/history.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { aDeployment } from "../../fakes/records.ts";
import { alice, createWorld } from "../../fakes/world.ts";

const reason = "the old one is worse";
const sick = { testExit: 4, units: { "nginx.service": { active: "failed", result: "exit-code" } } };

async function asked(t: Parameters<typeof createWorld>[0], system: Parameters<typeof fakeSystem>[1]) {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("better", { yoga: fakeSystem("yoga-2", system) });
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { noRollback: true, reason });
  await bot.asks(id);
  return { world, bot, id };
}

test("with --no-rollback an unwell system is kept, and its end says so, with who asked and why", async (t) => {
  const { world, bot, id } = await asked(t, sick);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed-degraded");
  assert.match(ended.message ?? "", /kept as .* asked \(--no-rollback\): the old one is worse/);
  assert.deepEqual(ended.lines, ["nginx.service failed (exit-code)"]);
  assert.equal(world.host("yoga").current, ended.toplevel);
});

test("--no-rollback waives no failed activation, no health that cannot be read, and no host that is not reached", async (t) => {
  const failing = await asked(t, { testExit: 2 });
  await failing.bot.engine.decide(failing.id, "switch", alice);
  assert.equal((await failing.bot.ends(failing.id)).outcome, "rolled-back");

  const unread = await asked(t, {});
  unread.world.freshShell("yoga").on(" snapshot ", { exitCode: 1, stderr: "Failed to connect to bus" });
  await unread.bot.engine.decide(unread.id, "switch", alice);
  assert.equal((await unread.bot.ends(unread.id)).outcome, "rolled-back");

  const cut = await asked(t, { cutsNetwork: true });
  await cut.bot.engine.decide(cut.id, "switch", alice);
  assert.equal((await cut.bot.ends(cut.id)).outcome, "rolled-back");
});

test("--no-rollback takes a reason and a switch", () => {
  const mistakes = (flags: Readonly<Record<string, string | boolean>>) =>
    deploy.input.safeParse({ words: ["yoga"], flags }).error?.issues.map(({ message }) => message) ?? [];
  assert.deepEqual(mistakes({ "no-rollback": true, reason }), []);
  assert.match(mistakes({ "no-rollback": true })[0] ?? "", /takes a reason/);
  assert.match(mistakes({ "no-rollback": true, reason: " " })[0] ?? "", /takes a reason/);
  assert.match(mistakes({ "no-rollback": true, reason, boot: true })[0] ?? "", /--boot makes none/);
});

test("only an admin may give it, and a deployer may not", () => {
  const read = parseFleetFile(
    "people: { dora: { slack: U1 }, ada: { slack: U2 } }\nroles: { deployer: [dora], approver: [dora], admin: [ada] }",
  );
  assert.ok(read.kind === "ok");
  const may = (id: string) =>
    mayDo(read.file, { surface: "slack", id, name: "x", groups: [] }, "no-rollback", "yoga").kind;
  assert.deepEqual([may("U1"), may("U2")], ["refused", "allowed"]);
});

test("it stands on the card, in the audit and in the history", () => {
  const decision = { action: "switch", by: alice, at: "2026-11-23T10:00:00.000Z" } as const;
  const deployment: Deployment = aDeployment({ noRollback: true, reason });
  const confirmed: Deployment = {
    ...deployment,
    confirmation: {
      gate: "switch",
      expiresAt: decision.at,
      toplevel: null,
      people: 1,
      needsApprover: false,
      approvals: [],
      decision,
    },
  };
  assert.match(
    JSON.stringify(deploymentCard(deployment, null)),
    /No roll back for its health \(--no-rollback\)/,
  );
  assert.match(JSON.stringify(historyBlocks(null, [deployment])), /--no-rollback/);
  assert.match(decidedEntry(confirmed)?.detail ?? "", /without a roll back for its health \(--no-rollback\)/);
});

test("what dry-activate would do besides is shown in its own words, with a bound", () => {
  const said = [
    "would activate the configuration...",
    "would restart systemd",
    "would restart the following units: a.service",
    "would stop swap device: /dev/sdb2",
    "would create group 'mail'",
    "it would do nothing else",
  ];
  const units = readDryActivate(said.join("\n"));
  assert.deepEqual(units.others, [
    "would restart systemd",
    "would stop swap device: /dev/sdb2",
    "would create group 'mail'",
  ]);
  assert.deepEqual(units.restart, ["a.service"]);
  assert.match(JSON.stringify(changes({ diff: [], units, mode: "deploy" })), /would restart systemd/);
  assert.equal(readDryActivate("would x\n".repeat(1_000)).others?.length, 21);
});
