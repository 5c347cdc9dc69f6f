import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "../contracts/until.ts";
import { type Bot, startBot } from "./bot.ts";
import { invocation, skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "yoga";

describe("/deploy on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet());
  });
  after(() => bot.stop());

  test("--build-only builds and leaves the host alone", async () => {
    const before = await stateOf(fleet(), host);
    const built = await bot.ended(await bot.start(`/deploy ${host} --build-only`));
    assert.equal(built.outcome, "built", built.message ?? "");
    assert.match(built.toplevel ?? "", /^\/nix\/store\//);
    assert.deepEqual(await stateOf(fleet(), host), before);
    assert.deepEqual(Object.keys(built.times), ["check", "build"]);
  });

  test("--dry-run shows what would change and leaves the host alone, also when a phone wrote it", async () => {
    const before = await stateOf(fleet(), host);
    const tested = await bot.ended(await bot.start(`/deploy ${host} \u2014dry-run`));
    assert.equal(tested.outcome, "tested", tested.message ?? "");
    assert.ok(
      tested.diff.some(({ name }) => name === "nginx"),
      "nginx is in the diff",
    );
    assert.ok((tested.units?.restart.length ?? 0) > 0, "units would restart");
    assert.deepEqual(await stateOf(fleet(), host), before);
    await access(join(bot.dataDir, tested.log));
    assert.match(tested.log, /^logs\/deploy\/dry-run-yoga-\d{8}-\d{6}\.log$/);
  });

  test("a tag with the name of a branch does not stand in for it", async () => {
    const main = (
      await fleet().ssh("builder", ["git", "-C", "/srv/fleet", "rev-parse", "refs/remotes/origin/main"])
    ).stdout.trim();
    const git = (...words: string[]) => fleet().exec("builder", ["git", "-C", "/srv/fleet", ...words]);
    assert.equal((await git("tag", "origin/main", "refs/remotes/origin/bad/unit-fails")).exitCode, 0);
    try {
      const tested = await bot.ended(await bot.start(`/deploy ${host} --dry-run`));
      assert.equal(tested.revision, main);
      assert.deepEqual(tested.warnings, []);
    } finally {
      await git("tag", "--delete", "origin/main");
    }
  });

  test("a click on Switch brings the host to the toplevel on the card, with one generation more", async () => {
    const old = await stateOf(fleet(), host);
    const id = await bot.start(`/deploy ${host} --reason "the \u201ctest\u201d"`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    assert.deepEqual(await stateOf(fleet(), host), old, "nothing happens before the click");
    const restarts = card.units?.restart ?? [];
    assert.ok(restarts.length > 0);
    const invocations = await Promise.all(restarts.map((unit) => invocation(fleet(), host, unit)));

    const next = await bot.start(`/deploy ${host}`);
    const waiting = await bot.until(next, ({ queue }) => queue.state === "waiting");
    assert.match(waiting.queue.behind ?? "", new RegExp(`${id} \\(deploy, confirm\\)`));

    assert.equal((await bot.act(id, "switch")).status, 200);
    const second = await bot.act(id, "switch");
    assert.equal(second.status, 409);
    const done = await bot.ended(id);
    assert.equal(done.outcome, "deployed", done.message ?? "");

    const now = await stateOf(fleet(), host);
    assert.equal(now.current, card.toplevel);
    assert.equal(now.bootDefault, card.toplevel);
    assert.equal(now.generations.length, old.generations.length + 1);
    assert.equal(now.profile, `system-${done.generation}-link`);
    for (const [index, unit] of restarts.entries()) {
      assert.notEqual(await invocation(fleet(), host, unit), invocations[index], `${unit} was restarted`);
    }

    const log = await bot.file(done.log);
    assert.match(log, /--- switch/);
    assert.match(log, /activating the configuration/);
    // The record ends first; its .info and the sweep follow.
    const readInfo = async () =>
      JSON.parse(await bot.file(done.log.replace(/\.log$/, ".info"))) as Record<string, unknown>;
    await until("the end in its .info", async () => (await readInfo())["outcome"] !== null);
    const info = await readInfo();
    assert.equal(info["outcome"], "deployed");
    assert.equal(info["toplevel"], card.toplevel);
    assert.equal(info["previous"], old.current);
    assert.match(String(info["nix"]), /^\d+\.\d+/);
    assert.equal((await bot.ended(next)).outcome, "unchanged", "whoever waited had their turn");
    let roots = "";
    await until(
      "a host without gc-roots of the bot's",
      async () => {
        ({ stdout: roots } = await fleet().exec(host, ["ls", "/nix/var/nix/gcroots/switchyard"]));
        return roots.trim() === "";
      },
      15_000,
      () => roots,
    );
  });

  test("the same again is unchanged", async () => {
    const before = await stateOf(fleet(), host);
    const again = await bot.ended(await bot.start(`/deploy ${host}`));
    assert.equal(again.outcome, "unchanged", again.message ?? "");
    assert.deepEqual(await stateOf(fleet(), host), before);
  });

  test("a click after somebody changed the host by hand changes nothing: superseded", async () => {
    await fleet().reset(host);
    const id = await bot.start(`/deploy ${host}`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    const byHand = await fleet().exec(host, [
      "sh",
      "-c",
      `PATH=/run/current-system/sw/bin; nix-env -p /nix/var/nix/profiles/system --set ${card.toplevel}`,
    ]);
    assert.equal(byHand.exitCode, 0, byHand.stderr);
    const before = await stateOf(fleet(), host);
    assert.equal((await bot.act(id, "switch")).status, 200);
    const ended = await bot.ended(id);
    assert.equal(ended.outcome, "superseded");
    assert.deepEqual(await stateOf(fleet(), host), before);
    await fleet().reset(host);
  });

  test("a cancelled card leaves the host alone, and cannot be confirmed any more", async () => {
    await fleet().reset(host);
    const before = await stateOf(fleet(), host);
    const id = await bot.start(`/deploy ${host}`);
    await bot.asks(id);
    assert.equal((await bot.say(`/cancel ${id}`)).status, 200);
    assert.equal((await bot.ended(id)).outcome, "cancelled");
    assert.equal((await bot.say(`/confirm ${id}`)).status, 409);
    assert.deepEqual(await stateOf(fleet(), host), before);
  });
});
