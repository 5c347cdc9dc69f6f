import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHost } from "./machine.ts";

const host = "zephyrus";

describe("the bot is killed and started again", { skip }, () => {
  const fleet = useFleet();
  useHost(fleet, host);
  let bot: Bot;
  before(async () => {
    bot = await startBot(fleet(), { defaults: { ackWithin: "10s" } });
  });
  after(() => bot.stop());
  beforeEach(() => fleet().reset(host));

  async function switching(): Promise<{ id: string; toplevel: string; old: string }> {
    const old = (await stateOf(fleet(), host)).current;
    const id = await bot.start(`/deploy ${host}`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    await bot.act(id, "switch");
    for (let tries = 0; tries < 200 && !(await stateLine(id)).startsWith("activat"); tries++) {
      await delay(20);
    }
    return { id, toplevel: card.toplevel ?? "", old };
  }

  async function stateLine(id: string): Promise<string> {
    return (await fleet().exec(host, ["cat", `/run/switchyard/${id}/state`])).stdout;
  }

  test("while the host switches: back in time it goes on, and says what the host runs", async () => {
    const { id, toplevel } = await switching();
    await bot.kill();
    await bot.again();
    const ended = await bot.ended(id);
    assert.equal(ended.outcome, "deployed", ended.message ?? "");
    const now = await stateOf(fleet(), host);
    assert.equal(now.current, toplevel);
    assert.equal(now.bootDefault, toplevel);
  });

  test("while the host switches: away for too long the host goes back by itself, and the bot says so", async () => {
    const { id, old } = await switching();
    await bot.kill();
    for (let tries = 0; tries < 100; tries++) {
      if ((await stateLine(id)).startsWith("rolled-back")) {
        break;
      }
      await delay(400);
    }
    assert.equal((await stateOf(fleet(), host)).current, old, "the host ended by itself");
    await bot.again();
    const ended = await bot.ended(id);
    assert.equal(ended.outcome, "rolled-back", ended.message ?? "");
    assert.match(ended.message ?? "", /nobody could reach this host|nobody decided/);
  });

  test("while a card waits: the card waits on, and its click works", async () => {
    const id = await bot.start(`/deploy ${host}`);
    await bot.asks(id);
    await bot.kill();
    await bot.again();
    assert.equal((await bot.act(id, "switch")).status, 200);
    assert.equal((await bot.ended(id)).outcome, "deployed");
  });

  test("before the card: it is begun again, at the same revision, up to the card that asks", async () => {
    const before = await stateOf(fleet(), host);
    const id = await bot.start(`/deploy ${host} --ref origin/next`);
    const { revision } = await bot.until(id, (one) => one.revision !== null);
    await bot.kill();
    await bot.again();
    const card = await bot.asks(id);
    assert.deepEqual(
      [card.phase, card.restarts, card.revision],
      ["confirm", 1, revision],
      card.message ?? "",
    );
    assert.deepEqual(await stateOf(fleet(), host), before);
    await bot.say(`/cancel ${id}`);
    assert.equal((await bot.ended(id)).outcome, "cancelled");
  });

  test("a supervisor that vanished leaves an unknown end; a later look, after a reboot, tells it", async () => {
    const old = (await stateOf(fleet(), host)).current;
    const id = await bot.start(`/deploy ${host} --ref origin/bad/hangs`);
    await bot.asks(id);
    await bot.act(id, "switch");
    for (let tries = 0; tries < 200 && !(await stateLine(id)).startsWith("activating"); tries++) {
      await delay(50);
    }
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
