import assert from "node:assert/strict";
import { test } from "node:test";
import { createDesk } from "../../../src/chat/create-desk.ts";
import { createEvents } from "../../../src/chat/events.ts";
import { createLive } from "../../../src/chat/live.ts";
import { logFiles } from "../../../src/logs/log-files.ts";
import { createTroubles } from "../../../src/troubles/troubles.ts";
import { quiet } from "../../fakes/manual-clock.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { createWorld } from "../../fakes/world.ts";

const unlocked = {
  inputs: { attic: { follows: null, ref: null, inputs: {} } },
  asked: ["self", "attic"],
  lock: null,
};
const reason = /The hosts of origin\/main cannot be read: .*attic \(there is no flake\.lock\)/;

/** A bot whose flake cannot be read, until `repair` is called. */
async function withoutHosts(t: Parameters<typeof createWorld>[0], known: readonly string[] = []) {
  const world = await createWorld(t);
  let isBroken = true;
  world.builderShell.on((argv) => isBroken && argv.includes("--expr"), { stdout: JSON.stringify(unlocked) });
  const troubles = createTroubles({
    clock: world.clock,
    mask: (text) => text,
    log: { error: () => {}, info: () => {} },
  });
  const bot = await world.startBot({ troubles });
  if (known.length > 0) {
    await world.clock.settle(bot.store.setInventory(known));
  }
  const fail = (error: unknown) => assert.fail(String(error));
  const events = createEvents(world.clock, fail);
  const desk = createDesk({
    tools: { ...toolsOf(world, bot), troubles: troubles.all },
    events,
    live: createLive(events, bot.store, world.clock, fail),
    logs: logFiles(world.directory, world.clock, bot.redact, () => 1e6),
    audit: bot.audit,
    redact: bot.redact,
    shells: { control: world.builderShell },
    clock: world.clock,
    log: { error: (_details, message) => assert.fail(message) },
    surfaces: () => [],
  });
  const readings = () => world.ran.filter(({ argv }) => argv.includes("--expr")).length;
  return {
    world,
    bot,
    readings,
    say: async (text: string) => JSON.stringify(await world.clock.settle(desk.say(text, owner))),
    hosts: () => world.clock.settle(desk.hosts()),
    health: async () => (await world.clock.settle(desk.health())).find(({ part }) => part === "hosts"),
    suggest: (of: "host" | "hosts") => world.clock.settle(desk.suggest({ of, typed: "", host: null }, owner)),
    repair: () => (isBroken = false),
  };
}

test("where the flake cannot be read, everything that shows hosts says why, and how to put it right", async (t) => {
  const { say, hosts, health, suggest } = await withoutHosts(t);
  for (const text of ["/hosts", "/status", "/deploy yoga", "/deploy all", "/build-all", "/status yoga"]) {
    const said = await say(text);
    assert.match(said, reason, text);
    assert.match(said, /`nix flake lock`/, text);
  }
  const list = await hosts();
  assert.deepEqual(list.hosts, []);
  assert.match(list.trouble?.message ?? "", reason);
  assert.match(list.trouble?.help ?? "", /`nix flake lock`/);
  const found = await health();
  assert.equal(found?.ok, false);
  assert.match(found?.detail ?? "", reason);
  assert.match(found?.detail ?? "", /`nix flake lock`/);
  assert.deepEqual(await suggest("hosts"), [], "no group of nothing is offered");
});

test("lists that are drawn often read the flake again once a minute, and a person who asks reads it at once", async (t) => {
  const { world, say, hosts, health, suggest, readings, repair } = await withoutHosts(t);
  await hosts();
  assert.equal(readings(), 1);
  for (let count = 0; count < 10; count++) {
    await hosts();
    await health();
    await suggest("host");
  }
  assert.equal(readings(), 1);
  await world.clock.advance(60_001);
  await Promise.all([hosts(), hosts()]);
  assert.equal(readings(), 2);
  repair();
  assert.match(await say("/hosts"), /hetzner-vps/);
  const list = await hosts();
  assert.deepEqual([list.hosts.length, list.trouble], [2, null]);
  assert.equal(await health(), undefined);
});

test("a flake that is put right is read without anybody asking for it", async (t) => {
  const { world, hosts, repair } = await withoutHosts(t);
  await hosts();
  repair();
  await world.clock.advance(60_001);
  assert.notEqual((await hosts()).trouble, null, "as it was, while it is read");
  await quiet();
  assert.equal((await hosts()).hosts.length, 2);
});

test("hosts of an earlier reading stay, with the reason why they may not be those of now", async (t) => {
  const { say, hosts, health } = await withoutHosts(t, ["yoga"]);
  assert.equal((await hosts()).trouble, null, "nobody has read it since");
  assert.match(await say("/deploy vps"), reason);
  const list = await hosts();
  assert.deepEqual(
    list.hosts.map(({ name }) => name),
    ["yoga"],
  );
  assert.match(list.trouble?.message ?? "", reason);
  for (const text of ["/hosts", "/status"]) {
    const said = await say(text);
    assert.match(said, reason, text);
    assert.match(said, /yoga/, text);
  }
  assert.equal(await health(), undefined, "the known hosts can be deployed and rolled back");
});

test("hosts that the disk did not keep are hosts all the same", async (t) => {
  const { bot, hosts, repair } = await withoutHosts(t);
  repair();
  bot.store.setInventory = async () => {
    throw new Error("no space left on device");
  };
  await hosts();
  assert.equal((await hosts()).hosts.length, 2);
});

test("a flake that was read and has no hosts says so", async (t) => {
  const { world, say, repair } = await withoutHosts(t);
  repair();
  world.builder.commit("without hosts", {});
  for (const text of ["/hosts", "/status"]) {
    assert.match(await say(text), /The flake has no hosts: add one to nixosConfigurations/, text);
  }
});

test("/status says why it cannot tell what differs from the fleet's ref", async (t) => {
  const { world, hosts, say, repair } = await withoutHosts(t);
  repair();
  await hosts();
  world.builderShell.on("rev-parse", new Error("ssh: connect to host builder: No route to host"));
  for (const text of ["/status", "/status yoga"]) {
    const said = await say(text);
    assert.match(said, /What differs from origin\/main is not known: .*No route to host/, text);
    assert.match(said, /"running"|yoga is running/, "and what was seen is shown");
  }
});
