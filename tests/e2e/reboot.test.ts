import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "zephyrus";

describe("/reboot on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet(), { hosts: { [host]: { rebootWithin: "60s" } } });
  });
  after(() => bot.stop());

  const bootId = async () =>
    (await fleet().exec(host, ["cat", "/proc/sys/kernel/random/boot_id"])).stdout.trim();

  async function asked(): Promise<string> {
    const id = await bot.start(`/reboot ${host}`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    return id;
  }

  test("it reboots after a click, waits for the new boot, and finds the host as well as before", async () => {
    const old = await bootId();
    const id = await asked();
    assert.equal(await bootId(), old, "nothing happens before the click");
    await bot.act(id, "switch");
    const done = await bot.ended(id, 120);
    assert.equal(done.outcome, "done", `${done.message} ${done.lines.join("; ")}`);
    assert.match(
      done.message ?? "",
      /^zephyrus rebooted into generation 1 with kernel \S+, and answered after/,
    );
    assert.notEqual(await bootId(), old);
    assert.equal(done.before?.bootId, old);
    const logs = await bot.say(`/logs ${id}`);
    assert.match(JSON.stringify(logs.body.blocks), /was told to reboot/);
  });

  test("a bot that is killed while the host is down goes on, and it reboots once", async () => {
    const old = await bootId();
    const id = await asked();
    await bot.act(id, "switch");
    await bot.until(id, ({ act }) => act?.begunAt !== null);
    for (let tries = 0; tries < 100 && (await bootId().catch(() => "")) === old; tries++) {
      await delay(50);
    }
    await bot.kill();
    await bot.again();
    const done = await bot.ended(id, 120);
    assert.equal(done.outcome, "done", `${done.message} ${done.lines.join("; ")}`);
    const now = await bootId();
    assert.notEqual(now, old);
    await delay(3_000);
    assert.equal(await bootId(), now, "no second reboot");
  });

  test("a system that must not be switched to is installed for the next boot, and runs after a reboot", async () => {
    await fleet().reset(host);
    const before = await stateOf(fleet(), host);
    const refused = await bot.ended(await bot.start(`/deploy ${host} --ref origin/bad/inhibited`), 120);
    assert.equal(refused.outcome, "failed");
    assert.match(refused.help ?? "", /--boot installs it for the next boot/);
    const id = await bot.start(`/deploy ${host} --boot --ref origin/bad/inhibited`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    await bot.act(id, "switch");
    const done = await bot.ended(id, 120);
    assert.equal(done.outcome, "done", `${done.message} ${done.lines.join("; ")}`);
    const waiting = await stateOf(fleet(), host);
    assert.equal(waiting.current, before.current, "what runs is left alone");
    assert.equal(waiting.profile, "system-2-link");
    assert.equal(waiting.bootDefault, done.toplevel);
    const reboot = await asked();
    await bot.act(reboot, "switch");
    const booted = await bot.ended(reboot, 120);
    assert.equal(booted.outcome, "done", `${booted.message} ${booted.lines.join("; ")}`);
    assert.match(booted.message ?? "", /rebooted into generation 2/);
    assert.equal((await stateOf(fleet(), host)).current, done.toplevel);
    await fleet().reset(host);
  });

  test("a unit that does not come back makes it failed", async () => {
    const id = await asked();
    await fleet().exec(host, ["mkdir", "-p", "/etc/systemd/system/worker.service.d"]);
    await fleet().exec(host, [
      "sh",
      "-c",
      "printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\nRestart=no\\n' >/etc/systemd/system/worker.service.d/broken.conf",
    ]);
    try {
      await bot.act(id, "switch");
      const ended = await bot.ended(id, 120);
      assert.equal(ended.outcome, "failed", ended.message ?? "");
      assert.match(ended.lines.join("\n"), /worker\.service/);
    } finally {
      await fleet().exec(host, ["rm", "-rf", "/etc/systemd/system/worker.service.d"]);
    }
  });

  test("a host that stays away is unknown in time, and a later look tells that it rebooted", async () => {
    await fleet().reset(host);
    const id = await asked();
    const before = await stateOf(fleet(), host);
    await bot.act(id, "switch");
    await bot.until(id, ({ act }) => act?.begunAt !== null);
    await fleet().break(host, "drop-packets");
    try {
      const ended = await bot.ended(id, 180);
      assert.equal(ended.outcome, "unknown", ended.message ?? "");
      assert.match(ended.message ?? "", /no new boot was seen in time/);
    } finally {
      await fleet().mend(host, "drop-packets");
    }
    await bot.say(`/look ${id}`);
    const known = await bot.deployment(id);
    assert.ok(known.outcome === "done" || known.outcome === "unknown", known.message ?? "");
    assert.equal((await stateOf(fleet(), host)).profile, before.profile);
  });
});
