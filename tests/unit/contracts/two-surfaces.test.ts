import assert from "node:assert/strict";
import { test } from "node:test";
import { clickable } from "../../contracts/places/discord.ts";
import { standing as onDiscord, readMessage as readDiscord } from "../../contracts/places/discord-reading.ts";
import { discordRoom } from "../../contracts/places/discord-room.ts";
import { standing as onSlack, readMessage as readSlack } from "../../contracts/places/slack-reading.ts";
import { slackRoom } from "../../contracts/places/slack-room.ts";
import { until } from "../../contracts/until.ts";
import { buttonsOf as discordButtons } from "../../fakes/discord/index.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { buttonsOf as slackButtons } from "../../fakes/slack/index.ts";

test("a run that began on Slack is decided on Discord, once, and both show by whom", async (t) => {
  const desk = fakeDesk();
  const slack = await slackRoom(desk);
  t.after(() => slack.close());
  const discord = await discordRoom(desk);
  t.after(() => discord.close());
  const ada = slack.slack.user({ name: "ada" });
  const grace = discord.discord.user({ name: "grace" });
  await ada.types("/deploy yoga", { channel: "deploys" });
  await until("a deployment", async () => (await desk.deployments({ limit: 1 })).length === 1);
  const [deployment] = await desk.deployments({ limit: 1 });
  const id = deployment?.id ?? assert.fail();
  desk.reach(id, "confirm");
  const slackCard = () => onSlack(slack.slack, "deploys").find((one) => slackButtons(one).includes("Switch"));
  const discordCard = () =>
    onDiscord(discord.discord, "deploys").find((one) => discordButtons(one).includes("Switch"));
  await until("both cards", () => slackCard() !== undefined && discordCard() !== undefined);
  const before = slackCard() ?? assert.fail();
  const version = before.versions.length - 1;
  const card = discordCard() ?? assert.fail();
  await Promise.all([
    grace.clicks(card, "Switch"),
    grace.clicks(card, "Switch"),
    ada.clicks(before, "Switch", { version }),
  ]);
  await until("what the desk said", () => {
    const all = [...slack.replies, ...discord.replies].filter(({ isOver }) => isOver);
    return all.filter(({ reply }) => reply?.kind === "refused").length === 2;
  });
  const decision = (await desk.deployment(id))?.confirmation?.decision;
  assert.equal(decision?.action, "switch");
  const said = `${decision?.by.name} said switch`;
  await until(
    "who decided, on both",
    () => readSlack(before).includes(said) && readDiscord(card).includes(said),
    15_000,
    () => `${readSlack(before)}\n${readDiscord(card)}`,
  );
  assert.deepEqual([slackButtons(before), clickable(card)], [[], []]);
});
