import assert from "node:assert/strict";
import { test } from "node:test";
import { askingPhases, modes } from "../../../src/deploy/deployment.ts";
import { phases } from "../../../src/deploy/phases/index.ts";
import { planResume } from "../../../src/deploy/resume.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { aDeployment } from "../../fakes/records.ts";
import { bob, createWorld, somebody, type World } from "../../fakes/world.ts";

const hour = 60 * 60_000;

function builds({ ran }: World): number {
  return ran.filter(({ argv }) => argv.includes("--out-link")).length;
}

test("a wait for an approver survives any number of restarts: its expiry, the words given, and no build", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("wild", { yoga: fakeSystem("yoga-wild") }, "origin/wild");
  let bot = await world.startBot();
  // Bob is nobody under people, so that it takes two others.
  const id = await bot.deploy("yoga", { ref: "origin/wild", by: bob });
  const asked = await bot.asks(id);
  const first = await world.clock.settle(bot.engine.decide(id, "switch", somebody("erin"), true));
  assert.equal(first.kind, "approved");
  const built = builds(world);
  for (let restart = 0; restart < 6; restart++) {
    // Some are stopped in order, others die.
    if (restart % 2 === 0) {
      await world.clock.settle(bot.engine.drain(1_000));
    }
    bot.kill();
    await world.clock.advance(60_000);
    bot = await world.startBot();
    await world.clock.settle(bot.engine.recover());
    const waiting = await bot.asks(id);
    assert.deepEqual([waiting.phase, waiting.outcome, waiting.restarts], ["approve", null, 0]);
    assert.equal(waiting.confirmation?.expiresAt, asked.confirmation?.expiresAt);
    assert.deepEqual(
      waiting.confirmation?.approvals.map(({ person }) => person),
      ["erin"],
    );
  }
  assert.equal(builds(world), built);
  const last = await world.clock.settle(bot.engine.decide(id, "switch", somebody("frank"), true));
  assert.equal(last.kind, "decided");
  assert.equal((await bot.reaches(id, ({ phase }) => phase === "confirm")).refApproval?.by.name, "frank");
});

test("an approver's word for a system counts when it is built again after a restart", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("wild", { yoga: fakeSystem("yoga-wild") }, "origin/wild");
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { ref: "origin/wild", by: somebody("carol") });
  await bot.asks(id);
  const held = world.builderShell.hold("copy");
  await bot.engine.decide(id, "switch", somebody("erin"), true);
  await world.clock.until(held.hasStarted);
  bot.kill();
  const next = await world.startBot();
  await world.clock.settle(next.engine.recover());
  const asked = await next.asks(id);
  assert.deepEqual([asked.phase, asked.refApproval?.by.name, asked.restarts], ["confirm", "erin", 1]);
});

test("a restart goes on in every phase that waits for people, in every mode", () => {
  const now = Date.parse("2026-11-27T12:00:00.000Z");
  let seen = 0;
  for (const mode of modes) {
    for (const { name } of phases[mode].filter(({ waitsForPeople }) => waitsForPeople)) {
      const createdAt = new Date(now - 30 * hour).toISOString();
      const plan = planResume(aDeployment({ mode, phase: name, restarts: 9, createdAt }), now);
      assert.equal(plan.kind, "wait", `${mode} ${name}`);
      assert.equal("phases" in plan && plan.phases[0]?.name, name);
      seen += 1;
    }
  }
  assert.equal(seen > modes.length / 2, true);
});

test("what only waited for its host is not ended by restarts, and what waited long may be carried on", () => {
  const now = Date.parse("2026-11-27T12:00:00.000Z");
  const at = (hours: number) => new Date(now - hours * hour).toISOString();
  const queue = { state: "waiting", behind: "bob's", since: at(23), until: null } as const;
  const waiting = aDeployment({ phase: "check", restarts: 3, createdAt: at(30), queue });
  assert.equal(planResume(waiting, now).kind, "again");
  const times = { build: { startedAt: at(1), finishedAt: null } };
  assert.equal(planResume(aDeployment({ phase: "build", createdAt: at(30), times }), now).kind, "again");
  const old = { build: { startedAt: at(25), finishedAt: null } };
  assert.equal(planResume(aDeployment({ phase: "build", createdAt: at(30), times: old }), now).kind, "end");
  assert.equal(planResume(aDeployment({ phase: "build", restarts: 3, createdAt: at(1) }), now).kind, "end");
});

test("the phases in which a click decides are those that say they wait for people", () => {
  const declared = modes.flatMap((mode) =>
    phases[mode].filter(({ waitsForPeople }) => waitsForPeople === true).map(({ name }) => name),
  );
  assert.deepEqual([...new Set(declared)].toSorted(), [...askingPhases].toSorted());
});
