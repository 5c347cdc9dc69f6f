import assert from "node:assert/strict";
import { test } from "node:test";
import { atTheCard, next, old } from "../../fakes/at-the-card.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { alice, createWorld } from "../../fakes/world.ts";

test("a unit that fails under the new system rolls it back, with the unit named", async (t) => {
  const { world, bot, id } = await atTheCard(t, {
    testExit: 4,
    units: {
      "nginx.service": { active: "failed", result: "exit-code" },
      "sshd.service": { active: "active" },
    },
  });
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /nginx\.service failed \(exit-code\)/);
  assert.deepEqual(ended.lines, ["nginx.service failed (exit-code)"]);
  assert.equal(ended.generation, 1);
  const host = world.host("yoga");
  assert.equal(host.current, old);
  assert.equal(host.bootDefault, old);
  assert.equal(host.profile, 1);
  assert.deepEqual(host.supervisors.get(id)?.states, [
    "activating",
    "activated 4",
    "acked 4",
    "rolling-back nginx.service failed (exit-code)",
    "rolled-back nginx.service failed (exit-code)",
  ]);
});

test("what the failed unit wrote itself stands beside why it was rolled back", async (t) => {
  const { world, bot, id } = await atTheCard(t, {
    testExit: 4,
    units: { "nginx.service": { active: "failed", result: "exit-code" } },
  });
  world.host("yoga").journal = "Nov 24 11:18:23 yoga nginx[463]: [emerg] cannot load certificate\n";
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(
    ended.lines.includes("Nov 24 11:18:23 yoga nginx[463]: [emerg] cannot load certificate"),
    true,
  );
  const asked = world.ran.find(({ argv }) => argv[0] === "journalctl");
  assert.equal(asked?.argv.at(-1), "--unit=nginx.service");
});

test("a unit that was failed before does not roll a good system back", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const units = {
    "old.service": { active: "failed", result: "exit-code" },
    "sshd.service": { active: "active" },
  };
  const first = fakeSystem("yoga-1", { units });
  world.builder.systems.set(first.toplevel, first);
  world.builder.commit("better", { yoga: fakeSystem("yoga-2", { units, testExit: 4 }) });
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed-degraded");
  assert.deepEqual(ended.lines, ["old.service failed (exit-code)"]);
  assert.equal(world.host("yoga").current, next);
});

test("a check of fleet.yaml that fails three times rolls back; one that comes round does not", async (t) => {
  for (const failures of [2, 3]) {
    const world = await createWorld(t, ["yoga"]);
    world.fleet = 'hosts: { yoga: { checks: [{ http: "http://localhost/healthz" }] } }';
    const bot = await world.startBot();
    const id = await bot.deploy("yoga");
    await bot.asks(id);
    world.freshShell("yoga").on("curl", {});
    for (let count = 0; count < failures; count++) {
      world.freshShell("yoga").once("curl", { exitCode: 22, stderr: "curl: (22) 503\n" });
    }
    await bot.engine.decide(id, "switch", alice);
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, failures === 3 ? "rolled-back" : "deployed");
    if (failures === 3) {
      assert.deepEqual(ended.lines, ["check http://localhost/healthz: curl: (22) 503"]);
    }
  }
});

test("the health is read at once, in the middle of the settle time and at its end, over fresh connections", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  const readAt: number[] = [];
  world.freshShell("yoga").on(" snapshot ", async (command) => {
    readAt.push(world.clock.now());
    return world.host("yoga").run(command, "fresh");
  });
  await bot.engine.decide(id, "switch", alice);
  const acked = await bot.reaches(id, ({ phase }) => phase === "validate");
  await bot.ends(id);
  const begun = Date.parse(acked.times.validate?.startedAt ?? "");
  assert.deepEqual(
    readAt.map((time) => time - begun),
    [0, 7_500, 15_000],
  );
});

test("a unit that is still starting is waited for a little, and then is a problem", async (t) => {
  for (const [starts, outcome] of [
    [10, "deployed"],
    [1_000, "rolled-back"],
  ] as const) {
    const { world, bot, id } = await atTheCard(t, {
      units: { "nginx.service": { active: "activating", sub: "start" } },
    });
    const begun = () => Date.parse(bot.changes.at(-1)?.times.validate?.startedAt ?? "");
    world.freshShell("yoga").on(" snapshot ", async (command) => {
      if (world.clock.now() - begun() > (15 + starts) * 1000) {
        const well = fakeSystem("yoga-2");
        world.builder.systems.set(well.toplevel, well);
      }
      return world.host("yoga").run(command, "fresh");
    });
    await bot.engine.decide(id, "switch", alice);
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, outcome);
    if (outcome === "rolled-back") {
      assert.match(ended.message ?? "", /nginx\.service was active and is activating/);
    }
  }
});

test("what failed while the card waited is not the switch's doing", async (t) => {
  const units = {
    "nginx.service": { active: "failed", result: "oom-kill" },
    "sshd.service": { active: "active" },
  };
  const { world, bot, id } = await atTheCard(t, { units });
  const sick = fakeSystem("yoga-1", { units });
  world.builder.systems.set(sick.toplevel, sick);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed-degraded");
  assert.deepEqual(ended.lines, ["nginx.service failed (oom-kill)"]);
});

test("a snapshot that was cut is asked for again, and never judged", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world.freshShell("yoga").once(" snapshot ", { stdout: "running\n1\nId=sshd.service\n" });
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("a health that cannot be read is no good health", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world.freshShell("yoga").on(" snapshot ", { exitCode: 1, stderr: "Failed to connect to bus" });
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /its health could not be read: .*Failed to connect to bus/);
});
