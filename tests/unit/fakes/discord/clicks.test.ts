import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageFlags, Routes } from "discord.js";
import { until } from "../../../contracts/until.ts";
import { botFor, buttons, form, onButton, onCommand } from "./bot.ts";
import { refusal, restFor, sendable } from "./client.ts";

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
  const data: Record<number, object> = {
    4: { content: "x" },
    5: {},
    6: {},
    7: { content: "x" },
    8: { choices: [] },
    9: form,
  };
  let type = 0;
  const { ada, discord, post } = await botFor(t, async (it) => {
    const body = { type, data: data[type] };
    await restFor(discord).post(Routes.interactionCallback(it.id, it.token), { body });
  });
  const message = await post(buttons());
  const tried = async (act: () => Promise<unknown>) => {
    const taken: number[] = [];
    for (const one of Object.keys(data).map(Number)) {
      type = one;
      const before = discord.calls("create_interaction_response").length;
      act().catch(() => {});
      const answer = () => discord.calls("create_interaction_response")[before]?.status;
      await until("an answer", () => (answer() ?? 0) > 0);
      taken.push(...(answer() === 204 ? [one] : []));
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
