import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "hetzner-vps";

describe("/gc on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  let other: Bot;
  const inside = async (script: string) =>
    (await fleet().exec(host, ["sh", "-c", script], { timeoutMs: 60_000 })).stdout.trim();
  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet());
    other = await startBot(fleet());
  });
  after(async () => {
    await bot.stop();
    await other.stop();
  });

  /** A path that nothing needs. */
  const litter = (name: string) =>
    inside(`head -c 300000 /dev/urandom >/tmp/${name} && nix-store --add /tmp/${name}`);

  test("it deletes what nothing needs, after a click, and not what another bot's card waits on", async () => {
    const waiting = await other.start(`/deploy ${host}`);
    const asked = await other.asks(waiting);
    assert.equal(asked.phase, "confirm", asked.message ?? "");
    const path = await litter("litter-1");
    const before = await stateOf(fleet(), host);
    const id = await bot.start(`/gc ${host}`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    assert.ok((card.act?.seen?.dead?.paths ?? 0) >= 1, JSON.stringify(card.act?.seen));
    assert.ok((card.act?.seen?.dead?.bytes ?? 0) >= 300_000, JSON.stringify(card.act?.seen?.dead));
    assert.equal(await inside(`test -e ${path} && echo there`), "there");
    const html = JSON.stringify((await bot.run(card.run)).run.card);
    assert.ok(html.length > 0);
    await bot.act(id, "switch");
    const done = await bot.ended(id);
    assert.equal(done.outcome, "done", done.message ?? "");
    assert.match(
      done.message ?? "",
      /^hetzner-vps: \d+ store paths? deleted, .* freed; .* is free there now/,
    );
    assert.equal(await inside(`test -e ${path} || echo gone`), "gone");
    assert.deepEqual(await stateOf(fleet(), host), before);
    assert.match(await bot.file(done.log), new RegExp(`deleting '${path}'`));
    await other.act(waiting, "switch");
    const deployed = await other.ended(waiting);
    assert.equal(deployed.outcome, "deployed", deployed.message ?? "");
    assert.equal((await stateOf(fleet(), host)).current, asked.toplevel);
  });

  test("--verify finds a file that was changed behind Nix's back", async () => {
    const path = await litter("litter-2");
    await inside(`ln -s ${path} /nix/var/nix/gcroots/rehearsal-litter`);
    await inside(`chmod u+w ${path} && echo more >>${path}`);
    try {
      const id = await bot.start(`/gc ${host} --verify`);
      await bot.asks(id);
      await bot.act(id, "switch");
      const ended = await bot.ended(id);
      assert.equal(ended.outcome, "failed", ended.message ?? "");
      assert.match(ended.message ?? "", /But 1 of its paths is damaged/);
      assert.deepEqual(ended.lines, [`${path} was modified`]);
    } finally {
      await inside("rm -f /nix/var/nix/gcroots/rehearsal-litter");
    }
    // The damaged path is garbage now, and goes: the rest is whole.
    const again = await bot.start(`/gc ${host} --verify`);
    await bot.asks(again);
    await bot.act(again, "switch");
    const whole = await bot.ended(again);
    assert.equal(whole.outcome, "done", whole.message ?? "");
    assert.match(whole.message ?? "", /Every path of its store is whole/);
  });

  test("without garbage it says so and asks nobody", async () => {
    const ended = await bot.ended(await bot.start(`/gc ${host}`));
    assert.equal(ended.outcome, "unchanged", ended.message ?? "");
  });
});
