import assert from "node:assert/strict";
import { test } from "node:test";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { runThread } from "../../../src/views/thread.ts";
import { wordsOf } from "../../fakes/fake-surface.ts";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { createWorld, type World } from "../../fakes/world.ts";

const from = "1".repeat(40);

/** A host that says which revision it runs, and a builder that knows it. */
async function withRevisions(t: Parameters<typeof createWorld>[0]): Promise<World> {
  const world = await createWorld(t, ["yoga"]);
  const running = fakeSystem("yoga-1", { packages: { nginx: "1.26.0" }, revision: from });
  world.builder.systems.set(running.toplevel, running);
  const { builderShell } = world;
  world.shell("yoga").on("path-info", {
    stdout: `${storePath("nginx-1.26.0")} 100000\n${storePath("glibc-2.40")} 5000\n`,
  });
  builderShell.on("path-info", {
    stdout: `${storePath("nginx-1.27.0")} 120000\n${storePath("glibc-2.40")} 5000\n`,
  });
  builderShell.on("cat-file", {});
  builderShell.on(`--is-ancestor ${from}`, {});
  builderShell.on("--left-right --max-count", {
    stdout: `>\0${"2".repeat(40)}\0Ada\x002026-11-23T09:00:00+01:00\0nginx: 1.27\n`,
  });
  builderShell.on("rev-list", { stdout: "0\t1\n" });
  builderShell.on(" diff ", { stdout: " flake.nix | 2 +-\n 1 file changed\n" });
  builderShell.on("get-url", { stdout: "git@github.com:acme/fleet.git\n" });
  return world;
}

test("a diff shows packages, commits with links and files, and asks nobody", async (t) => {
  const world = await withRevisions(t);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { mode: "diff" });
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.equal(
    ended.message,
    "yoga: 1 package would change (+19.5 KiB), with 1 commit. Nothing was copied to it.",
  );
  assert.deepEqual(ended.diff, [{ name: "nginx", before: "1.26.0", after: "1.27.0", size: "+19.5 KiB" }]);
  assert.equal(ended.comparison?.from, from);
  assert.equal(ended.comparison?.commits[0]?.url, `https://github.com/acme/fleet/commit/${"2".repeat(40)}`);
  assert.deepEqual(ended.comparison?.files, [" flake.nix | 2 +-", " 1 file changed"]);
  const words = wordsOf(deploymentCard(ended, null));
  assert.match(words, /nginx \| 1\.26\.0 \| 1\.27\.0/);
  assert.match(words, /2222222 nginx: 1\.27 · Ada, 2026-11-23/);
  const run = await bot.store.run(ended.run);
  assert.ok(run !== undefined);
  const thread = runThread(run, [ended], () => null);
  assert.match(wordsOf(thread.messages.at(-1)?.blocks ?? []), /nginx \| 1\.26\.0/);
});

test("a diff changes nothing on the host, copies nothing to it, and stands in nobody's way", async (t) => {
  const world = await withRevisions(t);
  const bot = await world.startBot();
  await bot.asks(await bot.deploy("yoga"));
  world.host("yoga").roots.clear();
  world.builderShell.forget();
  const ended = await bot.ends(await bot.deploy("yoga", { mode: "diff" }));
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.deepEqual([...world.host("yoga").roots], []);
  assert.equal(
    world.ran.some(({ argv }) => argv.includes("copy")),
    false,
  );
});

test("without a revision on the host, or in the repository, it says so and compares the packages", async (t) => {
  const world = await withRevisions(t);
  const bot = await world.startBot();
  world.builderShell.on("cat-file", { exitCode: 128 });
  const foreign = await bot.ends(await bot.deploy("yoga", { mode: "diff" }));
  assert.equal(foreign.outcome, "done");
  assert.match(foreign.comparison?.unknown ?? "", /the repository does not have 1111/);
  assert.equal(foreign.diff.length, 1);
  const silent = fakeSystem("yoga-1", { packages: { nginx: "1.26.0" }, revision: "" });
  world.builder.systems.set(silent.toplevel, silent);
  const unsaid = await bot.ends(await bot.deploy("yoga", { mode: "diff" }));
  assert.match(unsaid.comparison?.unknown ?? "", /does not say which revision/);
});

test("a host that runs it already has nothing to compare", async (t) => {
  const world = await withRevisions(t);
  const bot = await world.startBot();
  const host = world.host("yoga");
  const first = await bot.ends(await bot.deploy("yoga", { mode: "build-only" }));
  host.store.add(first.toplevel ?? "");
  host.current = first.toplevel ?? "";
  host.setProfile(first.toplevel ?? "");
  const ended = await bot.ends(await bot.deploy("yoga", { mode: "diff" }));
  assert.equal(ended.outcome, "unchanged");
});
