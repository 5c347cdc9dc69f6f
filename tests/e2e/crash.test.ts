import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "zephyrus";

describe("the bot is killed and started again", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  before(async () => {
    bot = await startBot(fleet(), { defaults: { ackWithin: "10s" } });
  });
  after(() => bot.stop());
  beforeEach(() => fleet().reset(host));

  async function stateLine(id: string): Promise<string> {
    return (await fleet().exec(host, ["cat", `/run/switchyard/${id}/state`])).stdout;
  }

  test("a supervisor that vanished leaves an unknown end; a later look, after a reboot, tells it", async () => {
    const old = (await stateOf(fleet(), host)).current;
    const id = await bot.start(`/deploy ${host} --ref origin/bad/hangs`);
    await bot.asks(id);
    await bot.act(id, "switch");
    for (let tries = 0; tries < 200 && !(await stateLine(id)).startsWith("activating"); tries++) {
      await delay(50);
    }
    // The bot has seen it at work, so it cannot say that nothing began.
    await bot.until(id, ({ lastState }) => lastState !== null);
    // Neither it nor what would roll back after it is left.
    await fleet().exec(host, ["rm", "-rf", `/run/switchyard/${id}`]);
    await fleet().exec(host, ["systemctl", "kill", "--signal=KILL", `switchyard-${id}.service`]);
    const unknown = await bot.ended(id);
    assert.equal(unknown.outcome, "unknown", unknown.message ?? "");
    const card = await (await bot.get(`/api/deployments/${id}`)).text();
    assert.match(card, /Look again/);
    const first = await bot.say(`/look ${id}`);
    assert.match(first.body.text ?? "", /still not known/);
    await fleet().reboot(host);
    const second = await bot.say(`/look ${id}`);
    assert.equal(second.status, 200, JSON.stringify(second.body));
    const known = await bot.deployment(id);
    assert.equal(known.outcome, "rolled-back");
    assert.equal(known.correction?.by.id, "token");
    assert.equal((await stateOf(fleet(), host)).current, old);
    await bot.say(`/look ${id}`);
    assert.deepEqual((await bot.deployment(id)).correction, known.correction);
  });

  test("SIGTERM ends it cleanly and leaves a waiting card alone", async () => {
    const id = await bot.start(`/deploy ${host}`);
    await bot.asks(id);
    assert.equal(await bot.stop(), 0);
    await bot.again();
    assert.equal((await bot.deployment(id)).outcome, null);
    await bot.say(`/cancel ${id}`);
    assert.equal((await bot.ended(id)).outcome, "cancelled");
  });
});
