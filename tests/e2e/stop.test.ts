import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Bot, startBot } from "./bot.ts";
import { skip, useFleet, useHost } from "./machine.ts";

const host = "zephyrus";

describe("the bot is stopped and started again", { skip }, () => {
  const fleet = useFleet();
  useHost(fleet, host);
  let bot: Bot;
  before(async () => {
    bot = await startBot(fleet());
  });
  after(() => bot.stop());
  beforeEach(() => fleet().reset(host));

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
