import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageFlags, Routes } from "discord.js";
import { until } from "../../../contracts/until.ts";
import { botFor, deploy, noBot, onCommand } from "./bot.ts";
import { manualClock, minute, only, refusal, restFor } from "./client.ts";

test("a command reaches the bot with what was typed", async (t) => {
  const seen: unknown[] = [];
  const { ada, discord } = await botFor(
    t,
    onCommand(async (it) => {
      const { options } = it;
      const group = options.getSubcommand(false);
      seen.push(
        group ?? [
          options.getString("host"),
          options.getInteger("jobs"),
          options.getBoolean("keep-going"),
          options.getUser("for")?.username,
          it.memberPermissions?.has("SendMessages"),
        ],
      );
      await it.reply("fine");
    }),
  );
  const bob = discord.user({ name: "bob" });
  const typed = { host: "yoga", jobs: 2, "keep-going": true, for: bob.id };
  const outcome = await ada.uses("/deploy", typed, { channel: "ops" });
  assert.equal(outcome.acknowledged?.type, 4);
  assert.equal(outcome.reply?.content, "fine");
  await ada.uses("history host", { name: "yoga" });
  assert.deepEqual(seen, [["yoga", 2, true, "bob", true], "host"]);
  assert.equal(discord.messages("ops").length, 2);
  assert.equal(discord.interactions.all.length, 2);
});

test("Discord lets nobody send a command that is not there, or with options that do not fit", async (t) => {
  const { ada, discord, client } = await botFor(t, noBot, { ackMilliseconds: 50 });
  const refuses = (command: string, options: Record<string, string | number | boolean>, why: RegExp) =>
    assert.rejects(ada.uses(command, options), why);
  await refuses("reboot", {}, /ada is offered no command reboot; there are deploy, history/);
  await refuses("deploy", {}, /the option host has to be given/);
  await refuses("deploy", { host: 5 }, /the option host takes no 5/);
  await refuses("deploy", { host: "" }, /the option host takes no ""/);
  await refuses("deploy", { host: "yoga", hosts: "x" }, /there is no option hosts/);
  await refuses("deploy", { host: "yoga", mode: "wet" }, /offers only dry-run/);
  await refuses("deploy", { host: "yoga", jobs: 9 }, /takes 1 to 8, not 9/);
  await refuses("deploy", { host: "yoga", jobs: 1.5 }, /takes no 1.5/);
  await refuses("history", {}, /a subcommand has to follow: host/);
  await refuses("history hosts", {}, /there is no subcommand hosts/);
  await client.application.commands.set([{ ...deploy, default_member_permissions: "8" }], discord.guildId);
  await refuses("deploy", { host: "yoga" }, /is offered no command deploy/);
  discord.role("boss", { permissions: ["Administrator"] });
  const boss = discord.user({ name: "boss", roles: ["boss"] });
  assert.equal((await boss.uses("deploy", { host: "yoga" })).acknowledged, undefined);
});

test("a bot that does not respond in time is reported to the person, and comes too late", async (t) => {
  const clock = manualClock();
  const { ada, discord, refused } = await botFor(
    t,
    onCommand(async (it) => {
      clock.pass(3001);
      await it.reply("late");
    }),
    { now: clock.now },
  );
  const outcome = await ada.uses("deploy", { host: "yoga" });
  assert.equal(outcome.acknowledged, undefined);
  assert.equal(outcome.failed, "The application did not respond");
  await until("the refusal", () => refused.length === 1);
  assert.equal(await refusal(Promise.reject(refused[0])), "404 10062 Unknown interaction");
  assert.deepEqual(discord.messages("ops"), []);
});

test("silence fails in real time too", async (t) => {
  const { ada } = await botFor(t, noBot, { ackMilliseconds: 100 });
  assert.equal((await ada.uses("deploy", { host: "yoga" })).failed, "The application did not respond");
});

test("nothing can be acknowledged twice, and an interaction that came twice has one id", async (t) => {
  const { ada, discord, refused } = await botFor(
    t,
    onCommand((it) => it.reply("fine")),
  );
  discord.interactions.duplicates = 1;
  await ada.uses("deploy", { host: "yoga" });
  await until("the refusal", () => refused.length === 1);
  assert.equal(
    await refusal(Promise.reject(refused[0])),
    "400 40060 Interaction has already been acknowledged.",
  );
  assert.equal(only(discord, "ops").content, "fine");
});

test("a deferred answer is thinking until it is edited, and stays as private as it was", async (t) => {
  let answer = () => {};
  let isWaiting = false;
  const { ada, discord } = await botFor(
    t,
    onCommand(async (it) => {
      await it.deferReply({ flags: MessageFlags.Ephemeral });
      await new Promise<void>((resolve) => {
        answer = resolve;
        isWaiting = true;
      });
      await it.editReply("done");
      await it.followUp({ content: "one more", flags: MessageFlags.Ephemeral });
      await it.followUp("for all");
    }),
  );
  const outcome = await ada.uses("deploy", { host: "yoga" });
  assert.equal(outcome.acknowledged?.type, 5);
  assert.equal(outcome.reply?.isThinking, true);
  await until("the bot's work", () => isWaiting);
  answer();
  await discord.until(() => discord.messages("ops").length === 1);
  assert.deepEqual(
    [outcome.reply?.content, outcome.reply?.isThinking, outcome.reply?.onlyFor],
    ["done", false, ada.id],
  );
  assert.deepEqual(
    ada.whispers.map((it) => it.content),
    ["done", "one more"],
  );
  assert.deepEqual(outcome.whispers, ada.whispers);
  assert.deepEqual(discord.user({ name: "bob" }).whispers, []);
  assert.equal(only(discord, "ops").content, "for all");
});

test("the first follow-up after a deferral is the answer itself", async (t) => {
  const { ada, discord } = await botFor(
    t,
    onCommand(async (it) => {
      await it.deferReply({ flags: MessageFlags.Ephemeral });
      await it.followUp("here");
    }),
  );
  await ada.uses("deploy", { host: "yoga" });
  await discord.until(() => ada.whispers[0]?.content === "here");
  assert.equal(ada.whispers.length, 1);
  assert.deepEqual(discord.messages("ops"), []);
});

test("an answer can be asked for, edited, read and deleted, and its message comes with the response", async (t) => {
  const seen: unknown[] = [];
  const { ada, discord } = await botFor(
    t,
    onCommand(async (it) => {
      const { resource, interaction } = await it.reply({ content: "one", withResponse: true });
      seen.push(
        resource?.message?.content,
        resource?.type,
        interaction.responseMessageId === resource?.message?.id,
      );
      await it.editReply("two");
      seen.push((await it.fetchReply()).content);
      const more = await it.followUp("three");
      await it.webhook.editMessage(more.id, "four");
      await it.deleteReply();
      await it.deleteReply().catch((error) => seen.push(error.code));
    }),
  );
  await ada.uses("deploy", { host: "yoga" });
  await until("all answers", () => seen.length === 5);
  assert.deepEqual(seen, ["one", 4, true, "two", 10008]);
  assert.equal(only(discord, "ops").content, "four");
});

test("the token dies a quarter of an hour after the interaction", async (t) => {
  const clock = manualClock();
  const { ada, discord } = await botFor(
    t,
    onCommand((it) => it.deferReply()),
    { now: clock.now },
  );
  await ada.uses("deploy", { host: "yoga" });
  const token = discord.calls("create_interaction_response")[0]?.path.split("/")[3] ?? "";
  const followUp = () =>
    restFor(discord).post(Routes.webhook(discord.bot.id, token), { body: { content: "x" } });
  clock.pass(15 * minute);
  await followUp();
  clock.pass(1);
  assert.equal(await refusal(followUp()), "401 50027 Invalid Webhook Token");
});

test("before the first response there is nothing to follow up", async (t) => {
  const { ada, discord, refused } = await botFor(
    t,
    onCommand(async (it) => {
      await it.webhook.send("too soon").catch((error) => refused.push(error));
      await it.reply("now");
    }),
  );
  await ada.uses("deploy", { host: "yoga" });
  assert.equal(await refusal(Promise.reject(refused[0])), "404 10015 Unknown Webhook");
  assert.equal(only(discord, "ops").content, "now");
});

test("somebody who types is offered choices", async (t) => {
  const { ada, discord } = await botFor(t, async (it) => {
    if (it.isAutocomplete()) {
      const typed = it.options.getFocused();
      await it.respond(typed === "" ? [] : [{ name: `${typed}ga`, value: "yoga" }]);
    }
  });
  const outcome = await ada.completes("deploy", { host: "yo" }, "host");
  assert.deepEqual(outcome.choices, [{ name: "yoga", value: "yoga" }]);
  assert.equal(outcome.acknowledged?.type, 8);
  assert.deepEqual((await ada.completes("deploy", { host: "" }, "host")).choices, []);
  await assert.rejects(
    ada.completes("deploy", { host: "" }, "mode"),
    /nothing is typed into the option mode/,
  );
  assert.deepEqual(discord.mistakes, []);
});
