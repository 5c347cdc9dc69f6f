import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, bob, createWorld } from "../../fakes/world.ts";

const minute = 60_000;

test("a second click on Switch says who decided, and changes nothing", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  const [first, second] = await world.clock.settle(
    Promise.all([bot.engine.decide(id, "switch", alice), bot.engine.decide(id, "switch", bob)]),
  );
  assert.equal(first.kind, "decided");
  assert.equal(second.kind === "refused" && second.code, "already-decided");
  assert.match(second.kind === "refused" ? second.message : "", /Alice decided already: switch/);
  const ended = await bot.ends(id);
  assert.equal(ended.confirmation?.decision?.by.name, "Alice");
  assert.equal(world.ran.filter(({ argv }) => argv[3] === "start").length, 1);
});

test("after the end a click says so", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  const before = world.ran.length;
  for (const action of ["switch", "cancel"] as const) {
    const answer = await bot.engine.decide(id, action, bob);
    assert.equal(answer.kind === "refused" && answer.code, "already-decided");
  }
  assert.equal(world.ran.length, before);
});

test("of a hundred clicks at once exactly one decides", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  const clicks = Array.from({ length: 100 }, (_, index) =>
    bot.engine.decide(id, index % 2 === 0 ? "switch" : "cancel", bob),
  );
  const answers = await world.clock.settle(Promise.all(clicks));
  assert.equal(answers.filter(({ kind }) => kind === "decided").length, 1);
  assert.equal(
    answers.every((answer) => answer.kind !== "refused" || answer.code !== "not-ready"),
    true,
  );
});

test("Cancel on the card ends the deployment, and the host is as it was", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "cancel", bob);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "cancelled");
  assert.equal(ended.message, "Cancelled by Bob; the running system is untouched.");
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-1"));
  assert.deepEqual([...world.host("yoga").roots], []);
});

test("a card that nobody decides expires after approveWithin, and not before", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "defaults: { approveWithin: 10m }";
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await world.clock.advance(10 * minute);
  assert.equal((await bot.record(id)).outcome, null);
  await world.clock.advance(2);
  const ended = await bot.record(id);
  assert.equal(ended.outcome, "expired");
  assert.equal(ended.message, "Nobody decided in time; the running system is untouched.");
  const late = await bot.engine.decide(id, "switch", alice);
  assert.equal(late.kind === "refused" && late.code, "expired");
  assert.equal(world.host("yoga").supervisors.size, 0);
});

test("a click in the last moment counts", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await world.clock.advance(30 * minute);
  assert.equal((await bot.engine.decide(id, "switch", alice)).kind, "decided");
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("a host that somebody switched by hand before the click is left alone", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  const byHand = fakeSystem("by-hand");
  world.builder.systems.set(byHand.toplevel, byHand);
  const host = world.host("yoga");
  host.store.add(byHand.toplevel);
  host.current = byHand.toplevel;
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "superseded");
  assert.match(ended.message ?? "", /nixos-system-by-hand runs now/);
  assert.equal(host.current, byHand.toplevel);
  assert.equal(host.supervisors.size, 0);
});

test("a profile that was changed, or a reboot, before the click makes the card void too", async (t) => {
  for (const [change, words] of [
    ["profile", /its profile is system-2-link now, and was system-1-link/],
    ["reboot", /it was rebooted/],
  ] as const) {
    const world = await createWorld(t, ["yoga"]);
    const bot = await world.startBot();
    const id = await bot.deploy("yoga");
    await bot.asks(id);
    if (change === "profile") {
      world.host("yoga").setProfile(storePath("nixos-system-yoga-2"));
    } else {
      world.host("yoga").reboot();
    }
    await bot.engine.decide(id, "switch", alice);
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, "superseded");
    assert.match(ended.message ?? "", words);
  }
});

test("a host that cannot be reached at the click is not switched", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  world.host("yoga").answers = false;
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "failed");
  assert.equal(world.host("yoga").supervisors.size, 0);
});

test("the decision is bound to the system that the card showed, whatever origin/main is by then", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  world.builder.commit("newer still", { yoga: fakeSystem("yoga-3") });
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-2"));
});

test("nobody decides a deployment that is not there, or that does not ask yet", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const none = await bot.engine.decide("d-20261123-ffff", "switch", alice);
  assert.equal(none.kind === "refused" && none.code, "unknown-id");
  world.builderShell.hold("--out-link");
  const id = await bot.deploy("yoga");
  await bot.reaches(id, ({ phase }) => phase === "build");
  const early = await bot.engine.decide(id, "switch", alice);
  assert.equal(early.kind === "refused" && early.code, "not-ready");
});
