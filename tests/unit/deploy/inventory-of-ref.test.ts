import assert from "node:assert/strict";
import { test } from "node:test";
import { dispatch } from "../../../src/chat/dispatch.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { alice, createWorld } from "../../fakes/world.ts";

/** origin/next has vps instead of hetzner-vps. */
async function withBranch(t: Parameters<typeof createWorld>[0]) {
  const world = await createWorld(t, ["hetzner-vps", "yoga", "vps"]);
  const main = {
    "hetzner-vps": fakeSystem("hetzner-vps-3"),
    yoga: fakeSystem("yoga-3"),
  };
  world.builder.commit("without vps", main);
  world.builder.commit("next", { vps: fakeSystem("vps-3"), yoga: fakeSystem("yoga-4") }, "origin/next");
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  return { world, bot };
}

test("build-all of a branch builds the hosts of that branch: those it adds, and none that it lacks", async (t) => {
  const { world, bot } = await withBranch(t);
  const build = (ref: string | null) =>
    world.clock.settle(
      bot.engine.buildAll({ jobs: null, ref, by: alice, allowAnyRef: true, command: "/build-all" }),
    );
  const branch = await build("origin/next");
  assert.equal(branch.kind, "started");
  assert.deepEqual(branch.kind === "started" && branch.deployments.map(({ host }) => host), ["vps", "yoga"]);
  const main = await build(null);
  assert.deepEqual(main.kind === "started" && main.deployments.map(({ host }) => host), [
    "hetzner-vps",
    "yoga",
  ]);
  assert.deepEqual(await bot.engine.hosts(), ["hetzner-vps", "yoga"], "the fleet's own list stays");
});

test("a ref whose hosts cannot be read is refused with the reason", async (t) => {
  const { world, bot } = await withBranch(t);
  const refused = await world.clock.settle(
    bot.engine.buildAll({
      jobs: null,
      ref: "origin/nope",
      by: alice,
      allowAnyRef: true,
      command: "/build-all",
    }),
  );
  assert.equal(refused.kind, "refused");
  assert.match(refused.kind === "refused" ? refused.message : "", /\/srv\/fleet has no ref origin\/nope/);
});

test("a host that only a branch has can be deployed from it; one that the branch lacks is refused in check", async (t) => {
  const { bot } = await withBranch(t);
  const added = await bot.asks(await bot.deploy("vps", { ref: "origin/next", allowAnyRef: true }));
  assert.equal(added.phase, "confirm", added.message ?? "");
  const lacking = await bot.ends(await bot.deploy("hetzner-vps", { ref: "origin/next", allowAnyRef: true }));
  assert.equal(lacking.outcome, "failed");
  assert.match(lacking.message ?? "", /hetzner-vps is not in the flake at this revision/);
  await assert.rejects(bot.deploy("vps", {}), /There is no host/);
  await assert.rejects(
    bot.deploy("nowhere", { ref: "origin/next" }),
    /There is no host .*nowhere.* at origin\/next/,
  );
});

test("all, and a tag, mean the hosts of the ref that is asked for", async (t) => {
  const { world, bot } = await withBranch(t);
  world.fleet = "hosts:\n  vps: { tags: [server] }\n  hetzner-vps: { tags: [server] }\n";
  const hostsOf = async (text: string) => {
    const reply = await world.clock.settle(dispatch(toolsOf(world, bot), text, owner));
    assert.equal(reply.kind, "started", JSON.stringify(reply));
    const ids = reply.kind === "started" ? reply.deployments : [];
    return Promise.all(ids.map(async (id) => (await bot.record(id)).host));
  };
  assert.deepEqual(await hostsOf("/deploy all --build-only --ref origin/next"), ["vps", "yoga"]);
  assert.deepEqual(await hostsOf("/deploy @server --build-only --ref origin/next"), ["vps"]);
  assert.deepEqual(await hostsOf("/deploy yoga vps --build-only --ref origin/next"), ["yoga", "vps"]);
  assert.deepEqual(await hostsOf("/deploy all --build-only"), ["hetzner-vps", "yoga"]);
  assert.deepEqual(await hostsOf("/deploy @server --build-only"), ["hetzner-vps"]);
});
