import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Answer, type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "yoga";

describe("/generations --prune on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  const inside = async (script: string) => {
    const { exitCode, stdout, stderr } = await fleet().exec(host, ["sh", "-c", script]);
    assert.equal(exitCode, 0, stderr);
    return stdout.trim();
  };
  const entries = async () =>
    (await inside("cd /boot/loader/entries && ls"))
      .split(/\s+/)
      .filter((name) => name.includes("generation"));

  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet());
    await deploy("origin/main");
    await deploy("origin/next");
    await deploy("origin/main");
  });
  after(() => bot.stop());

  async function deploy(ref: string): Promise<void> {
    const id = await bot.start(`/deploy ${host} --ref ${ref}`);
    await bot.asks(id);
    await bot.act(id, "switch");
    const ended = await bot.ended(id);
    assert.equal(ended.outcome, "deployed", ended.message ?? "");
  }

  test("--csv and --json have every generation", async () => {
    const text = (body: Answer) => String(body.blocks?.find(({ kind }) => kind === "code")?.["text"]);
    const csv = text((await bot.say(`/generations ${host} --csv`)).body);
    assert.match(csv, /^generation,date,nixosVersion,/);
    assert.equal(csv.split("\n").length, 5);
    const json = JSON.parse(text((await bot.say(`/generations ${host} --json`)).body)) as {
      generation: number;
      current: boolean;
      deployment: string;
    }[];
    assert.deepEqual(
      json.map(({ generation, current }) => [generation, current]),
      [
        [4, true],
        [3, false],
        [2, true],
        [1, false],
      ],
    );
    assert.match(json[0]?.deployment ?? "", /^d-/);
  });

  test("it deletes what the card says and nothing that is needed, and the boot menu follows", async () => {
    const old = await stateOf(fleet(), host);
    assert.equal((await entries()).length, 4);
    const id = await bot.start(`/generations ${host} --prune 1`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    // 2 is the same system as 4, which runs; 1 is what was booted.
    assert.deepEqual(
      card.act?.seen?.generations.map(({ number, stays }) => [number, stays]),
      [
        [4, "runs now, boots next, the newest"],
        [3, null],
        [2, "runs now"],
        [1, "was booted"],
      ],
    );
    assert.deepEqual(await stateOf(fleet(), host), old, "nothing happens before the click");
    await bot.act(id, "switch");
    const done = await bot.ended(id);
    assert.equal(done.outcome, "done", done.message ?? "");
    const now = await stateOf(fleet(), host);
    assert.deepEqual(now.generations, ["system-1-link", "system-2-link", "system-4-link"]);
    assert.equal(now.current, old.current);
    assert.equal(now.bootDefault, old.bootDefault);
    assert.equal(now.profile, old.profile);
    assert.deepEqual(
      (await entries()).map((name) => /\d+/.exec(name)?.[0]),
      ["1", "2", "4"],
    );
    const nothing = await bot.ended(await bot.start(`/generations ${host} --older-than 1h`));
    assert.equal(nothing.outcome, "unchanged", nothing.message ?? "");
  });

  test("somebody else's switch makes it busy, and nothing is deleted", async () => {
    await fleet().break(host, "hold-lock");
    try {
      const before = await stateOf(fleet(), host);
      const ended = await bot.ended(await bot.start(`/generations ${host} --prune 1`));
      assert.equal(ended.outcome, "failed", ended.message ?? "");
      assert.match(ended.message ?? "", /another switch is under way/);
      assert.deepEqual(await stateOf(fleet(), host), before);
    } finally {
      await fleet().mend(host, "hold-lock");
    }
  });

  test("a /boot that takes no entries is told, with what to do", async () => {
    await deploy("origin/next");
    // 5 runs and boots; 4 may go now, 2 as well.
    const id = await bot.start(`/generations ${host} --prune 1`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    await inside("mount --bind /boot /boot && mount -o remount,bind,ro /boot");
    try {
      await bot.act(id, "switch");
      const ended = await bot.ended(id);
      assert.equal(ended.outcome, "failed", ended.message ?? "");
      assert.match(
        ended.message ?? "",
        /2 generations deleted \(4, 2\), but the boot entries were not written/,
      );
      assert.match(ended.help ?? "", /switch-to-configuration boot on yoga/);
    } finally {
      await inside("umount /boot");
    }
  });
});
