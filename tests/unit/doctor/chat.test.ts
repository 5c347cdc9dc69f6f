import assert from "node:assert/strict";
import { test } from "node:test";
import { examineDiscord } from "../../../adapters/discord/examine.ts";
import { examineSlack } from "../../../adapters/slack/examine.ts";
import { checkChat } from "../../../src/doctor/chat.ts";
import { startFakeDiscord } from "../../fakes/discord/index.ts";
import { startFakeSlack } from "../../fakes/slack/index.ts";

test("Slack says who the bot is and where, and each token that is wrong", async (t) => {
  const slack = await startFakeSlack();
  t.after(() => slack.stop());
  slack.channel("deploys");
  const good = {
    botToken: slack.botToken,
    appToken: slack.appToken,
    channel: "#deploys",
    apiUrl: slack.apiUrl,
  };
  const well = await examineSlack(good, false);
  assert.deepEqual(well.problems, []);
  assert.match(well.text, /the bot is @.*, in #deploys/);
  const wrong = await examineSlack({ ...good, botToken: "xoxb-wrong", appToken: "xapp-wrong" }, false);
  assert.equal(wrong.problems.length, 2);
  assert.match(wrong.problems[0] ?? "", /^SLACK_BOT_TOKEN is not valid/);
  assert.match(wrong.problems[1] ?? "", /^SLACK_APP_TOKEN is not valid/);
  const elsewhere = await examineSlack({ ...good, channel: "#nowhere" }, false);
  assert.match(elsewhere.problems.join(), /invite the bot/);
  const others = await examineSlack(good, false, ["#deploys", "C0NOWHERE"]);
  assert.match(others.problems.join(), /^there is no channel C0NOWHERE.*correct notify in fleet.yaml/);
});

test("Discord says who the bot is and where, and what is wrong", async (t) => {
  const discord = await startFakeDiscord({ rateLimits: false });
  t.after(() => discord.stop());
  const good = {
    token: discord.token,
    applicationId: discord.bot.id,
    guildId: discord.guildId,
    channelId: discord.channel("deploys").id,
    apiUrl: discord.apiUrl,
  };
  const well = await examineDiscord(good);
  assert.deepEqual(well.problems, []);
  assert.match(well.text, /in #deploys/);
  assert.match(
    (await examineDiscord({ ...good, token: "wrong" })).problems.join(),
    /DISCORD_TOKEN is not valid/,
  );
  const elsewhere = await examineDiscord({ ...good, channelId: "175928847299117063" });
  assert.match(elsewhere.problems.join(), /correct DISCORD_CHANNEL_ID/);
  const others = await examineDiscord(good, [discord.channel("status").id, "175928847299117063"]);
  assert.deepEqual(others.problems, ["there is no channel 175928847299117063: correct notify in fleet.yaml"]);
});

test("a platform that hosts notify and that is not set up is told", async () => {
  assert.deepEqual(await checkChat("slack", null), [
    { state: "ok", part: "slack", text: "not set up", mend: null },
  ]);
  const [line] = await checkChat("slack", null, ["slack:#status"]);
  assert.equal(line?.state, "warning");
  assert.match(line?.text ?? "", /hosts notify slack:#status/);
});
