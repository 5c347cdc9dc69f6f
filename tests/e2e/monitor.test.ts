import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { type Bot, startBot } from "./bot.ts";
import { isActive, skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "hetzner-vps";
/** It is critical there. */
const unit = "web.service";

describe("a real machine that is watched after its switch", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot | undefined;
  before(() => fleet().reset(host));
  after(async () => {
    await bot?.stop();
    await fleet().reset(host);
  });

  /** A bot with this fleet.yaml, in place of the one before. */
  async function botWith(settings: Readonly<Record<string, unknown>>): Promise<Bot> {
    await bot?.stop();
    await fleet().reset(host);
    bot = await startBot(fleet(), { hosts: { [host]: settings } });
    return bot;
  }

  async function switched(on: Bot, command: string): Promise<Deployment> {
    const id = await on.start(command);
    const card = await on.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    assert.equal((await on.act(id, "switch")).status, 200);
    return on.until(id, (one) => one.phase === "monitor" || one.outcome !== null);
  }

  test("one that stays well ends as deployed when the time is over, after four looks", async () => {
    const bot = await botWith({});
    const watched = await switched(bot, `/deploy ${host} --watch 20s`);
    assert.equal(watched.phase, "monitor", watched.message ?? "");
    assert.equal((await stateOf(fleet(), host)).bootDefault, watched.toplevel, "it was committed before");
    const ended = await bot.ended(watched.id);
    assert.equal(ended.outcome, "deployed", ended.message ?? "");
    assert.match(ended.message ?? "", /watched since, and stayed well/);
    assert.equal(new Set(ended.monitor?.strip).size, 1, ended.monitor?.strip.join());
    assert.ok((ended.monitor?.strip.length ?? 0) >= 3);
  });

  test("one that stops being well raises an alarm, over a restart of the bot, and keeps its system", async () => {
    const bot = await botWith({ monitor: "60s" });
    const watched = await switched(bot, `/deploy ${host}`);
    assert.equal(watched.phase, "monitor", watched.message ?? "");
    await bot.kill();
    await fleet().exec(host, ["systemctl", "stop", unit]);
    await bot.again();
    const ended = await bot.ended(watched.id);
    assert.equal(ended.outcome, "deployed-degraded", ended.message ?? "");
    assert.match(ended.message ?? "", /stopped being well while it was watched/);
    assert.match(ended.lines.join("\n"), new RegExp(`${unit} is critical and`));
    assert.equal((await stateOf(fleet(), host)).current, watched.toplevel);
  });

  test("with rollBackOnAlarm it is back on the system before, without a click", async () => {
    const bot = await botWith({ monitor: "20s", rollBackOnAlarm: true });
    const old = await stateOf(fleet(), host);
    const watched = await switched(bot, `/deploy ${host}`);
    await fleet().exec(host, ["systemctl", "stop", unit]);
    const ended = await bot.ended(watched.id);
    assert.equal(ended.outcome, "deployed-degraded", ended.message ?? "");
    const [id = ""] = /d-\d{8}-[0-9a-f]{4}/.exec(ended.help ?? "") ?? [];
    const back = await bot.ended(id);
    assert.equal(back.alarmOf, watched.id);
    assert.equal(back.outcome, "deployed", back.message ?? "");
    assert.equal(back.confirmation?.decision?.by.name, "Switchyard");
    const now = await stateOf(fleet(), host);
    assert.equal(now.current, old.current);
    assert.equal(now.bootDefault, old.current);
    assert.equal(await isActive(fleet(), host, unit), true);
  });
});
