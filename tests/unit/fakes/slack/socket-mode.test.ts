import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "@slack/bolt";
import { buttonsOf, shown } from "../../../fakes/slack/index.ts";
import { boltFor, slackFor } from "./bolt.ts";

const button = (text: string, action_id: string, more = {}) => ({
  type: "button",
  text: { type: "plain_text", text },
  action_id,
  ...more,
});

const card = (text: string, ...elements: object[]) => [
  { type: "section", text: { type: "mrkdwn", text } },
  ...(elements.length > 0 ? [{ type: "actions", elements }] : []),
];

/** Posts a card with a button, and edits it when the button is clicked. */
function deploys(app: App): void {
  app.command("/deploy", async ({ ack, command, client }) => {
    await ack();
    const blocks = card(`deploy ${command.text}?`, button("Switch", "switch", { value: command.text }));
    await client.chat.postMessage({ channel: command.channel_id, text: "deploy?", blocks });
  });
  app.action("switch", async ({ ack, body, client }) => {
    await ack();
    if (body.type === "block_actions" && body.channel && body.message) {
      const { ts } = body.message;
      await client.chat.update({
        channel: body.channel.id,
        ts,
        text: "done",
        blocks: card(`done by ${body.user.name}`),
      });
    }
  });
}

test("a command is acknowledged, posts a card, and a click edits it", async (t) => {
  const slack = await slackFor(t);
  await boltFor(slack, deploys);
  const ops = slack.channel("#ops");
  const ada = slack.user({ name: "ada" });

  const typed = await ada.types("/deploy yoga", { channel: ops });
  assert.equal(typed.acked, true);
  const message = await slack.until(() => slack.messages(ops)[0]);
  assert.equal(shown(message), "deploy yoga?\nSwitch");
  assert.deepEqual(buttonsOf(message), ["Switch"]);

  const clicked = await ada.clicks(message, "Switch");
  assert.equal(clicked.acked, true);
  await slack.until(() => slack.edits(message.ts).length === 1);
  assert.equal(shown(message), "done by ada");
  assert.deepEqual(buttonsOf(message), []);
  await assert.rejects(ada.clicks(message, "Switch"), /there is no button "Switch": none at all/);
});

test("what an acknowledgement says is shown to the person alone", async (t) => {
  const slack = await slackFor(t);
  await boltFor(slack, (app) => app.command("/help", ({ ack }) => ack("all is well")));
  const ada = slack.user({ name: "ada" });
  await ada.types("/help", { channel: slack.channel("ops") });
  assert.deepEqual(
    ada.whispers.map((it) => it.text),
    ["all is well"],
  );
  assert.equal(slack.messages("ops").length, 0);
  assert.equal(slack.ephemeral("ops").length, 1);
});

test("a response_url answers five times", async (t) => {
  const slack = await slackFor(t);
  await boltFor(slack, (app) => {
    app.command("/talk", async ({ ack, respond }) => {
      await ack();
      for (let count = 1; count <= 6; count++) {
        await respond(`answer ${count}`).catch(() => {});
      }
    });
  });
  const ada = slack.user({ name: "ada" });
  await ada.types("/talk");
  const last = await slack.until(() => slack.calls("response_url")[5]);
  assert.equal(ada.whispers.length, 5);
  assert.deepEqual([last.status, last.error], [404, "used_url"]);
});

test("the response_url of a click replaces the message, also one that only one person sees", async (t) => {
  const slack = await slackFor(t);
  const app = await boltFor(slack, (it) => {
    it.action("read", async ({ ack, respond }) => {
      await ack();
      await respond({ replace_original: true, text: "read" });
      await respond({ delete_original: true });
    });
  });
  const ops = slack.channel("ops");
  const [ada, bob] = [slack.user({ name: "ada" }), slack.user({ name: "bob" })];
  await ada.says("hello", { channel: ops });
  const blocks = card("for you", button("Read", "read"));
  await app.client.chat.postEphemeral({ channel: ops.id, user: ada.id, text: "for you", blocks });
  const whisper = await slack.until(() => ada.whispers[0]);
  assert.deepEqual(bob.whispers, []);
  await assert.rejects(bob.clicks(whisper, "Read"), /bob does not see/);
  await ada.clicks(whisper, "Read");
  await slack.until(() => ada.whispers.length === 0);
  assert.deepEqual(
    whisper.versions.map((it) => it.text),
    ["for you", "read"],
  );
});

test("a mention in a thread is answered there; in a channel without the bot nobody hears it", async (t) => {
  const slack = await slackFor(t);
  await boltFor(slack, (app) => {
    app.event("app_mention", async ({ event, say }) => {
      await say({ text: `you said: ${event.text}`, thread_ts: event.thread_ts ?? event.ts });
    });
  });
  const ada = slack.user({ name: "ada" });
  slack.channel("ops");
  const { message } = await ada.mentions("status of @ada", { channel: "#ops" });
  await slack.until(() => message.replies.length === 1);
  assert.equal(message.replies[0]?.text, `you said: <@${slack.bot.userId}> status of <@${ada.id}>`);
  const reply = message.replies[0];
  await ada.mentions("thanks", { channel: "ops", ...(reply && { thread: reply }) });
  await slack.until(() => message.replies.length === 3);
  assert.equal(slack.messages("ops").length, 1);

  slack.channel("attic", { bot: false });
  assert.equal((await ada.mentions("anyone?", { channel: "attic" })).error, "not_in_channel");
});

test("a modal opens, refuses what is wrong, and closes when it is right", async (t) => {
  const slack = await slackFor(t);
  const view = {
    type: "modal" as const,
    callback_id: "ask",
    title: { type: "plain_text" as const, text: "Deploy" },
    submit: { type: "plain_text" as const, text: "Go" },
    blocks: [
      {
        type: "input" as const,
        block_id: "host",
        label: { type: "plain_text" as const, text: "Host" },
        element: { type: "plain_text_input" as const, action_id: "name" },
      },
    ],
  };
  const hosts: unknown[] = [];
  await boltFor(slack, (app) => {
    app.command("/ask", async ({ ack, client, body }) => {
      await ack();
      await client.views.open({ trigger_id: body.trigger_id, view });
    });
    app.view("ask", async ({ ack, view }) => {
      const host = view.state.values["host"]?.["name"]?.value;
      hosts.push(host);
      await (host === "yoga" ? ack() : ack({ response_action: "errors", errors: { host: "no such host" } }));
    });
  });
  const ada = slack.user({ name: "ada" });
  await ada.types("/ask");
  const form = await slack.until(() => ada.modal);
  await assert.rejects(ada.submits(form), /"Host" is required/);
  assert.deepEqual((await ada.submits(form, { Host: "toga" })).errors, { host: "no such host" });
  assert.equal(ada.modal, form);
  await ada.submits(form, { Host: "yoga" });
  assert.equal(ada.modal, undefined);
  assert.deepEqual(hosts, ["toga", "yoga"]);
});

test("a trigger is good for one modal only", async (t) => {
  const slack = await slackFor(t);
  await boltFor(slack, (app) => {
    app.command("/twice", async ({ ack, client, body: { trigger_id } }) => {
      await ack();
      const title = { type: "plain_text" as const, text: "x" };
      const open = () => client.views.open({ trigger_id, view: { type: "modal", title, blocks: [] } });
      await open();
      await open().catch(() => {});
    });
  });
  await slack.user({ name: "ada" }).types("/twice");
  const second = await slack.until(() => slack.calls("views.open")[1]?.error);
  assert.equal(second, "exchanged_trigger_id");
});

test("the home tab is published, and its menus remember what was chosen", async (t) => {
  const slack = await slackFor(t);
  const chosen: unknown[] = [];
  const option = (text: string) => ({
    text: { type: "plain_text" as const, text },
    value: text.toLowerCase(),
  });
  await boltFor(slack, (app) => {
    app.event("app_home_opened", async ({ event, client }) => {
      const elements = [
        { type: "static_select" as const, action_id: "pick", options: [option("Yoga"), option("Zen")] },
        { type: "button" as const, action_id: "go", text: { type: "plain_text" as const, text: "Go" } },
      ];
      const blocks = [{ type: "actions" as const, block_id: "row", elements }];
      await client.views.publish({ user_id: event.user, view: { type: "home", blocks } });
    });
    app.action(/pick|go/, async ({ ack, body }) => {
      await ack();
      chosen.push(
        body.type === "block_actions" && body.view?.state.values["row"]?.["pick"]?.selected_option?.value,
      );
    });
  });
  const ada = slack.user({ name: "ada" });
  await ada.opensHome();
  const home = await slack.until(() => ada.home);
  await ada.chooses(home, "Zen");
  await ada.clicks(home, "Go");
  await slack.until(() => chosen.length === 2);
  assert.deepEqual(chosen, ["zen", "zen"]);
});

test("a button with a confirm dialog wants an answer, and no is no", async (t) => {
  const slack = await slackFor(t);
  let clicks = 0;
  const plain = (text: string) => ({ type: "plain_text", text });
  const confirm = {
    title: plain("Sure?"),
    text: plain("It restarts."),
    confirm: plain("Yes"),
    deny: plain("No"),
  };
  const app = await boltFor(slack, (it) => {
    it.action("switch", async ({ ack }) => {
      clicks += 1;
      await ack();
    });
  });
  const ops = slack.channel("ops");
  const blocks = card("?", button("Switch", "switch", { confirm, style: "danger" }));
  await app.client.chat.postMessage({ channel: ops.id, text: "?", blocks });
  const message = await slack.until(() => slack.messages(ops)[0]);
  const ada = slack.user({ name: "ada" });
  await assert.rejects(ada.clicks(message, "Switch"), /asks first: Sure\? It restarts\./);
  assert.equal((await ada.clicks(message, "Switch", { confirm: false })).error, "dismissed");
  assert.equal((await ada.clicks(message, "Switch", { confirm: true })).acked, true);
  assert.equal(clicks, 1);
});

test("a file is uploaded with the SDK's own three steps", async (t) => {
  const slack = await slackFor(t);
  const app = await boltFor(slack, () => {});
  const ops = slack.channel("ops");
  await app.client.chat.postMessage({ channel: ops.id, text: "root" });
  const root = await slack.until(() => slack.messages(ops)[0]);
  await app.client.files.uploadV2({
    channel_id: ops.id,
    thread_ts: root.ts,
    filename: "build.log",
    content: "line one\nünïcode\n",
    initial_comment: "the log",
  });
  assert.equal(slack.files[0]?.content.toString(), "line one\nünïcode\n");
  assert.equal(root.replies[0]?.files[0]?.name, "build.log");
  assert.equal(root.replies[0]?.text, "the log");
});
