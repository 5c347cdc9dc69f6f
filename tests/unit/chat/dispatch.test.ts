import assert from "node:assert/strict";
import { test } from "node:test";
import { dispatch } from "../../../src/chat/dispatch.ts";
import type { Identity } from "../../../src/chat/identity.ts";
import { digestOf } from "../../../src/deploy/consent.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { createWorld } from "../../fakes/world.ts";

const bob: Identity = { surface: "slack", id: "U2", name: "Bob", groups: [] };

test("what is no command, or no host, gets a clear answer, and no machine runs anything", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  const before = world.ran.length;
  for (const [text, code] of [
    ["/destroy yoga", "bad-command"],
    ["/deploy yoga --bogus", "bad-command"],
    ["/deploy yoga; reboot", "bad-command"],
    ["/deploy yoga && reboot", "bad-command"],
    ["/deploy $(id)", "bad-command"],
    ["/deploy `id`", "unknown-host"],
    ["/deploy $HOME", "unknown-host"],
    ["/deploy -oProxyCommand=x", "bad-command"],
    ["/deploy -- -oProxyCommand=x", "unknown-host"],
    ["/deploy ../../etc", "unknown-host"],
    ["/deploy yoga --ref --upload-pack=x", "bad-command"],
    ["/deploy yoga --ref=--upload-pack=x", "bad-command"],
    ["/deploy yoga --ref '$(id)'", "bad-command"],
    ["/build-all --jobs 0", "bad-command"],
    ["/build-all --ref '; reboot'", "bad-command"],
    ["/rollback 'yoga;reboot' 1", "unknown-host"],
    ["/rollback yoga 99x", "bad-command"],
    ["/generations '-x'", "bad-command"],
    ["/confirm '; reboot'", "unknown-id"],
  ] as const) {
    const reply = await world.clock.settle(dispatch(toolsOf(world, bot), text, owner));
    assert.equal(reply.kind === "refused" && reply.code, code, text);
    assert.equal(reply.kind === "refused" && reply.message.length > 10, true, text);
  }
  assert.deepEqual(world.ran.slice(before), []);
  assert.deepEqual(await bot.store.open(), []);
});

test("names that every JavaScript object has are ids of nothing", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  for (const id of ["__proto__", "constructor", "toString"]) {
    const reply = await world.clock.settle(dispatch(toolsOf(world, bot), `/cancel ${id}`, owner));
    assert.equal(reply.kind === "refused" && reply.code, "unknown-id", id);
    assert.equal(await bot.store.run(id), undefined, id);
  }
});

test("a deployment that is started answers with its ids and its card", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const reply = await world.clock.settle(
    dispatch(toolsOf(world, bot), "/deploy yoga —reason “new kernel”", owner),
  );
  assert.equal(reply.kind, "started");
  const [id = ""] = reply.kind === "started" ? reply.deployments : [];
  const record = await bot.record(id);
  assert.deepEqual([record.host, record.reason, record.requestedBy.name], ["yoga", "new kernel", "Alice"]);
  assert.deepEqual(reply.kind === "started" && reply.blocks[0]?.kind, "heading");
  const run = await bot.store.run(record.run);
  assert.equal(run?.command, '/deploy yoga --reason "new kernel"');
});

test("from the first word to the last click by typing alone", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const tools = toolsOf(world, bot);
  const reply = await world.clock.settle(dispatch(tools, "/deploy yoga", owner));
  const [id = ""] = reply.kind === "started" ? reply.deployments : [];
  await bot.asks(id);
  const asked = await world.clock.settle(dispatch(tools, `/confirm ${id}`, owner));
  assert.equal(asked.kind === "refused" && asked.code, "changed", "it says what a yes would be for");
  const command = asked.kind === "refused" ? (asked.present?.command ?? "") : "";
  assert.equal(command, `/confirm ${id} ${digestOf([await bot.record(id)])}`);
  const confirmed = await world.clock.settle(dispatch(tools, command, owner));
  assert.equal(confirmed.kind === "answer" && confirmed.text, "yoga will switch.");
  assert.equal((await bot.ends(id)).outcome, "deployed");
  const list = await world.clock.settle(dispatch(tools, "/rollback yoga", owner));
  assert.equal(list.kind === "answer" && list.text, "yoga has 2 generations.");
  const late = await world.clock.settle(dispatch(tools, `/cancel ${id}`, owner));
  assert.equal(late.kind === "refused" && late.code, "already-decided");
});

test("who may not is refused at the command and at the click, with the lines that would allow it", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const tools = toolsOf(world, bot);
  const started = await world.clock.settle(dispatch(tools, "/deploy yoga", owner));
  const [id = ""] = started.kind === "started" ? started.deployments : [];
  await bot.asks(id);
  const before = world.ran.length;
  for (const text of ["/deploy yoga", "/build-all", "/rollback yoga 1", `/confirm ${id}`, `/cancel ${id}`]) {
    const reply = await world.clock.settle(dispatch(tools, text, bob));
    assert.equal(reply.kind === "refused" && reply.code, "not-allowed", text);
    assert.match(
      reply.kind === "refused" ? (reply.help ?? "") : "",
      /people:\n {2}bob: \{ slack: "U2" \}\nroles:/,
    );
  }
  assert.equal(world.ran.length, before);
  assert.equal((await bot.record(id)).confirmation?.decision, null);
});

test("a permission that was taken away in between counts at the click", async (t) => {
  const world = await createWorld(t);
  world.fleet = "people: { bob: { slack: U2 } }\nroles: { deployer: [bob] }";
  const bot = await world.startBot();
  const tools = toolsOf(world, bot);
  const started = await world.clock.settle(dispatch(tools, "/deploy yoga", bob));
  const [id = ""] = started.kind === "started" ? started.deployments : [];
  await bot.asks(id);
  world.fleet = "people: { bob: { slack: U2 } }";
  const reply = await world.clock.settle(dispatch(tools, `/confirm ${id}`, bob));
  assert.equal(reply.kind === "refused" && reply.code, "not-allowed");
});

test("any-ref is asked of whoever types the ref", async (t) => {
  const world = await createWorld(t);
  world.fleet = "people: { bob: { slack: U2 } }\nroles: { deployer: [bob] }";
  const bot = await world.startBot();
  const tools = toolsOf(world, bot);
  const ids = [];
  for (const [who, host] of [
    [bob, "yoga"],
    [owner, "hetzner-vps"],
  ] as const) {
    const started = await world.clock.settle(dispatch(tools, `/deploy ${host}`, who));
    ids.push(started.kind === "started" ? (started.deployments[0] ?? "") : "");
  }
  assert.deepEqual(await Promise.all(ids.map(async (id) => (await bot.record(id)).allowAnyRef)), [
    false,
    true,
  ]);
});

test("help knows every command, and explains each", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const tools = toolsOf(world, bot);
  for (const { name } of tools.commands) {
    const reply = await dispatch(tools, `/help ${name}`, bob);
    assert.equal(reply.kind, "answer", name);
  }
  const unknown = await dispatch(tools, "/help nothing", bob);
  assert.equal(unknown.kind === "refused" && unknown.code, "bad-command");
});
