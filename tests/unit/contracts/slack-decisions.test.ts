import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { click } from "../../contracts/places/slack.ts";
import { readChannel, standing } from "../../contracts/places/slack-reading.ts";
import { type SlackRoom, slackRoom } from "../../contracts/places/slack-room.ts";
import { until } from "../../contracts/until.ts";
import { type FakeDesk, fakeDesk } from "../../fakes/fake-desk.ts";
import { buttonsOf, type Message } from "../../fakes/slack/index.ts";

interface Asked {
  readonly room: SlackRoom;
  readonly desk: FakeDesk;
  readonly id: string;
  readonly card: Message;
  /** The version of the card that asks. */
  readonly asking: number;
}

/** A card that asks, in its thread. */
async function asked(t: TestContext, http: boolean): Promise<Asked> {
  const desk = fakeDesk();
  const room = await slackRoom(desk, { http });
  t.after(() => room.close());
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.reach(id, "confirm");
  const find = () => standing(room.slack, "deploys").find((one) => buttonsOf(one).includes("Switch"));
  await until("a card that asks", () => find() !== undefined);
  const card = find() ?? assert.fail();
  return { room, desk, id, card, asking: card.versions.length - 1 };
}

const hasNoButtons = ({ card }: Asked) => until("a card without buttons", () => buttonsOf(card).length === 0);

/** What was said to one person alone was said to nobody else. */
function onlyTo({ room }: Asked, name: string, words: RegExp): void {
  assert.doesNotMatch(readChannel(room.slack, "deploys"), words);
  const told = room.slack.ephemeral("deploys").map(({ onlyFor }) => onlyFor);
  assert.deepEqual([...new Set(told)], [room.slack.user({ name }).id]);
}

for (const http of [false, true]) {
  const how = http ? "HTTP" : "Socket Mode";

  test(`${how}: a click on a card that expired while the finger was on its way is told so, and changes nothing`, async (t) => {
    const it = await asked(t, http);
    it.desk.finish(it.id, "expired", { message: "Nobody decided in time" });
    await hasNoButtons(it);
    const told = await click(it.room, it.room.slack.user({ name: "ada" }), it.card, "Switch", it.asking);
    assert.match(told, /has expired/);
    assert.equal((await it.desk.deployment(it.id))?.outcome, "expired");
    onlyTo(it, "ada", /has expired/);
  });

  test(`${how}: whoever clicks second on the card as it was hears that it is decided`, async (t) => {
    const it = await asked(t, http);
    const [ada, bob] = [it.room.slack.user({ name: "ada" }), it.room.slack.user({ name: "bob" })];
    assert.equal(await click(it.room, ada, it.card, "Switch", it.asking), "");
    await hasNoButtons(it);
    assert.match(await click(it.room, bob, it.card, "Cancel", it.asking), /decided already/);
    const decision = (await it.desk.deployment(it.id))?.confirmation?.decision;
    assert.deepEqual([decision?.action, decision?.by.id], ["switch", ada.id]);
    onlyTo(it, "bob", /decided already/);
  });

  test(`${how}: two who click at the same moment are one decision and one answer`, async (t) => {
    const it = await asked(t, http);
    const people = ["ada", "bob"].map((name) => it.room.slack.user({ name }));
    await Promise.all(people.map((one) => one.clicks(it.card, "Switch", { version: it.asking })));
    await until("both answers", () => it.room.replies.filter(({ isOver }) => isOver).length === 2);
    assert.deepEqual(it.room.replies.map(({ reply }) => reply?.kind).sort(), ["answer", "refused"]);
    await until("a whisper", () => it.room.slack.ephemeral("deploys").length === 1);
    assert.match(readChannel(it.room.slack, "deploys"), /said switch|Switch/);
  });

  test(`${how}: a card from before a restart still decides, also when it has changed since`, async (t) => {
    const it = await asked(t, http);
    await it.room.restart();
    const ada = it.room.slack.user({ name: "ada" });
    assert.equal(await click(it.room, ada, it.card, "Switch", it.asking), "");
    assert.equal((await it.desk.deployment(it.id))?.phase, "switch");
    await hasNoButtons(it);
    await it.room.restart();
    assert.match(await click(it.room, ada, it.card, "Switch", it.asking), /decided already/);
    assert.equal(standing(it.room.slack, "deploys").filter(({ ts }) => ts === it.card.ts).length, 1);
  });

  test(`${how}: a click by someone who may not is refused to them alone, and the card still asks`, async (t) => {
    const it = await asked(t, http);
    const [eve, ada] = [it.room.slack.user({ name: "eve" }), it.room.slack.user({ name: "ada" })];
    const lines = `people:\n  eve: { slack: "${eve.id}" }\nroles:\n  deployer: [eve]`;
    it.desk.refuseNext("not-allowed", "eve may not do this: it needs deployer.", `In fleet.yaml:\n${lines}`);
    const told = await click(it.room, eve, it.card, "Switch", it.asking);
    assert.match(told, /needs deployer/);
    assert.ok(told.includes(lines), told);
    onlyTo(it, "eve", /may not do this/);
    assert.deepEqual(buttonsOf(it.card), ["Switch", "Cancel"]);
    assert.equal(await click(it.room, ada, it.card, "Cancel"), "");
    assert.equal((await it.desk.deployment(it.id))?.outcome, "cancelled");
  });
}
