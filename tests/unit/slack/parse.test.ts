import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeAction, encodeAction } from "../../../adapters/slack/buttons.ts";
import { deliveryIds } from "../../../adapters/slack/delivery-ids.ts";
import { typedText } from "../../../adapters/slack/markup.ts";
import { deployModal, deployText, parseSubmission } from "../../../adapters/slack/modal.ts";
import { parseClick, parseEvent, parseSlash } from "../../../adapters/slack/parse.ts";
import { commands } from "../../../commands/index.ts";
import { requestAction } from "../../../src/chat/action.ts";
import { normalise, parseCommand } from "../../../src/chat/parse.ts";
import { fieldsOf } from "../../../src/chat/platform/json.ts";
import { commandRequest } from "../../../src/deploy/command-request.ts";
import { recorded } from "../../fixtures/read.ts";

const slash = (command: string, text: string) => ({
  command,
  text,
  user_id: "U1",
  team_id: "T1",
  user_name: "alice",
  channel_id: "C1",
  response_url: "https://hooks.example/1",
  trigger_id: "1.2.3",
});

function textOfSlash(command: string, text: string, prefix = ""): string | null {
  const input = parseSlash(slash(command, text), prefix);
  return input?.kind === "command" ? input.text : null;
}

test("a slash command is the command, with or without prefix or /switchyard", () => {
  assert.equal(textOfSlash("/deploy", "yoga --dry-run"), "/deploy yoga --dry-run");
  assert.equal(textOfSlash("/sy-deploy", "yoga", "sy-"), "/deploy yoga");
  assert.equal(textOfSlash("/switchyard", "deploy yoga"), "/deploy yoga");
  assert.equal(textOfSlash("/switchyard", "/deploy yoga", "sy-"), "/deploy yoga");
  assert.equal(textOfSlash("/switchyard", ""), "/help");
  assert.equal(textOfSlash("/deploy", ""), "/deploy");
});

test("what Slack escaped is what was typed", () => {
  assert.equal(
    typedText("<@U1|alice> <@U2> <#C1|ops> <!subteam^S1|@web> <!subteam^S1> <!here>"),
    "@alice @U2 #ops @web @subteam @here",
  );
  assert.equal(
    typedText("<http://hetzner-vps.example|hetzner-vps.example> <https://a.b/c> <mailto:a@b.c|a@b.c>"),
    "hetzner-vps.example https://a.b/c a@b.c",
  );
  assert.equal(typedText("a &amp; b &lt;c&gt; &amp;lt;"), "a & b <c> &lt;");
});

function said(text: string, more: object = {}) {
  return parseEvent(
    {
      event_id: "Ev1",
      event: { type: "app_mention", user: "U1", team: "T1", ts: "1.0", channel: "C1", text, ...more },
    },
    "UBOT",
  );
}

function textOfMention(text: string): string | null {
  const input = said(text);
  return input?.kind === "command" ? input.text : null;
}

test("a mention is the command behind the bot's name", () => {
  assert.equal(textOfMention("<@UBOT> deploy yoga"), "/deploy yoga");
  assert.equal(textOfMention("hi <@UBOT|switchyard>: `deploy yoga`"), "/deploy yoga");
  assert.equal(
    textOfMention("<@UBOT> /switchyard deploy <http://yoga.example|yoga.example>"),
    "/deploy yoga.example",
  );
  assert.equal(textOfMention("<@UBOT>"), "/help");
});

test("edits, bots, joins and the bot itself are not commands", () => {
  assert.equal(said("<@UBOT> deploy yoga", { edited: { user: "U1", ts: "2.0" } }), null);
  assert.equal(said("<@UBOT> deploy yoga", { bot_id: "B2" }), null);
  assert.equal(said("<@UBOT> deploy yoga", { subtype: "message_changed" }), null);
  assert.equal(said("<@UBOT> deploy yoga", { user: "UBOT" }), null);
  assert.equal(said("deploy yoga", { type: "message", channel_type: "channel" }), null);
});

test("in a direct message no name is needed; a thread stays a thread", () => {
  const direct = said("deploy yoga", { type: "message", channel_type: "im" });
  assert.deepEqual(
    [direct?.kind === "command" && direct.text, direct?.place.from, direct?.place.thread],
    ["/deploy yoga", "direct", null],
  );
  assert.equal(said("<@UBOT> help", { thread_ts: "0.5" })?.place.thread, "0.5");
  assert.equal(said("<@UBOT> help")?.place.thread, "1.0", "below the mention");
});

test("the author's own workspace counts in a channel that is shared", () => {
  assert.equal(said("<@UBOT> help", { team: "T1", user_team: "T9" })?.who.team, "T9");
});

test("a button's value brings its action back, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      const action = requestAction(commandRequest("lock", ["yoga", text], { for: text }));
      assert.deepEqual(decodeAction(encodeAction(action)), action);
      assert.doesNotMatch(encodeAction(action), /[<>&]/);
    }),
  );
  const cancel = { kind: "decide", about: "d-20261123-7f3a", decision: "cancel", digest: null } as const;
  assert.equal(encodeAction(cancel), "decide:cancel:d-20261123-7f3a");
  const yes = { ...cancel, about: "r-20261123-7f3a", decision: "switch", digest: "0123456789ab" } as const;
  const retry = { kind: "act", act: "retry", about: "r-20261123-7f3a" } as const;
  for (const action of [cancel, yes, retry]) {
    assert.deepEqual(decodeAction(encodeAction(action)), action);
  }
  assert.deepEqual(decodeAction("say:/deploy yoga %26"), { kind: "old", text: "/deploy yoga &" });
  const odd = [
    "",
    "say:",
    "decide:reboot:d-1",
    "decide:switch:",
    '{"kind":"decide"}',
    "act:erase:r-20261123-7f3a",
  ];
  for (const strange of [...odd, 'ask:["deploy"]', "ask:{", 'ask:["deploy",["yoga"],{"boot":false}]']) {
    assert.equal(decodeAction(strange), null, strange);
  }
});

/** What the desk understands of a form. */
function understood(reason: string, ref: string | null = null): unknown {
  const parsed = parseCommand(deployText({ host: "hetzner-vps", mode: "dry-run", ref, reason }), commands);
  return parsed.kind === "command" ? parsed.input : parsed;
}

test("a form's words survive the desk's parser, quotes and dashes included", () => {
  for (const reason of [
    `it's "new"`,
    "--force",
    "a; rm -rf / && $(reboot) `x` $HOME | # > <",
    "back\\slash \\' \\\"",
    "*.nix ? [a]",
    "=",
    "so — better —dry",
  ]) {
    const input = understood(reason, "-x/y");
    assert.deepEqual(fieldsOf(input)["reason"], reason, reason);
    assert.deepEqual(
      [fieldsOf(input)["hosts"], fieldsOf(input)["mode"], fieldsOf(input)["ref"]],
      [["hetzner-vps"], "dry-run", "-x/y"],
    );
  }
});

test("any reason arrives as it would read after the desk put the quotes right", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-composite", minLength: 1, maxLength: 200 }), (reason) => {
      fc.pre(reason.trim() !== "");
      const straight = normalise(reason.replaceAll(/[\u2013\u2014]/g, "~"));
      assert.equal(fieldsOf(understood(reason.replaceAll(/[\u2013\u2014]/g, "~")))["reason"], straight);
    }),
    { numRuns: 500 },
  );
});

test("a form brings back what it was opened from", () => {
  const view = deployModal(["yoga"], {
    from: "slash",
    channel: "C1",
    thread: null,
    responseUrl: "https://hooks.example/1",
  });
  const values = {
    host: { value: { type: "static_select", selected_option: { value: "yoga" } } },
    mode: { value: { type: "static_select", selected_option: { value: "build-only" } } },
    ref: { value: { type: "plain_text_input", value: null } },
    reason: { value: { type: "plain_text_input", value: " new kernel " } },
  };
  const form = parseSubmission({
    user: { id: "U1", team_id: "T1", name: "alice" },
    trigger_id: "1.2",
    view: { ...view, state: { values } },
  });
  assert.deepEqual(form?.wanted, { host: "yoga", mode: "build-only", ref: null, reason: "new kernel" });
  assert.deepEqual([form?.place.channel, form?.place.responseUrl], ["C1", "https://hooks.example/1"]);
});

test("more hosts than a menu holds are typed, and so is one when the fleet could not be read", () => {
  const many = Array.from({ length: 101 }, (_, index) => `host-${index}`);
  for (const hosts of [many, [], null, ["x".repeat(80)]]) {
    const [first] = deployModal(hosts, {
      from: "slash",
      channel: null,
      thread: null,
      responseUrl: null,
    }).blocks;
    assert.equal(fieldsOf(fieldsOf(first)["element"])["type"], "plain_text_input");
  }
});

test("a form without hosts says why there are none", () => {
  const place = { from: "slash", channel: null, thread: null, responseUrl: null } as const;
  const trouble = { message: "The hosts of origin/main cannot be read: attic is not locked.", help: null };
  const hint = (view: ReturnType<typeof deployModal>) => fieldsOf(fieldsOf(view.blocks[0])["hint"])["text"];
  assert.equal(hint(deployModal([], place, trouble)), trouble.message);
  assert.equal(hint(deployModal(["yoga"], place)), undefined);
});

test("a delivery is known by all its names", () => {
  assert.deepEqual(
    deliveryIds({ event_id: "Ev1", event: { type: "app_mention", channel: "C1", ts: "1.0" } }, "e"),
    ["envelope:e", "event:Ev1", "message:C1/1.0"],
  );
});

test("recorded slash commands are read", () => {
  const payload = recorded("slash-commands_slack.json", "slashCommandWithArgs");
  const input = parseSlash(payload, "");
  assert.equal(input?.kind === "command" && input.text, "/deploy yoga --dry-run");
  assert.deepEqual(input?.who, { user: payload["user_id"], team: payload["team_id"], name: "ada" });
  assert.equal(input?.place.channel, payload["channel_id"]);
});

test("recorded mentions and direct messages are read", () => {
  const payload = recorded("channel_slack.json", "mention");
  const { text, ts } = fieldsOf(payload["event"]);
  const [bot] = String(text).match(/U[A-Z0-9]+/) ?? [];
  const mention = parseEvent(payload, bot ?? "");
  assert.deepEqual(
    [mention?.kind === "command" && mention.text, mention?.who.team, mention?.place.thread],
    ["/status yoga", payload["team_id"], ts],
  );
  const direct = parseEvent(recorded("dm_slack-direct.json", "directDM"), "U0FIXTUREBOT");
  assert.deepEqual(
    [direct?.kind === "command" && direct.text, direct?.place.from],
    ["/yoga --dry-run", "direct"],
  );
});

test("recorded clicks are read when the button is ours, and left alone when it is not", () => {
  const click = recorded("channel_slack.json", "channel_post_action");
  assert.equal(parseClick(click), null);
  const ours = parseClick({
    ...click,
    actions: [{ action_id: "decide-0", value: "decide:switch:d-20261123-7f3a" }],
  });
  assert.deepEqual(ours?.kind === "click" && ours.action, {
    kind: "decide",
    about: "d-20261123-7f3a",
    decision: "switch",
    digest: null,
  });
  assert.deepEqual(ours?.place, {
    from: "click",
    channel: fieldsOf(click["channel"])["id"],
    thread: fieldsOf(click["container"])["thread_ts"],
    responseUrl: click["response_url"],
  });
  assert.equal(parseClick(recorded("modals_slack.json", "ephemeralAction")), null);
});

test("recorded forms of others are left alone", () => {
  assert.equal(parseSubmission(recorded("slash-commands_slack.json", "viewSubmission")), null);
});

test("no payload, however strange, makes the parsers throw", () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 4 }), (body) => {
      parseSlash(body, "sy-");
      parseEvent(body, "UBOT");
      parseClick(body);
      parseSubmission(body);
      deliveryIds(body, body);
    }),
  );
});
