import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "yoga";

describe("/diff on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet());
  });
  after(() => bot.stop());

  test("it shows packages, commits and files, and neither copies nor changes anything", async () => {
    const before = await stateOf(fleet(), host);
    const paths = async () => (await fleet().exec(host, ["sh", "-c", "ls /nix/store | wc -l"])).stdout.trim();
    const count = await paths();
    const ended = await bot.ended(await bot.start(`/diff ${host}`));
    assert.equal(ended.outcome, "done", ended.message ?? "");
    assert.equal(ended.comparison?.unknown, null);
    assert.deepEqual(
      ended.comparison?.commits.map(({ subject, isGone }) => [subject, isGone]),
      [
        ["metrics: export the load of every machine", false],
        ["worker: two threads", false],
        ["nginx 1.27.4 → 1.27.5", false],
      ],
    );
    assert.match(ended.comparison?.files.join("\n") ?? "", /packages\/versions\.nix .*\n.* files? changed/s);
    assert.equal(ended.comparison?.url, null, "a folder is no place to read commits");
    assert.deepEqual(await stateOf(fleet(), host), before);
    assert.equal(await paths(), count);
  });

  test("its packages are those that nix store diff-closures finds where both systems are", async () => {
    const ended = await bot.ended(await bot.start(`/diff ${host}`));
    const tested = await bot.ended(await bot.start(`/deploy ${host} --dry-run`));
    assert.equal(tested.outcome, "tested", tested.message ?? "");
    const versions = (changes: typeof tested.diff) =>
      changes.map(({ name, before, after }) => `${name}: ${before} → ${after}`).sort();
    assert.ok(tested.diff.length > 0);
    assert.deepEqual(versions(ended.diff), versions(tested.diff));
  });

  test("what a ref would take back is told", async () => {
    const id = await bot.start(`/deploy ${host}`);
    await bot.asks(id);
    await bot.act(id, "switch");
    assert.equal((await bot.ended(id)).outcome, "deployed");
    const nothing = await bot.ended(await bot.start(`/diff ${host}`));
    assert.equal(nothing.outcome, "unchanged", nothing.message ?? "");
    const rev = await fleet().ssh("builder", ["git", "-C", "/srv/fleet", "rev-parse", "origin/main~1"]);
    const back = await bot.ended(await bot.start(`/diff ${host} --ref ${rev.stdout.trim()}`));
    assert.equal(back.outcome, "done", back.message ?? "");
    assert.deepEqual(
      back.comparison?.commits.map(({ subject, isGone }) => [subject, isGone]),
      [["metrics: export the load of every machine", true]],
    );
    const next = await bot.ended(await bot.start(`/diff ${host} --ref origin/next`));
    assert.deepEqual(
      next.comparison?.commits.map(({ subject }) => subject),
      ["openssl 3.3.2 → 3.3.3"],
    );
  });
});
