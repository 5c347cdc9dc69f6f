import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Fields, fieldsOf, isFields } from "../../../fakes/slack/json.ts";
import { fixture, recorded } from "../../../fixtures/read.ts";
import { boltFor, slackFor } from "./bolt.ts";

/** Java's SDK has collected every key that ever came; the values are blank. */
const known = (name: string): Fields => fieldsOf(fixture("slack/shapes.json")[name]);

/** Every key by its path; what users choose (blocks, the values of a form) counts as one. */
function keys(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) {
    return keys(value[0], at);
  }
  if (!isFields(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = `${at}.${key}`;
    return ["blocks", "values"].includes(key) ? [path] : [path, ...keys(inner, path)];
  });
}

/** The fake sends all that was recorded, and nothing that Slack never sends. */
function assertSame(sent: Fields | undefined, recording: Fields, shape: Fields = {}): void {
  assert.ok(sent);
  const ours = new Set(keys(sent));
  const theirs = new Set(keys(recording));
  assert.deepEqual(
    [...theirs].filter((it) => !ours.has(it)),
    [],
    "recorded, but not sent by the fake",
  );
  const possible = new Set([...theirs, ...keys(shape)]);
  assert.deepEqual(
    [...ours].filter((it) => !possible.has(it)),
    [],
    "sent by the fake, but never by Slack",
  );
}

const text = (it: string) => ({ type: "plain_text" as const, text: it });

/** A bot that acknowledges everything, and the last payload that it got. */
async function listening(t: TestContext) {
  const slack = await slackFor(t, {
    events: [
      "app_mention",
      "message.im",
      "message.channels",
      "app_home_opened",
      "reaction_added",
      "member_joined_channel",
    ],
  });
  const app = await boltFor(slack, (it) => {
    it.command(/.*/, ({ ack }) => ack());
    it.action(/.*/, ({ ack }) => ack());
    it.view(/.*/, ({ ack }) => ack());
  });
  const ops = slack.channel("ops");
  const ada = slack.user({ name: "ada" });
  const last = (type?: string) =>
    slack.deliveries.all.findLast(
      ({ payload }) =>
        type === undefined || payload["type"] === type || fieldsOf(payload["event"])["type"] === type,
    )?.payload;
  return { slack, app, ops, ada, last };
}

test("a command has the keys of a recorded one", async (t) => {
  const { ops, ada, last } = await listening(t);
  await ada.types("/deploy yoga", { channel: ops });
  assertSame(last(), recorded("slash-commands_slack.json", "slashCommandWithArgs"));
});

test("a mention has the keys of recorded ones", async (t) => {
  const { ops, ada, last } = await listening(t);
  await ada.mentions("hello", { channel: ops });
  const mention = recorded("modals_slack.json", "mention");
  // The wrapper of that recording is older than that of the others.
  const { event: _, ...wrapper } = recorded("streaming_slack.json", "aiMention");
  assertSame(last("app_mention"), { ...wrapper, ...mention });
});

test("a message in a thread has the keys of a recorded one", async (t) => {
  const { ops, ada, last } = await listening(t);
  const { message } = await ada.says("hello", { channel: ops });
  await ada.says("and more", { channel: ops, thread: message });
  assertSame(last("message"), recorded("streaming_slack.json", "followUp"));
});

test("a direct message has the keys of a recorded one", async (t) => {
  const { ada, last } = await listening(t);
  await ada.says("hello");
  assertSame(last("message"), recorded("dm_slack-direct.json", "directDM"), { event_context: "" });
});

test("a click has the keys of recorded ones: in a thread, on a message for one person, in a menu", async (t) => {
  const { slack, app, ops, ada, last } = await listening(t);
  const { message } = await ada.says("hello", { channel: ops });
  const where = { channel: ops.id, thread_ts: message.ts, text: "?" };
  const elements = [
    { type: "button" as const, text: text("Go"), value: "go", action_id: "go" },
    { type: "button" as const, text: text("Stop"), action_id: "stop", style: "primary" as const },
    {
      type: "static_select" as const,
      action_id: "pick",
      placeholder: text("Choose…"),
      options: [{ text: text("Yoga"), value: "yoga" }],
    },
  ];
  const blocks = [{ type: "actions" as const, elements }];
  await app.client.chat.postMessage({ ...where, blocks });
  const [card] = message.replies;
  assert.ok(card);
  const shape = known("blockActions");
  await ada.clicks(card, "Go");
  assertSame(last(), recorded("streaming_slack.json", "buttonAction"), shape);
  await ada.chooses(card, "Yoga");
  assertSame(last(), recorded("actions-reactions_slack.json", "staticSelectAction"), {
    ...shape,
    state: { values: {} },
  });
  assert.deepEqual(fieldsOf(fieldsOf(last()?.["state"])["values"])[String(card.blocks[0]?.["block_id"])], {
    pick: {
      type: "static_select",
      selected_option: { text: { ...text("Yoga"), emoji: true }, value: "yoga" },
    },
  });
  await app.client.chat.postEphemeral({ ...where, user: ada.id, blocks });
  const whisper = await slack.until(() => ada.whispers[0]);
  await ada.clicks(whisper, "Stop");
  assertSame(last(), recorded("modals_slack.json", "ephemeralAction"), shape);
});

test("a submitted form has the keys of a recorded one", async (t) => {
  const { slack, app, ada, last } = await listening(t);
  await ada.types("/ask");
  const trigger_id = String(last()?.["trigger_id"]);
  const element = { type: "plain_text_input" as const, action_id: "name" };
  await app.client.views.open({
    trigger_id,
    view: {
      type: "modal",
      callback_id: "ask",
      title: { ...text("Ask"), emoji: true },
      submit: { ...text("Go"), emoji: true },
      close: { ...text("No"), emoji: true },
      blocks: [{ type: "input", label: text("Host"), element }],
    },
  });
  const view = await slack.until(() => ada.modal);
  await ada.submits(view, { Host: "yoga" });
  assertSame(
    last("view_submission"),
    recorded("slash-commands_slack.json", "viewSubmission"),
    known("viewSubmission"),
  );
});

test("a reaction and an invitation have the keys of recorded ones", async (t) => {
  const { slack, ops, ada, last } = await listening(t);
  const { message } = await ada.says("hello", { channel: ops });
  const { event: _, ...wrapper } = recorded("streaming_slack.json", "aiMention");
  await ada.reacts(message, "eyes");
  assertSame(
    last("reaction_added"),
    { ...wrapper, ...recorded("actions-reactions_slack.json", "reaction") },
    wrapper,
  );
  await ada.invitesBot(slack.channel("attic", { bot: false }));
  // That one was recorded in an Enterprise Grid.
  const {
    enterprise_id: __,
    event,
    ...joined
  } = recorded("member-joined-channel_slack.json", "memberJoinedChannel");
  const { enterprise: ___, ...inside } = fieldsOf(event);
  assertSame(last("member_joined_channel"), { ...wrapper, ...joined, event: inside }, wrapper);
});
