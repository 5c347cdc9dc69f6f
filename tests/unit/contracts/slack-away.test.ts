import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { click } from "../../contracts/places/slack.ts";
import {
  beginAll,
  cardOf,
  expectAllTold,
  finishAll,
  keyOf,
  manyHosts,
  settled,
} from "../../contracts/places/slack-fleet.ts";
import { standing } from "../../contracts/places/slack-reading.ts";
import { type SlackRoom, type SlackRoomOptions, slackRoom } from "../../contracts/places/slack-room.ts";
import { until } from "../../contracts/until.ts";
import { type FakeDesk, fakeDesk } from "../../fakes/fake-desk.ts";
import { buttonsOf } from "../../fakes/slack/index.ts";

const patience = 15_000;

async function open(
  t: TestContext,
  options: SlackRoomOptions = {},
): Promise<{ desk: FakeDesk; room: SlackRoom }> {
  const desk = fakeDesk(manyHosts);
  const room = await slackRoom(desk, { speed: 60, ...options });
  t.after(() => room.close());
  return { desk, room };
}

/** A bot that is started while there is no Slack, and knows it. */
async function startedWithout(t: TestContext): Promise<{ desk: FakeDesk; room: SlackRoom }> {
  const { desk, room } = await open(t, { start: false });
  room.slack.setDown(true);
  await room.surface().start();
  await until("a failed try", () => room.lines.length > 0);
  assert.equal(room.surface().health().ok, false);
  return { desk, room };
}

test("Slack is away before the start: what began meanwhile is there once it is back, and can be decided", async (t) => {
  const { desk, room } = await startedWithout(t);
  const all = beginAll(desk, 6);
  for (const { id } of all) {
    desk.reach(id, "confirm");
  }
  room.slack.setDown(false);
  await room.ready();
  const asks = (one: (typeof all)[number]) => {
    const card = cardOf(room, one);
    return card !== undefined && buttonsOf(card).includes("Switch");
  };
  const missing = () =>
    JSON.stringify([
      all.filter((one) => !asks(one)).map(({ run }) => room.threads.stored.get(`slack/${run}`) ?? run),
      room.surface().health(),
      room.lines.slice(-5),
    ]);
  await until("six cards that ask", () => all.every(asks), patience, missing);
  const ada = room.slack.user({ name: "ada" });
  for (const one of all) {
    assert.equal(await click(room, ada, cardOf(room, one) ?? assert.fail(), "Switch", 0), "");
  }
  finishAll(desk, all);
  await settled(room, patience);
  expectAllTold(room, all);
});

test("what began and ended while Slack was away from the start is told, too", async (t) => {
  const { desk, room } = await startedWithout(t);
  const all = beginAll(desk, 3);
  finishAll(desk, all);
  room.slack.setDown(false);
  await room.ready();
  await until("three ends", () => standing(room.slack, "deploys").filter(isEnd).length === 3, 5_000);
});

test("Slack goes away in the middle, the bot is started again, and still everything is told once", async (t) => {
  const { desk, room } = await open(t);
  const all = beginAll(desk);
  await until("some messages", () => standing(room.slack, "deploys").length >= 10);
  room.slack.setDown(true);
  finishAll(desk, all);
  await until("word of it", () => !room.surface().health().ok);
  await room.surface().stop();
  room.slack.setDown(false);
  await room.restart();
  await settled(room, patience);
  expectAllTold(room, all, { cards: false });
});

test("a thread whose root was deleted is begun anew, with the card that had yet to come", async (t) => {
  const { desk, room } = await open(t);
  const [one] = desk.begin(["host-0"]).deployments;
  const id = one?.id ?? "";
  await until("a thread", () => standing(room.slack, "deploys").length === 2);
  const [root] = room.slack.messages("deploys");
  await fetch(`${room.slack.apiUrl}chat.delete`, {
    method: "POST",
    headers: { authorization: `Bearer ${room.slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: root?.channel, ts: root?.ts }),
  });
  assert.equal(standing(room.slack, "deploys").length, 0);
  desk.reach(id, "confirm");
  const keys = () => standing(room.slack, "deploys").map((message) => keyOf(message).replace(/^.*\//, ""));
  await until(
    "the thread",
    () => keys().join() === "root,phases,card",
    5_000,
    () => keys().join(),
  );
});

for (const method of ["auth.test", "chat.postMessage"]) {
  test(`a stop takes at most three seconds, also while Slack does not answer to ${method}`, async (t) => {
    const { desk, room } = await open(t, { start: method !== "auth.test" });
    room.slack.faults.add(method, { kind: "slow", milliseconds: 6_000 });
    if (method === "auth.test") {
      await room.surface().start();
    } else {
      desk.begin(["host-0"]);
    }
    await until("a call", () => room.slack.calls(method).at(-1)?.status === 0);
    const before = performance.now();
    await room.surface().stop();
    assert.ok(performance.now() - before < 3_000, `${Math.round(performance.now() - before)} ms`);
  });
}

function isEnd(message: Parameters<typeof keyOf>[0]): boolean {
  return keyOf(message).endsWith("/end");
}
