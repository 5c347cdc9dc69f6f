import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DeliveryError } from "../../../src/chat/channel.ts";
import { tellTroubles } from "../../../src/chat/tell-troubles.ts";
import { repairs } from "../../../src/config/repairs.ts";
import { openTold } from "../../../src/store/told-file.ts";
import { sameWithin } from "../../../src/troubles/told.ts";
import { createTroubles } from "../../../src/troubles/troubles.ts";
import { fakeChannel } from "../../fakes/fake-channel.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

async function aBot(t: TestContext, directory?: string, clock = manualClock(), channel = fakeChannel()) {
  const place = directory ?? (await scratchDirectory(t));
  const quietly = { error: () => {}, info: () => {} };
  const list = createTroubles({ clock, mask: (text) => text, log: quietly });
  const told = await openTold(place, clock);
  const teller = tellTroubles({ channel, troubles: list, told, clock, log: { warn: () => {} } });
  const stop = () => clock.settle(teller.stop());
  t.after(stop);
  const said = () => channel.messages.map(({ message }) => message.text);
  const until = (count: number) =>
    clock.until(() => channel.messages.length === count, `${count} messages, not ${channel.messages.length}`);
  return { directory: place, clock, channel, list, stop, said, until };
}

test("a trouble is told once in the channel, in its own words, whatever is reported meanwhile", async (t) => {
  const { list, clock, said, until, channel } = await aBot(t);
  list.report("disk", "The disk of /data is full.");
  await until(1);
  assert.deepEqual(said(), [
    "The disk of /data is full. Free some space there. (since 2026-11-23 10:00 UTC)",
  ]);
  assert.match(JSON.stringify(channel.messages[0]?.message.blocks), /The disk of \/data is full\. Free/);
  list.report("disk", "The disk of /data is full, and the reserve was given up.");
  await clock.advance(3_600_000);
  assert.equal(said().length, 1);
});

test("it is told again when it was over for a while and came back, and not where it only flickered", async (t) => {
  const { list, clock, said, until } = await aBot(t);
  list.report("disk", "Full.");
  await until(1);
  list.clear("disk");
  await clock.advance(sameWithin / 2);
  list.report("disk", "Full.");
  await clock.advance(60_000);
  assert.equal(said().length, 1);
  list.clear("disk");
  await clock.advance(sameWithin + 30_000);
  list.report("disk", "Full.");
  await until(2);
  assert.equal(said().length, 2);
});

test("what was told is not told again by a bot that is started again, and what is new is", async (t) => {
  const first = await aBot(t);
  first.list.report("records:a", "Damaged.");
  await first.until(1);
  await first.stop();
  await first.clock.advance(3_600_000);
  const second = await aBot(t, first.directory, first.clock, first.channel);
  second.list.report("records:a", "Damaged.");
  second.list.report("audit", "It cannot be written.");
  await second.until(2);
  await second.clock.advance(120_000);
  assert.equal(second.said().length, 2);
  assert.match(second.said()[1] ?? "", /^It cannot be written/);
});

test("a platform that is away is tried again with growing pauses, and a lost answer tells nothing twice", async (t) => {
  const { list, channel, clock, said, until } = await aBot(t);
  channel.fails(new DeliveryError("temporary", "away"), 3);
  channel.fails(new DeliveryError("temporary", "the answer was lost"), 1, "after");
  list.report("disk", "Full.");
  await until(1);
  await clock.advance(600_000);
  assert.equal(said().length, 1);
  assert.equal(channel.calls, 5, "four that failed, and the one that found what was posted");
});

test("words that a channel does not take are done without after a few tries, and a platform is not told of itself", async (t) => {
  const { list, channel, clock } = await aBot(t);
  channel.fails(new DeliveryError("refused", "invalid_arguments"), repairs.message.most);
  list.report("disk", "Full.");
  list.report("chat:slack", "Slack is away.");
  await clock.advance(3_600_000);
  assert.equal(channel.calls, repairs.message.most);
  list.report("chat:discord", "Discord is away.");
  await clock.until(() => channel.messages.length === 1);
  assert.match(channel.messages[0]?.message.text ?? "", /^Discord is away/);
});

test("a channel that nothing can be posted in is told when it can be, once", async (t) => {
  const { list, channel, clock, said } = await aBot(t);
  channel.fails(new DeliveryError("permanent", "is_archived"), 3);
  list.report("disk", "Full.");
  await clock.advance(3_600_000);
  assert.equal(said().length, 1);
});

test("what is over is written as such: a later start takes a new trouble for a new one", async (t) => {
  const first = await aBot(t);
  first.list.report("disk", "The disk of /data is full.");
  await first.until(1);
  first.list.clear("disk");
  await first.clock.advance(2 * sameWithin);
  await first.stop();
  const next = await aBot(t, first.directory, first.clock, first.channel);
  next.list.report("disk", "The disk of /data is full.");
  await next.until(2);
});
