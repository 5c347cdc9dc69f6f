import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  MessageFlags,
  type RESTPostAPIApplicationGuildCommandsJSONBody,
  Routes,
} from "discord.js";
import { until } from "../../../contracts/until.ts";
import type { FakeDiscordOptions } from "../../../fakes/discord/index.ts";
import { discordFor, manualClock, minute, only, readyFor, refusal, restFor, sendable } from "./client.ts";

const deploy: RESTPostAPIApplicationGuildCommandsJSONBody = {
  name: "deploy",
  description: "deploys",
  options: [
    { type: 3, name: "host", description: "which", required: true, autocomplete: true },
    { type: 3, name: "mode", description: "how", choices: [{ name: "dry", value: "dry-run" }] },
    { type: 4, name: "jobs", description: "how many", min_value: 1, max_value: 8 },
    { type: 5, name: "keep-going", description: "whatever happens" },
    { type: 6, name: "for", description: "whom" },
  ],
};

const history: RESTPostAPIApplicationGuildCommandsJSONBody = {
  name: "history",
  description: "what was",
  options: [
    {
      type: 1,
      name: "host",
      description: "of one host",
      options: [{ type: 3, name: "name", description: "which", required: true }],
    },
  ],
};

const buttons = (isDisabled = false) => ({
  content: "ready?",
  components: [
    {
      type: 1,
      components: [
        { type: 2, style: 1, label: "Switch", custom_id: "switch d-1", disabled: isDisabled },
        { type: 2, style: 5, label: "Console", url: "https://console.example" },
      ],
    },
  ],
});

const form = {
  custom_id: "deploy",
  title: "Deploy",
  components: [
    {
      type: 18,
      label: "Host",
      component: {
        type: 3,
        custom_id: "host",
        options: [
          { label: "Yoga", value: "yoga" },
          { label: "Zephyrus", value: "zephyrus" },
        ],
      },
    },
    {
      type: 18,
      label: "Reason",
      component: { type: 4, style: 1, custom_id: "reason", required: true, max_length: 5 },
    },
  ],
};

/** A bot that does this with whatever happens, in a guild with two commands. */
async function botFor(
  t: TestContext,
  act: (interaction: Interaction) => Promise<unknown>,
  options: FakeDiscordOptions = {},
) {
  const discord = await discordFor(t, { rateLimits: false, ...options });
  const ops = discord.channel("ops");
  const client = await readyFor(t, discord);
  await client.application.commands.set([deploy, history], discord.guildId);
  const refused: unknown[] = [];
  client.on("interactionCreate", (it) => act(it).catch((error) => refused.push(error)));
  const post = async (message: object) => {
    await (await sendable(client, ops.id)).send(message);
    const sent = discord.messages("ops").at(-1);
    assert.ok(sent);
    return sent;
  };
  return { discord, ops, client, refused, post, ada: discord.user({ name: "ada" }) };
}

const onCommand =
  (act: (it: ChatInputCommandInteraction) => Promise<unknown>) =>
  async (it: Interaction): Promise<unknown> =>
    it.isChatInputCommand() ? act(it) : undefined;

const onButton =
  (act: (it: ButtonInteraction) => Promise<unknown>) =>
  async (it: Interaction): Promise<unknown> =>
    it.isButton() ? act(it) : undefined;

const noBot = async () => {};

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

test("a click brings the message with it, and can be answered by an edit", async (t) => {
  const seen: string[] = [];
  const { ada, post } = await botFor(
    t,
    onButton(async (it) => {
      seen.push(it.customId, it.message.content, String(it.component.type));
      await it.update(buttons(true));
    }),
  );
  const message = await post(buttons());
  const outcome = await ada.clicks(message, "Switch");
  assert.equal(outcome.acknowledged?.type, 7);
  assert.equal(outcome.reply, message);
  assert.deepEqual(seen, ["switch d-1", "ready?", "2"]);
  await assert.rejects(ada.clicks(message, "Switch"), /the button Switch is disabled/);
  await ada.clicks(message, "switch d-1", { version: 0 });
  assert.equal(seen.length, 6, "the finger was on its way while the message was edited");
  await assert.rejects(
    ada.clicks(message, "Cancel"),
    /there is no button Cancel; there are: Switch, Console/,
  );
  await assert.rejects(ada.clicks(message, "Console"), /there is no button Console/);
});

test("an answer to a click that only takes note leaves the message as it is, and can edit it later", async (t) => {
  const { ada, discord, post } = await botFor(
    t,
    onButton(async (it) => {
      await it.deferUpdate();
      await it.editReply({ content: "later", components: [] });
      await it.followUp({ content: "noted", flags: MessageFlags.Ephemeral });
    }),
  );
  const message = await post(buttons());
  const outcome = await ada.clicks(message, "Switch");
  assert.equal(outcome.acknowledged?.type, 6);
  await discord.until(() => ada.whispers.length === 1);
  assert.equal(message.content, "later");
});

test("only who sees a message can click on it", async (t) => {
  const { ada, discord, client, ops } = await botFor(
    t,
    onCommand((it) => it.reply({ ...buttons(), flags: MessageFlags.Ephemeral })),
  );
  await ada.uses("deploy", { host: "yoga" });
  const [whisper] = ada.whispers;
  assert.ok(whisper);
  const bob = discord.user({ name: "bob" });
  await assert.rejects(bob.clicks(whisper, "Switch"), /bob does not see the message/);
  const channel = await sendable(client, ops.id);
  assert.equal(await refusal(channel.messages.fetch(whisper.id)), "404 10008 Unknown Message");
  discord.deleteMessage(whisper);
  await assert.rejects(ada.clicks(whisper, "Switch"), /there is no such message any more/);
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

test("a form is filled in and submitted, once", async (t) => {
  const seen: unknown[] = [];
  const { ada } = await botFor(t, async (it) => {
    if (it.isChatInputCommand()) {
      await it.showModal(form);
    } else if (it.isModalSubmit()) {
      seen.push(it.fields.getTextInputValue("reason"), it.fields.getStringSelectValues("host"));
      await it.reply({ content: "on it", flags: MessageFlags.Ephemeral });
    }
  });
  const { modal } = await ada.uses("deploy", { host: "yoga" });
  assert.ok(modal);
  assert.equal(ada.modal, modal);
  await assert.rejects(ada.submits(modal, { Host: "yoga" }), /the input Reason has to be filled in/);
  await assert.rejects(ada.submits(modal, { Host: "yoga", Reason: "too long" }), /of 8 characters/);
  await assert.rejects(ada.submits(modal, { Host: "x", Reason: "why" }), /offers only yoga, zephyrus/);
  await assert.rejects(ada.submits(modal, { Reason: "why" }), /something has to be chosen in the menu Host/);
  await assert.rejects(ada.submits(modal, { Host: "yoga", Reason: "why", x: "y" }), /has no input x/);
  const outcome = await ada.submits(modal, { host: "yoga", Reason: "why" });
  assert.equal(outcome.whispers[0]?.content, "on it");
  assert.deepEqual(seen, ["why", ["yoga"]]);
  assert.equal(ada.modal, undefined);
  await assert.rejects(ada.submits(modal, { host: "yoga", Reason: "why" }), /has no such form open/);
});

test("a form from a button may edit the button's message, one from a command may not", async (t) => {
  const { ada, discord, post, refused } = await botFor(t, async (it) => {
    if (it.isModalSubmit()) {
      const body = { type: 7, data: { content: "from the form" } };
      const route = Routes.interactionCallback(it.id, it.token);
      await restFor(discord).post(route, { body });
    } else if (it.isRepliable()) {
      await it.showModal(form);
    }
  });
  const message = await post(buttons());
  const filled = { Host: "yoga", Reason: "why" };
  const fromButton = await ada.clicks(message, "Switch");
  assert.ok(fromButton.modal);
  const edited = await ada.submits(fromButton.modal, filled);
  assert.equal(edited.acknowledged?.type, 7);
  assert.equal(message.content, "from the form");
  const fromCommand = await ada.uses("deploy", { host: "yoga" });
  assert.ok(fromCommand.modal);
  const submitted = ada.submits(fromCommand.modal, filled);
  await until("the refusal", () => refused.length === 1);
  assert.equal(await refusal(Promise.reject(refused[0])), "400 50035 Invalid Form Body");
  assert.equal((await submitted).failed, "The application did not respond");
});

test("each kind of interaction takes its own kinds of answers", async (t) => {
  const answers = [4, 5, 6, 7, 8, 9];
  const data: Record<number, object> = {
    4: { content: "x" },
    5: {},
    6: {},
    7: { content: "x" },
    8: { choices: [] },
    9: form,
  };
  let type = 0;
  const { ada, discord, post } = await botFor(
    t,
    async (it) => {
      const body = { type, data: data[type] };
      await restFor(discord).post(Routes.interactionCallback(it.id, it.token), { body });
    },
    { ackMilliseconds: 50 },
  );
  const message = await post(buttons());
  const tried = async (act: () => Promise<{ acknowledged: object | undefined }>) => {
    const taken: number[] = [];
    for (const one of answers) {
      type = one;
      if ((await act()).acknowledged !== undefined) {
        taken.push(one);
      }
    }
    return taken;
  };
  assert.deepEqual(await tried(() => ada.uses("deploy", { host: "yoga" })), [4, 5, 9]);
  assert.deepEqual(await tried(() => ada.completes("deploy", { host: "yo" }, "host")), [8]);
  assert.deepEqual(await tried(() => ada.clicks(message, "Switch", { version: 0 })), [4, 5, 6, 7, 9]);
});

test("a menu's options are chosen by what they say", async (t) => {
  const seen: unknown[] = [];
  const { ada, post } = await botFor(t, async (it) => {
    if (it.isStringSelectMenu()) {
      seen.push(it.values);
      await it.deferUpdate();
    }
  });
  const options = [
    { label: "Yoga", value: "yoga" },
    { label: "Zephyrus", value: "zephyrus" },
  ];
  const menu = { type: 3, custom_id: "hosts", options, max_values: 2 };
  const message = await post({ content: "which?", components: [{ type: 1, components: [menu] }] });
  await ada.chooses(message, "Yoga", "zephyrus");
  assert.deepEqual(seen, [["yoga", "zephyrus"]]);
  await assert.rejects(ada.chooses(message, "x"), /no menu offers x; there is: Yoga, Zephyrus/);
});
