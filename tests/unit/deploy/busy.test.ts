import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { maxOpen } from "../../../src/deploy/parts.ts";
import type { DeployRequest } from "../../../src/deploy/requests.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";
import { alice, bob, createWorld } from "../../fakes/world.ts";

const request: DeployRequest = {
  host: "yoga",
  mode: "deploy",
  ref: null,
  reason: null,
  by: bob,
  allowAnyRef: false,
  command: "/deploy yoga",
};

test("where fleet.yaml says so, a busy host is refused with who holds it and with what", async (t) => {
  const world = await createWorld(t);
  world.fleet = "defaults: { whenBusy: refuse }";
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  for (const mode of ["deploy", "dry-run"] as const) {
    const refused = await world.clock.settle(bot.engine.deploy({ ...request, mode }));
    assert.equal(refused.kind === "refused" && refused.code, "busy");
    assert.equal(
      refused.kind === "refused" && refused.message,
      `yoga is busy: Alice started ${id} (deploy), which is in confirm.`,
    );
    assert.equal(refused.kind === "refused" && refused.help, `/confirm ${id} or /cancel ${id} ends it.`);
  }
  assert.equal((await bot.record(id)).outcome, null);
  assert.deepEqual(
    (await readdir(join(world.directory, "logs/deploy"))).filter((name) => name.endsWith(".log")),
    ["deploy-yoga-20261123-100000.log"],
  );
});

test("of two requests at the same moment one is begun, where nobody may wait", async (t) => {
  const world = await createWorld(t);
  world.fleet = "defaults: { whenBusy: refuse }";
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  const answers = await world.clock.settle(
    Promise.all([bot.engine.deploy(request), bot.engine.deploy(request), bot.engine.deploy(request)]),
  );
  assert.deepEqual(answers.map(({ kind }) => kind).toSorted(), ["refused", "refused", "started"]);
});

test("another host, and a build of the same one, are not in the way", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  await bot.asks(await bot.deploy("yoga"));
  assert.equal((await bot.ends(await bot.deploy("yoga", { mode: "build-only" }))).outcome, "built");
  assert.equal((await bot.asks(await bot.deploy("hetzner-vps"))).phase, "confirm");
});

test("a host is free again when its deployment has ended", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "cancel", alice);
  await bot.ends(id);
  assert.equal((await bot.asks(await bot.deploy("yoga"))).phase, "confirm");
});

test("more open deployments than maxOpen are refused", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  const many = Array.from({ length: maxOpen }, (_, index) =>
    aDeployment({ id: `d-20261122-${index.toString(16).padStart(4, "0")}`, host: `host-${index}` }),
  );
  await bot.store.begin(aRun({ id: "r-20261122-0000" }), many, () => null);
  const refused = await world.clock.settle(bot.engine.deploy({ ...request, mode: "build-only" }));
  assert.equal(refused.kind === "refused" && refused.code, "unavailable");
});
