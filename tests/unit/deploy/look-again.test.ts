import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ShellError } from "../../../src/remote/shell.ts";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, type Bot, bob, createWorld, type World } from "../../fakes/world.ts";

const next = storePath("nixos-system-yoga-2");

/** A switch during which the host is silent from a state of its supervisor on, until the bot gives up. */
async function unknownSince(t: TestContext, state: RegExp): Promise<{ world: World; bot: Bot; id: string }> {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  const host = world.host("yoga");
  await world.clock.until(() => state.test(host.supervisors.get(id)?.state() ?? ""));
  const away = new ShellError("unreachable", "yoga: No route to host");
  world.shell("yoga").on(/./, away);
  world.freshShell("yoga").on(/./, away);
  assert.equal((await bot.ends(id)).outcome, "unknown");
  return { world, bot, id };
}

function answersAgain({ world }: { world: World }): void {
  world.shell("yoga").on(/./, (command) => world.host("yoga").run(command, "shared"));
}

for (const { state, outcome, message } of [
  { state: /^committed/, outcome: "deployed", message: /runs the new system as generation 2/ },
  { state: /^activating/, outcome: "rolled-back", message: /nobody could reach this host/ },
  { state: /^acked/, outcome: "rolled-back", message: /nobody decided/ },
] as const) {
  test(`a host that was silent from ${state.source} on: a later look says ${outcome}, who looked, and when`, async (t) => {
    const at = await unknownSince(t, state);
    const { world, bot, id } = at;
    const before = await bot.record(id);
    answersAgain(at);
    await world.clock.advance(60 * 60_000);
    const looked = await world.clock.settle(bot.engine.lookAgain(id, bob));
    assert.equal(looked.kind, "looked");
    const record = await bot.record(id);
    assert.equal(record.outcome, outcome);
    assert.match(record.message ?? "", message);
    assert.deepEqual(record.correction, {
      by: bob,
      at: new Date(world.clock.now()).toISOString(),
      was: "unknown",
    });
    assert.deepEqual(record.requestedBy, alice);
    assert.equal(record.finishedAt, before.finishedAt);
    assert.deepEqual(bot.changes.at(-1), record);
    assert.match(await readFile(join(world.directory, record.log), "utf8"), /=== Bob looked again: /);
    assert.match(await readFile(join(world.directory, "audit.jsonl"), "utf8"), /"corrected"/);
    await world.clock.advance(1_000);
    assert.deepEqual([...world.host("yoga").roots], []);
  });
}

test("looking twice, at once and later, corrects once", async (t) => {
  const at = await unknownSince(t, /^committed/);
  const { world, bot, id } = at;
  answersAgain(at);
  await world.clock.settle(Promise.all([bot.engine.lookAgain(id, bob), bot.engine.lookAgain(id, alice)]));
  const record = await bot.record(id);
  const later = await world.clock.settle(bot.engine.lookAgain(id, alice));
  assert.equal(later.kind === "looked" && later.text, `${id} is known: deployed.`);
  assert.deepEqual(await bot.record(id), record);
  bot.kill();
  const again = await world.startBot();
  assert.deepEqual(await again.record(id), record, "the history has it");
  const audit = await readFile(join(world.directory, "audit.jsonl"), "utf8");
  assert.equal(audit.split("\n").filter((line) => line.includes('"corrected"')).length, 1);
});

test("a host that is still silent is a refusal, and the record waits", async (t) => {
  const { world, bot, id } = await unknownSince(t, /^activating/);
  const answer = await world.clock.settle(bot.engine.lookAgain(id, bob));
  assert.equal(answer.kind === "refused" && answer.code, "unavailable");
  const record = await bot.record(id);
  assert.deepEqual([record.outcome, record.correction], ["unknown", null]);
});

test("a host that was rebooted meanwhile runs what it ran before, as nothing was committed", async (t) => {
  const at = await unknownSince(t, /^acked/);
  answersAgain(at);
  at.world.host("yoga").reboot();
  await at.world.clock.settle(at.bot.engine.lookAgain(at.id, bob));
  const record = await at.bot.record(at.id);
  assert.equal(record.outcome, "rolled-back");
  assert.match(record.message ?? "", /rebooted/);
});

test("what had begun is never called untouched, though no trace of its supervisor is left", async (t) => {
  const at = await unknownSince(t, /^acked/);
  answersAgain(at);
  at.world.host("yoga").supervisors.clear();
  const looked = await at.world.clock.settle(at.bot.engine.lookAgain(at.id, bob));
  assert.match(looked.kind === "looked" ? looked.text : "", /still not known.*supervisor ended while a/);
  assert.equal((await at.bot.record(at.id)).outcome, "unknown");
});

test("somebody who deployed the host since then does not change what this one was", async (t) => {
  const at = await unknownSince(t, /^committed/);
  answersAgain(at);
  const host = at.world.host("yoga");
  const third = fakeSystem("yoga-3");
  at.world.builder.systems.set(third.toplevel, third);
  host.current = third.toplevel;
  await at.world.clock.settle(at.bot.engine.lookAgain(at.id, bob));
  assert.equal((await at.bot.record(at.id)).outcome, "deployed");
  assert.notEqual(host.current, next);
});

test("a host that runs the old system though its supervisor says “committed” stays unknown: both sides are told", async (t) => {
  const at = await unknownSince(t, /^committed/);
  answersAgain(at);
  const host = at.world.host("yoga");
  host.current = storePath("nixos-system-yoga-1");
  host.profile = 1;
  const looked = await at.world.clock.settle(at.bot.engine.lookAgain(at.id, bob));
  assert.match(
    looked.kind === "looked" ? looked.text : "",
    /says “committed system-2-link”, but the machine says/,
  );
  assert.equal((await at.bot.record(at.id)).outcome, "unknown");
});

test("what is open, and what nobody knows of, cannot be looked at again", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  const open = await bot.engine.lookAgain(id, bob);
  assert.equal(open.kind === "refused" && open.code, "not-ready");
  const none = await bot.engine.lookAgain("d-20261123-ffff", bob);
  assert.equal(none.kind === "refused" && none.code, "unknown-id");
});

test("a switch that was started is never called untouched, though nobody saw its supervisor even once", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  const host = world.host("yoga");
  world.shell("yoga").on("supervisor.sh show", { exitCode: 2, stderr: "sh: cannot open" });
  world.shell("yoga").on(" claim ", {});
  await bot.engine.decide(id, "switch", alice);
  await world.clock.until(() => host.supervisors.has(id));
  host.supervisors.get(id)?.die();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "unknown");
  assert.match(ended.message ?? "", /its supervisor ended while running/);
});
