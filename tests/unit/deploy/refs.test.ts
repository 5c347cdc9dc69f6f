import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, bob, createWorld, somebody, type World } from "../../fakes/world.ts";

/** What reached the host: its copy, or a program of the new system. */
function reachedHost(world: World): boolean {
  return world.ran.some(({ argv }) => argv.includes("copy") || argv.includes("dry-activate"));
}

test("a ref outside the trusted ones waits for an approver before anything of it reaches the host", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("wild", { yoga: fakeSystem("yoga-wild") }, "origin/wild");
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { ref: "origin/wild", by: somebody("carol") });
  const asked = await bot.asks(id);
  assert.equal(asked.phase, "approve");
  assert.equal(asked.confirmation?.gate, "copy");
  assert.equal(asked.confirmation?.toplevel, storePath("nixos-system-yoga-wild"));
  assert.equal(reachedHost(world), false);

  for (const [who, isApprover, why] of [
    [alice, true, /belongs to nobody under people/],
    [somebody("carol"), true, /carol asked for this/],
    [somebody("dave"), false, /role approver/],
  ] as const) {
    const refused = await world.clock.settle(bot.engine.decide(id, "switch", who, isApprover));
    assert.equal(refused.kind === "refused" && refused.code, "needs-approval", who.name);
    assert.match(refused.kind === "refused" ? refused.message + refused.help : "", why);
  }
  assert.equal(reachedHost(world), false);

  const approved = await world.clock.settle(bot.engine.decide(id, "switch", somebody("erin"), true));
  assert.equal(approved.kind, "decided");
  const next = await bot.reaches(id, ({ phase }) => phase === "confirm");
  assert.equal(next.refApproval?.by.name, "erin");
  const audit = await readFile(join(world.directory, "audit.jsonl"), "utf8");
  assert.match(audit, /"name":"erin"[^\n]*"what":"approved"[^\n]*origin\/wild/);
  assert.equal(next.confirmation?.gate ?? "switch", "switch");
  assert.equal(reachedHost(world), true);
});

test("an approval that nobody gives, or that is refused, leaves the host untouched", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("wild", { yoga: fakeSystem("yoga-wild") }, "origin/wild");
  const bot = await world.startBot();
  const expired = await bot.ends(await bot.deploy("yoga", { ref: "origin/wild" }));
  assert.deepEqual([expired.outcome, expired.phase], ["expired", "approve"]);
  const id = await bot.deploy("yoga", { ref: "origin/wild", mode: "dry-run" });
  await bot.asks(id);
  await bot.engine.decide(id, "cancel", bob);
  assert.deepEqual([(await bot.ends(id)).outcome, reachedHost(world)], ["cancelled", false]);
});

test("an approval outlives a restart of the bot, and the next gate asks anew", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("wild", { yoga: fakeSystem("yoga-wild") }, "origin/wild");
  const first = await world.startBot();
  const id = await first.deploy("yoga", { ref: "origin/wild", by: somebody("carol") });
  await first.asks(id);
  first.kill();
  const second = await world.startBot();
  await world.clock.settle(second.engine.recover());
  const waiting = await second.asks(id);
  assert.equal(waiting.phase, "approve");
  await second.engine.decide(id, "switch", somebody("erin"), true);
  const next = await second.reaches(id, ({ phase }) => phase === "confirm");
  assert.equal(next.refApproval?.by.name, "erin");
});

test("who may use any ref is warned on the card", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("wild", { yoga: fakeSystem("yoga-wild") }, "origin/wild");
  const bot = await world.startBot();
  const asked = await bot.asks(await bot.deploy("yoga", { ref: "origin/wild", allowAnyRef: true }));
  assert.equal(asked.phase, "confirm");
  assert.deepEqual(asked.warnings, ["this revision is not in origin/main"]);
});

test("a ref that fleet.yaml trusts needs no permission and gives no warning", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "defaults: { refs: [origin/main, origin/next] }";
  world.builder.commit("next", { yoga: fakeSystem("yoga-next") }, "origin/next");
  const bot = await world.startBot();
  const asked = await bot.asks(await bot.deploy("yoga", { ref: "origin/next" }));
  assert.equal(asked.phase, "confirm");
  assert.deepEqual(asked.warnings, []);
});

test("an older revision of a trusted branch is trusted", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const [first] = world.builder.history.get("origin/main") ?? [];
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga", { ref: first?.revision ?? "" }));
  assert.equal(ended.outcome, "unchanged");
});

test("the working tree needs the permission, and the card says that it is dirty", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const refused = await bot.ends(await bot.deploy("yoga", { ref: "." }));
  assert.deepEqual([refused.outcome, refused.phase], ["expired", "approve"]);
  const asked = await bot.asks(await bot.deploy("yoga", { ref: ".", allowAnyRef: true }));
  assert.deepEqual(asked.warnings, ["built from uncommitted files on the builder"]);
  assert.equal(asked.revision, null);
  assert.equal(
    world.ran.some(({ argv }) => argv.includes("git+file:///srv/fleet")),
    true,
  );
});

test("a ref that git does not know is said to be so", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga", { ref: "origin/nowhere" }));
  assert.equal(ended.outcome, "failed");
  assert.equal(ended.message, "/srv/fleet has no ref origin/nowhere");
});

test("a ref that is not the name of one is refused before any command runs", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  const before = world.ran.length;
  for (const ref of ["--upload-pack=x", "-x", "a b", "a..b", "$(id)", "x;y", "", "a\nb", "refs/@{0}"]) {
    const answers = await world.clock.settle(
      Promise.all([
        bot.engine.deploy({
          host: "yoga",
          mode: "deploy",
          ref,
          reason: null,
          by: alice,
          allowAnyRef: true,
          command: "",
        }),
        bot.engine.buildAll({ jobs: null, ref, by: alice, allowAnyRef: true, command: "" }),
      ]),
    );
    for (const answer of answers) {
      assert.equal(answer.kind === "refused" && answer.code, "bad-command", ref);
    }
  }
  assert.equal(world.ran.length, before);
});

test("a fetch that fails is a warning: what is there can still be deployed", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.fetchExit = 128;
  const bot = await world.startBot();
  const asked = await bot.asks(await bot.deploy("yoga"));
  assert.equal(asked.phase, "confirm");
  assert.deepEqual(asked.warnings, [
    "git fetch did not work, so this may not be the newest: fatal: no network",
  ]);
});

test("a repository without a remote is not fetched", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builderShell.on("git -C /srv/fleet remote", { stdout: "" });
  const bot = await world.startBot();
  await bot.asks(await bot.deploy("yoga"));
  assert.equal(
    world.ran.some(({ argv }) => argv.includes("fetch")),
    false,
  );
});
