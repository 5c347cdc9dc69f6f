import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import {
  beginAll,
  cardOf,
  expectAllTold,
  expectMadeGood,
  expectPaced,
  expectWithinLimits,
  finishAll,
  manyHosts,
  settled,
} from "../../contracts/places/slack-fleet.ts";
import { readChannel } from "../../contracts/places/slack-reading.ts";
import { type SlackRoom, type SlackRoomOptions, slackRoom } from "../../contracts/places/slack-room.ts";
import { until } from "../../contracts/until.ts";
import { type FakeDesk, fakeDesk } from "../../fakes/fake-desk.ts";
import { buttonsOf } from "../../fakes/slack/index.ts";

const speed = 60;
const patience = 30_000;

async function fleet(
  t: TestContext,
  options: SlackRoomOptions = {},
): Promise<{ desk: FakeDesk; room: SlackRoom }> {
  const desk = fakeDesk(manyHosts);
  const room = await slackRoom(desk, { speed, ...options });
  t.after(() => room.close());
  return { desk, room };
}

/** Builds that report all the time, until each has a card with its buttons. */
async function askAll(desk: FakeDesk, room: SlackRoom, all: readonly Deployment[]): Promise<void> {
  for (let percent = 0; percent <= 100; percent += 20) {
    for (const { id } of all) {
      desk.progress(id, `building ${percent} of 100`, percent / 100);
    }
    await room.clock.sleep(1_000);
  }
  for (const { id } of all) {
    desk.reach(id, "confirm");
  }
  const asks = (one: Deployment) => {
    const card = cardOf(room, one);
    return card !== undefined && buttonsOf(card).join() === "Switch,Cancel";
  };
  const why = () => room.lines.slice(-20).join("\n");
  await until("twenty cards that ask", () => all.every(asks), patience, why);
}

/** Each is switched by somebody else's click. */
async function clickAll(room: SlackRoom, all: readonly Deployment[]): Promise<void> {
  for (const one of all) {
    const person = room.slack.user({ name: `of-${one.host}` });
    const card = cardOf(room, one) ?? assert.fail(`no card of ${one.host}`);
    for (let isAcked = false; !isAcked; ) {
      isAcked = (await person.clicks(card, "Switch", { version: 0 })).acked;
      if (!isAcked) {
        await until("a connection", () => room.slack.socket.connections > 0 && room.surface().health().ok);
      }
    }
  }
}

test("twenty deployments at once are all told to the end at the app's own pace, which is within Slack's limits", async (t) => {
  const { desk, room } = await fleet(t);
  const all = beginAll(desk);
  await askAll(desk, room, all);
  await clickAll(room, all);
  await until("twenty decisions", () => desk.decided.length === all.length);
  finishAll(desk, all);
  await settled(room, patience);
  expectAllTold(room, all);
  expectPaced(room);
  expectWithinLimits(room);
  expectMadeGood(room);
});

test("a bot that goes too fast is slowed down by 429, and every one of them is made good", async (t) => {
  const hasty = { every: 100, burst: 50 };
  const { desk, room } = await fleet(t, { pace: { posts: hasty, edits: hasty } });
  const all = beginAll(desk);
  await askAll(desk, room, all);
  finishAll(desk, all);
  await settled(room, patience);
  expectAllTold(room, all);
  expectPaced(room);
  assert.ok(room.slack.rateLimited > 0, "it was slowed down");
  expectMadeGood(room);
});

test("lost answers, errors, delays, duplicates and lost connections: each message once, each click once", async (t) => {
  const { desk, room } = await fleet(t);
  const { faults, deliveries, socket } = room.slack;
  for (const method of ["chat.postMessage", "chat.update"]) {
    for (const fault of [
      { kind: "answer lost" },
      { kind: "status", status: 500 },
      { kind: "error", error: "internal_error" },
      { kind: "dropped" },
      { kind: "slow answer", milliseconds: 100 },
    ] as const) {
      faults.add(method, fault, 3);
    }
  }
  const all = beginAll(desk);
  await askAll(desk, room, all);
  deliveries.duplicates = all.length;
  deliveries.delayMilliseconds = 20;
  const clicking = clickAll(room, all);
  await until("some clicks", () => desk.decided.length >= 5);
  socket.disconnect();
  await until("more clicks", () => desk.decided.length >= 10);
  socket.cut();
  await clicking;
  await until("every click", () => new Set(desk.decided.map(({ id }) => id)).size === all.length);
  faults.add("chat.postMessage", { kind: "answer lost" }, 3);
  faults.add("files.completeUploadExternal", { kind: "answer lost" }, 2);
  finishAll(desk, all);
  await settled(room, patience);
  expectAllTold(room, all);
  const decided = room.replies.flatMap(({ reply }) => (reply?.kind === "answer" ? [reply.text] : []));
  assert.deepEqual(decided.sort(), all.map(({ id }) => `${id}: switch`).sort(), "each decided once");
  const clicks = room.slack.deliveries.all.filter(({ kind }) => kind === "interactive");
  assert.ok(desk.decided.length <= clicks.length, "and nothing was handled twice");
});

test("a build that reports ten times a second is edited every two seconds, and its last word stands", async (t) => {
  const { desk, room } = await fleet(t);
  const id = desk.begin(["host-0"]).deployments[0]?.id ?? "";
  desk.reach(id, "build");
  for (let step = 1; step <= 200; step++) {
    desk.progress(id, `step ${step}`, step / 200);
    await room.clock.sleep(100);
  }
  const reads = () => readChannel(room.slack, "deploys");
  await until("the last word", () => reads().includes("step 200"), 5_000, reads);
  expectPaced(room);
  const edits = room.asked.filter(({ method }) => method === "chat.update");
  assert.ok(edits.length >= 5, `${edits.length} edits`);
});
