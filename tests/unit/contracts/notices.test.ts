import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf } from "../../../src/deploy/consent.ts";
import { clickable } from "../../contracts/places/discord.ts";
import { readMessage as readDiscord } from "../../contracts/places/discord-reading.ts";
import { discordRoom } from "../../contracts/places/discord-room.ts";
import { readMessage as readSlack } from "../../contracts/places/slack-reading.ts";
import { slackRoom } from "../../contracts/places/slack-room.ts";
import { until } from "../../contracts/until.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { buttonsOf } from "../../fakes/slack/index.ts";

const ada = { surface: "web", id: "token", name: "Ada", groups: [] } as const;

test("a channel of Slack that a host names reads before the switch who decided it, and after it how it went", async (t) => {
  const desk = fakeDesk();
  const room = await slackRoom(desk, { fleet: () => 'hosts: { yoga: { notify: ["#status"] } }' });
  t.after(() => room.close());
  room.slack.channel("status");
  const told = () => room.slack.messages("status");
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? assert.fail();
  desk.reach(id, "confirm", { reason: "<!channel> *new* kernel" });
  await until("the card", () => room.slack.messages("deploys")[0]?.replies.length === 2);
  assert.equal(told().length, 0, "nothing changes yet");
  await desk.decide(id, "switch", ada, digestOf([(await desk.deployment(id)) ?? assert.fail()]));
  await until("a message before", () => told().length === 1);
  const before = told()[0] ?? assert.fail();
  assert.match(readSlack(before), /yoga: switching to a new system now/);
  assert.match(readSlack(before), /Decided by\n\s*Ada/);
  assert.match(readSlack(before), /<!channel> \*new\* kernel/, "as text");
  desk.finish(id, "rolled-back", { message: "nginx did not start; yoga runs the system before." });
  await until("a message after", () => told().length === 2);
  assert.match(readSlack(told()[1] ?? assert.fail()), /Deploy yoga: rolled back[\s\S]*nginx did not start/);
  assert.deepEqual(told().flatMap(buttonsOf), [], "it is for reading");
  assert.deepEqual(
    told().map(({ versions }) => versions.length),
    [1, 1],
    "and is not edited",
  );
  await until("nothing more to say", () => room.threads.stored.size === 0);
});

test("a channel of Discord that a host names is told, too, without a thread", async (t) => {
  const desk = fakeDesk();
  let status = "";
  const room = await discordRoom(desk, {
    fleet: () => (status === "" ? "" : `hosts: { yoga: { notify: ["discord:${status}"] } }`),
  });
  t.after(() => room.close());
  status = room.discord.channel("status").id;
  const told = () => room.discord.messages("status");
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? assert.fail();
  desk.reach(id, "confirm");
  await desk.decide(id, "switch", ada, digestOf([(await desk.deployment(id)) ?? assert.fail()]));
  await until("a message before", () => told().length === 1);
  desk.finish(id, "deployed", { message: "yoga runs the new system as generation 2." });
  await until("a message after", () => told().length === 2);
  assert.match(
    told().map(readDiscord).join("\n"),
    /switching to a new system now[\s\S]*Deploy yoga: deployed[\s\S]*generation 2/,
  );
  assert.deepEqual(told().flatMap(clickable), []);
  assert.equal(
    told().every(({ thread }) => thread === undefined),
    true,
  );
});

test("a channel that the bot is not in is said in the health, and is told what it missed once the bot is invited", async (t) => {
  const desk = fakeDesk();
  const room = await slackRoom(desk, { fleet: () => 'hosts: { yoga: { notify: ["#status"] } }' });
  t.after(() => room.close());
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? assert.fail();
  desk.reach(id, "confirm");
  await desk.decide(id, "switch", ada, digestOf([(await desk.deployment(id)) ?? assert.fail()]));
  await until("the trouble", () => !room.surface().health().ok);
  assert.match(room.surface().health().detail, /slack:#status: .*invite the bot: \/invite @\S+ in #status/);
  desk.finish(id, "deployed");
  room.slack.channel("status");
  await until("both messages", () => room.slack.messages("status").length === 2, 15_000);
  await until("a Slack that is well", () => room.surface().health().ok);
});
