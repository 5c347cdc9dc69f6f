import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { clickable } from "../contracts/places/discord.ts";
import { readMessage } from "../contracts/places/discord-reading.ts";
import { type FakeDiscord, type Message, type Person, startFakeDiscord } from "../fakes/discord/index.ts";
import { type FakeSlack, shown, startFakeSlack } from "../fakes/slack/index.ts";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "ovh-vps";
const risky = "hetzner-vps";
const patience = 90_000;

describe("Discord, on real machines", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host, risky);
  let discord: FakeDiscord;
  let slack: FakeSlack;
  let bot: Bot;

  before(async () => {
    discord = await startFakeDiscord();
    slack = await startFakeSlack();
    slack.channel("deploys");
    const ada = discord.user({ name: "ada" });
    discord.user({ name: "eve" });
    discord.user({ name: "grace", roles: ["ops"] });
    bot = await startBot(fleet(), {
      // Ada is one person on both.
      people: { ada: { discord: ada.id, slack: slack.user({ name: "ada" }).id } },
      roles: { deployer: ["ada", `discord-role:${discord.role("ops").id}`], admin: ["ada"] },
      hosts: { [risky]: { roles: ["deployer"] } },
      env: {
        DISCORD_TOKEN: discord.token,
        DISCORD_APPLICATION_ID: discord.bot.id,
        DISCORD_GUILD_ID: discord.guildId,
        DISCORD_CHANNEL_ID: discord.channel("deploys").id,
        DISCORD_API_URL: discord.apiUrl,
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_APP_TOKEN: slack.appToken,
        SLACK_API_URL: slack.apiUrl,
        SLACK_CHANNEL: "#deploys",
      },
    });
    await ready();
  });
  after(async () => {
    await bot?.stop();
    await Promise.all([discord?.stop(), slack?.stop()]);
    assert.deepEqual(discord?.mistakes, []);
  });
  beforeEach(() => Promise.all([fleet().reset(host), fleet().reset(risky)]));

  /** Both chats are well, as the bot says itself. */
  async function ready(): Promise<void> {
    type Health = { parts: { part: string; ok: boolean }[] };
    for (let tries = 0; tries < 300; tries++) {
      const { parts } = (await (await bot.get("/healthz")).json()) as Health;
      if (["discord", "slack"].every((name) => parts.find(({ part }) => part === name)?.ok === true)) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the chats are not well: ${await (await bot.get("/healthz")).text()}`);
  }

  const newest = (): Message | undefined =>
    discord.messages("deploys").findLast(({ replyTo }) => replyTo === undefined);
  const inThread = (): readonly Message[] => {
    const thread = newest()?.thread;
    return thread === undefined ? [] : discord.messages(thread);
  };
  const says = (words: string): Promise<Message> =>
    discord.until(() => inThread().find((one) => readMessage(one).includes(words)), patience, words);

  /** Uses /deploy, and waits in its thread for the card that asks. */
  async function asksFor(person: Person, options: Record<string, string | boolean>): Promise<Message> {
    const before = discord.messages("deploys").length;
    await person.uses("deploy", options, { channel: "deploys" });
    await discord.until(() => discord.messages("deploys").length > before, patience, "a root");
    return discord.until(
      () => inThread().find((one) => clickable(one).includes("Switch")),
      patience,
      "a card",
    );
  }

  test("/deploy becomes a thread; hosts are completed from the flake; a click on Switch deploys", async () => {
    const ada = discord.user({ name: "ada" });
    const completed = await ada.completes("deploy", { host: "ovh" }, "host", { channel: "deploys" });
    assert.equal(completed.choices[0]?.value, host, "tags that have it come after it");
    const card = await asksFor(ada, { host, reason: "a quiet evening" });
    assert.match(newest()?.thread?.name ?? "", /^deploy ovh-vps · [0-9a-f]{4}$/);
    assert.match(readMessage(newest() ?? card), /a quiet evening/);
    for (const word of ["nginx", "1.27.4", "1.27.5", "web.service", "metrics: export the load"]) {
      assert.ok(readMessage(card).includes(word), `${word} is on the card: ${readMessage(card)}`);
    }
    assert.deepEqual(card.pings.users, [ada.id]);
    const before = await stateOf(fleet(), host);
    await ada.clicks(card, "Switch");
    await says("runs the new system as generation 2");
    assert.notEqual((await stateOf(fleet(), host)).current, before.current);
    await says("ada said switch");
    assert.deepEqual(clickable(card), [], "its buttons rest");
    await discord.until(() => clickable(newest() ?? card).includes("Roll back"), patience, "Roll back");
    const generations = await ada.completes("rollback", { host, to: "" }, "to", { channel: "deploys" });
    assert.deepEqual(
      generations.choices.map(({ value }) => value),
      ["previous", "2", "1"],
    );
    assert.equal(discord.rateLimited, 0);
  });

  test("a click by somebody without the role is refused to them alone; a role of Discord's counts", async () => {
    const [ada, eve, grace] = ["ada", "eve", "grace"].map((name) => discord.user({ name }));
    assert.ok(ada && eve && grace);
    const card = await asksFor(ada, { host });
    const refused = await eve.clicks(card, "Switch");
    const told = await discord.until(
      () => refused.whispers.find((one) => readMessage(one).includes("may not")),
      patience,
      "a refusal",
    );
    assert.match(readMessage(told), new RegExp(`eve: \\{ discord: "${eve.id}" \\}`));
    assert.equal(
      inThread().some((one) => readMessage(one).includes("may not")),
      false,
    );
    await grace.clicks(card, "Cancel");
    await says(`Cancelled by grace (${grace.id})`);
    assert.equal((await stateOf(fleet(), host)).profile, "system-1-link");
  });

  test("a host of high risk is switched once its name was typed", async () => {
    const ada = discord.user({ name: "ada" });
    const card = await asksFor(ada, { host: risky });
    const { modal } = await ada.clicks(card, "Switch");
    await ada.submits(modal ?? assert.fail("no form"), { host });
    assert.equal((await stateOf(fleet(), risky)).profile, "system-1-link");
    const again = await ada.clicks(card, "Switch");
    await ada.submits(again.modal ?? assert.fail("no form"), { host: risky });
    await says("runs the new system as generation 2");
  });

  test("a bot that is killed between the card and the click still takes the click, once, though it comes twice", async () => {
    const ada = discord.user({ name: "ada" });
    const card = await asksFor(ada, { host });
    const roots = discord.messages("deploys").length;
    await bot.kill();
    await bot.again();
    await ready();
    discord.interactions.duplicates = 1;
    await ada.clicks(card, "Switch");
    await says("runs the new system as generation 2");
    assert.equal(discord.messages("deploys").length, roots, "no second thread was begun");
    assert.equal((await stateOf(fleet(), host)).profile, "system-2-link");
  });

  test("a gateway that drops while a bad system is switched holds up nothing; the log is in the thread", async () => {
    const ada = discord.user({ name: "ada" });
    const card = await asksFor(ada, { host, ref: "origin/bad/activation-fails" });
    await ada.clicks(card, "Switch");
    discord.gateway.refuses = true;
    discord.gateway.cut();
    const end = await says("went back");
    assert.deepEqual(end.pings.users, [ada.id]);
    await discord.until(
      () =>
        inThread().find(({ attachments }) => attachments.some(({ name }) => name.startsWith(`${host}-d-`))),
      patience,
      "the log",
    );
    const line = discord.messages("deploys").findLast(({ replyTo }) => replyTo === newest()?.id);
    assert.match(readMessage(line ?? assert.fail("nothing in the channel")), /rolled back/);
    discord.gateway.refuses = false;
    await ready();
    assert.equal((await stateOf(fleet(), host)).profile, "system-1-link");
  });

  test("a run that began on Slack is confirmed on Discord by the same person, and both show it", async () => {
    const onSlack = slack.user({ name: "ada" });
    const roots = discord.messages("deploys").length;
    await onSlack.types(`/deploy ${host}`, { channel: "deploys" });
    await discord.until(() => discord.messages("deploys").length > roots, patience, "a root on Discord");
    const card = await discord.until(
      () => inThread().find((one) => clickable(one).includes("Switch")),
      patience,
      "a card on Discord",
    );
    await discord.user({ name: "ada" }).clicks(card, "Switch");
    await says("runs the new system as generation 2");
    const root = () =>
      slack
        .messages("deploys")
        .filter((one) => one.threadTs === undefined)
        .at(-1);
    const decided = await slack.until(
      () => root()?.replies.find((one) => shown(one).includes("said switch")),
      patience,
    );
    assert.match(shown(decided), /ada said switch/, "one person, whichever account");
    assert.ok(readMessage(card).includes("ada said switch"));
    assert.match(readMessage(newest() ?? card), /ada on slack/);
  });
});
