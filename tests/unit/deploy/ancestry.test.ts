import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type AncestryRequest, ancestryText, driftText, readAncestry } from "../../../src/deploy/ancestry.ts";
import { localShell } from "../../../src/remote/local-shell.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { createWorld } from "../../fakes/world.ts";

/** A real git repository with a real remote: main has three commits, side left it after the first. */
async function withGit(t: TestContext) {
  const root = await scratchDirectory(t, () => {});
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], {
      env,
      cwd: root,
      stdio: "pipe",
    })
      .toString()
      .trim();
  const origin = join(root, "origin");
  const clone = join(root, "clone");
  git("init", "-q", "-b", "main", origin);
  const commit = (text: string) => {
    git("-C", origin, "commit", "-q", "--allow-empty", "-m", text);
    return git("-C", origin, "rev-parse", "HEAD");
  };
  const one = commit("one");
  git("-C", origin, "branch", "side");
  const [two, three] = [commit("two"), commit("three")];
  git("-C", origin, "checkout", "-q", "side");
  const side = commit("side");
  git("-C", origin, "checkout", "-q", "main");
  git("clone", "-q", origin, clone);
  const request: AncestryRequest = { builder: localShell(), repository: clone, trustedRefs: ["origin/main"] };
  return { git, root, origin, clone, request, one, two, three, side };
}

test("a commit is ahead, behind, diverged or the same, in a real repository", async (t) => {
  const { request, one, two, three, side } = await withGit(t);
  const of = async (running: string | null, revision: string | null) =>
    (await readAncestry(request, running, revision)).ancestry;
  assert.deepEqual(await of(one, three), { kind: "ahead", commits: 2 });
  assert.deepEqual(await of(three, one), { kind: "behind", commits: 2 });
  assert.deepEqual(await of(three, side), { kind: "diverged", lost: 2, added: 1 });
  assert.deepEqual(await of(two, two), { kind: "same" });
  assert.deepEqual(await of(`${one}-dirty`, two), { kind: "ahead", commits: 1 });
  for (const [running, revision] of [
    [null, two],
    ["", two],
    ["dirty", two],
    ["--upload-pack=x", two],
    [one, null],
  ] as const) {
    assert.equal((await of(running, revision)).kind, "unknown", `${running} ${revision}`);
  }
});

test("what runs and was withdrawn is told as retracted, whether its commit is still there or is gone", async (t) => {
  const { git, origin, clone, request, one, three, side } = await withGit(t);
  assert.equal((await readAncestry(request, one, three)).isRetracted, false);
  git("-C", origin, "reset", "-q", "--hard", one);
  git("-C", clone, "fetch", "-q", "--prune");
  const withdrawn = await readAncestry(request, three, one);
  assert.equal(withdrawn.isRetracted, true);
  assert.equal(
    ancestryText(withdrawn, three),
    `older code than what runs: 2 commits behind ${three.slice(0, 7)}; what runs is in no trusted ref (any more)`,
  );
  assert.equal(driftText(withdrawn, one), `2 commits ahead of ${one.slice(0, 7)}, retracted`);
  const gone = await readAncestry(request, "f".repeat(40), side);
  assert.equal(gone.isRetracted, true);
  assert.match(
    ancestryText(gone, "f".repeat(40)),
    /not known: .* does not have fffffff, which runs: it was retracted/,
  );
});

test("a shallow clone claims no divergence that it cannot see", async (t) => {
  const { git, root, origin, request, three, side } = await withGit(t);
  const shallow = join(root, "shallow");
  git("clone", "-q", "--depth=1", "--no-single-branch", `file://${origin}`, shallow);
  const found = await readAncestry({ ...request, repository: shallow }, three, side);
  assert.deepEqual(found.ancestry, { kind: "unknown", why: "the builder's clone is shallow" });
});

test("a repository without a remote compares with its own branch", async (t) => {
  const { request, origin, one, three } = await withGit(t);
  const found = await readAncestry({ ...request, repository: origin, trustedRefs: ["main"] }, three, one);
  assert.deepEqual(found, { ancestry: { kind: "behind", commits: 2 }, isRetracted: false });
});

test("the card and /status say that older code than what runs is deployed", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const [first, second] = world.builder.history.get("origin/main") ?? [];
  assert.ok(first && second);
  const running = world.host("yoga").systemOf(world.host("yoga").current);
  Object.assign(running, { revision: second.revision });
  world.builder.commit("third", { yoga: fakeSystem("yoga-3") });
  const bot = await world.startBot();
  const ancestry = async (ref: string) => {
    const asked = await bot.asks(await bot.deploy("yoga", { ref, mode: "dry-run" }));
    return asked.checks.find(({ name }) => name === "ancestry");
  };
  const newer = await ancestry("origin/main");
  assert.deepEqual([newer?.state, newer?.detail.slice(0, 28)], ["ok", "1 commit ahead of what runs "]);
  const older = await ancestry(first.revision);
  assert.equal(older?.state, "warning");
  assert.equal(older?.detail, `older code than what runs: 1 commit behind ${second.revision.slice(0, 7)}`);
  const status = await world.clock.settle(bot.engine.status("yoga"));
  assert.ok("hosts" in status);
  assert.deepEqual(status.ancestry?.get(second.revision)?.ancestry, { kind: "ahead", commits: 1 });
});
