import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as markdown from "../../../adapters/discord/markdown.ts";
import { readModal } from "../../../adapters/discord/modal.ts";
import { parseInteraction, parseMention } from "../../../adapters/discord/parse.ts";
import * as slackButtons from "../../../adapters/slack/buttons.ts";
import { deliveryIds } from "../../../adapters/slack/delivery-ids.ts";
import { typedText } from "../../../adapters/slack/markup.ts";
import { deployText, parseSubmission } from "../../../adapters/slack/modal.ts";
import { parseClick, parseEvent, parseSlash } from "../../../adapters/slack/parse.ts";
import * as slackText from "../../../adapters/slack/text.ts";
import { commands } from "../../../commands/index.ts";
import { decodeAction } from "../../../src/chat/action.ts";
import { parseCommand } from "../../../src/chat/parse.ts";
import { clean, cut, middleCut, oneLine } from "../../../src/chat/platform/text.ts";
import { allRecorded } from "../../fixtures/read.ts";
import { hostilePayload } from "./payloads.ts";
import { assertSound, attempt, survives } from "./survive.ts";

const slackPayloads: readonly object[] = [
  {
    command: "/sy-deploy",
    text: "yoga --dry-run",
    user_id: "U1",
    team_id: "T1",
    user_name: "a",
    channel_id: "C1",
    response_url: "https://x",
    trigger_id: "1.2",
  },
  {
    event_id: "Ev1",
    event: {
      type: "app_mention",
      user: "U1",
      team: "T1",
      ts: "1.0",
      channel: "C1",
      text: "<@UBOT> deploy yoga",
    },
  },
  {
    event_id: "Ev2",
    event: { type: "message", channel_type: "im", user: "U1", ts: "1.0", channel: "D1", text: "status" },
  },
  {
    user: { id: "U1", team_id: "T1", name: "a" },
    actions: [{ value: "decide:switch:d-20261123-7f3a" }],
    container: { channel_id: "C1", thread_ts: "1.0" },
    message: { thread_ts: "1.0" },
    channel: { id: "C1" },
    response_url: "https://x",
    trigger_id: "1.2",
  },
  {
    user: { id: "U1" },
    trigger_id: "1",
    view: {
      id: "V1",
      callback_id: "switchyard-deploy",
      private_metadata: '{"channel":"C1"}',
      state: {
        values: {
          host: { value: { value: "yoga" } },
          mode: { value: { selected_option: { value: "dry-run" } } },
        },
      },
    },
  },
  ...allRecorded("slack"),
];

const user = { id: "1", username: "alice", global_name: "Alice" };
const member = { user, nick: null, roles: ["2"] };
const discordPayloads: readonly object[] = [
  {
    id: "10",
    token: "t",
    type: 2,
    guild_id: "3",
    member,
    data: { name: "deploy", options: [{ name: "host", type: 3, value: "yoga" }] },
  },
  {
    id: "10",
    token: "t",
    type: 4,
    member,
    data: { name: "deploy", options: [{ name: "host", type: 3, value: "yo", focused: true }] },
  },
  { id: "10", token: "t", type: 3, member, data: { custom_id: "decide:switch:d-20261123-7f3a" } },
  {
    id: "10",
    token: "t",
    type: 5,
    member,
    data: {
      custom_id: "switch:d-1",
      components: [
        { components: [{ custom_id: "host", value: "yoga" }] },
        { component: { custom_id: "x", value: "y" } },
      ],
    },
  },
  {
    id: "10",
    channel_id: "4",
    author: user,
    content: "<@99> deploy yoga",
    guild_id: "3",
    member: { roles: [] },
  },
  ...allRecorded("discord"),
];

/** What a surface says to the desk has to be a text that the parser can look at. */
function checkText(text: unknown): void {
  if (typeof text === "string") {
    attempt((typed) => parseCommand(typed, commands).kind, text);
  }
}

test("Slack's payloads, whatever is in them, give input or nothing", () => {
  fc.assert(
    fc.property(hostilePayload(slackPayloads), (body) => {
      attempt(() => {
        for (const input of [parseSlash(body, "sy-"), parseEvent(body, "UBOT"), parseClick(body)]) {
          assertSound(input);
          checkText(input?.kind === "command" ? input.text : null);
        }
        const form = parseSubmission(body);
        assertSound(form);
        checkText(form === null ? null : deployText(form.wanted));
        assertSound(deliveryIds(body, body["envelope_id"]));
      }, body);
    }),
    { numRuns: 6_000 },
  );
  assert.equal("isAdmin" in {}, false, "no prototype was changed");
});

test("Discord's payloads, whatever is in them, give input or nothing", () => {
  fc.assert(
    fc.property(hostilePayload(discordPayloads), (body) => {
      attempt(() => {
        const input = parseInteraction(body);
        assertSound(input);
        if (input?.kind === "click") {
          assertSound(decodeAction(input.customId));
        }
        if (input?.kind === "form") {
          assertSound(readModal(input.customId, input.values));
        }
        const mention = parseMention(body, "99");
        assertSound(mention);
        checkText(mention?.text);
      }, body);
    }),
    { numRuns: 6_000 },
  );
  assert.equal("isAdmin" in {}, false, "no prototype was changed");
});

test("buttons' values that came back changed are read as ours, or as nothing", () => {
  const values = [
    "decide:switch:d-20261123-7f3a:0123456789ab",
    "say:/deploy yoga %26%3C",
    "switch:d-1:0123456789ab",
    'ask:["deploy",["yoga"],{"boot":true}]',
  ];
  survives(
    (value) => [slackButtons.decodeAction(value), decodeAction(value), readModal(value, {})],
    values,
    3_000,
  );
});

test("text of any kind becomes text that a platform can show, in time and within its length", () => {
  const samples = [
    "a *bold* `code` _x_ <@U1> &amp; https://x.y/z|w",
    "line\n".repeat(40),
    "> quote ~~x~~ ||spoiler||",
  ];
  survives(
    (text) => {
      const shown = [
        slackText.escapeTo(text, 200),
        slackText.escapeLong(text, 900),
        markdown.escapeText(text, 200),
        markdown.escapeLong(text, 900),
        cut(text, 100),
        middleCut(text, 600),
      ];
      for (const [index, most] of [200, 900, 200, 900, 100, 640].entries()) {
        assert.equal((shown[index] ?? "").length <= most, true, `${index}: ${shown[index]?.length}`);
      }
      return [...shown, clean(text), oneLine(text), typedText(text), markdown.codeBlock(text)];
    },
    samples,
    5_000,
  );
});
