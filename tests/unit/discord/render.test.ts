import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageFlags } from "discord.js";
import fc from "fast-check";
import { limits } from "../../../adapters/discord/limits.ts";
import { codeBlock, escapeText } from "../../../adapters/discord/markdown.ts";
import { renderMessage } from "../../../adapters/discord/render.ts";
import { decodeAction, encodeAction, requestAction } from "../../../src/chat/action.ts";
import { buttons, heading, requestButton, text } from "../../../src/chat/blocks.ts";
import { clean } from "../../../src/chat/platform/text.ts";
import { commandRequest } from "../../../src/deploy/command-request.ts";
import { drawn } from "../../contracts/places/discord-reading.ts";
import { anyBlocks, hostileText } from "../../fakes/any-blocks.ts";
import { checkMessage } from "../../fakes/discord/check-message.ts";
import { buttonsOf } from "../../fakes/discord/index.ts";
import { createValidator } from "../../fakes/discord/validate.ts";

const validator = createValidator();

/** What Discord's own description and its other rules say against a message. */
function problemsOf(body: object): readonly unknown[] {
  const asked = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
  const after = { content: "", embeds: [], components: [], attachments: [], flags: 0, ...asked };
  checkMessage(asked, after, undefined);
  return validator.check("create_message", asked, {});
}

test("any blocks at all are within every limit of Discord's", () => {
  fc.assert(
    fc.property(anyBlocks, hostileText, (blocks, line) => {
      const body = renderMessage({ text: line, blocks, mention: "175928847299117063", marker: 7 });
      assert.deepEqual(problemsOf(body), []);
      assert.equal(body.flags, MessageFlags.IsComponentsV2);
      assert.deepEqual(body.allowed_mentions, { parse: [], users: ["175928847299117063"] });
    }),
    { numRuns: 60 },
  );
});

test("text is shown as it is, whatever Discord would make of it", () => {
  fc.assert(
    fc.property(hostileText, (all) => {
      const said = all.slice(0, 5_000);
      const shown = escapeText(said, 100_000);
      assert.equal(drawn(shown), clean(said).trim());
      assert.ok(shown.isWellFormed());
    }),
    { numRuns: 300 },
  );
  for (const said of [
    "@everyone and @here, <@1> <@&2> <#3> </deploy:4> <t:1>",
    "**bold** __under__ ~~gone~~ ||hidden|| `code`",
    "# heading\n-# small\n> quote\n- item\n* item\n1. first\n2) second",
    "https://evil.example/x [click](https://evil.example)",
    "C:\\path\\*.nix",
  ]) {
    assert.equal(drawn(escapeText(said, 1_000)), said);
  }
});

test("what is cut says so, and nothing is cut in two", () => {
  const shown = escapeText("*".repeat(100), 51);
  assert.ok(shown.length <= 51);
  assert.match(shown, /^(\\\*)+…$/);
});

test("a code block ends where it should, whatever is in it", () => {
  for (const said of ["```", "`".repeat(9), "a\n```\n@everyone", "ends with `"]) {
    assert.equal(drawn(codeBlock(said)), said);
    assert.equal(codeBlock(said).match(/```/g)?.length, 2);
  }
});

test("only the person to mention is pinged, and only by an id", () => {
  const blocks = [heading("Deploy yoga: deployed", "good"), text("<@1> @everyone")];
  assert.deepEqual(renderMessage({ text: "", blocks, mention: null }).allowed_mentions, {
    parse: [],
    users: [],
  });
  assert.deepEqual(renderMessage({ text: "", blocks, mention: "everyone" }).allowed_mentions.users, []);
  const [first] = renderMessage({ text: "", blocks, mention: "42" }).components;
  assert.deepEqual(first, { type: 10, content: "<@42>" });
});

test("a message without blocks is its line", () => {
  const { components } = renderMessage({ text: "it is *done*", blocks: [], mention: null });
  assert.match(JSON.stringify(components), /it is \\\\\*done\\\\\*/);
});

test("buttons that were decided stand there, and cannot be clicked", () => {
  const body = renderMessage({
    text: "",
    blocks: [
      {
        kind: "decision",
        text: "ada said switch at 07:41:08 UTC.",
        tone: "neutral",
        labels: ["Switch", "Cancel"],
      },
    ],
    mention: null,
  });
  assert.deepEqual(problemsOf(body), []);
  const all = JSON.stringify(body.components);
  assert.match(all, /ada said switch at 07\\\\:41\\\\:08 UTC/);
  assert.deepEqual(
    all.match(/"disabled":true/g)?.length,
    buttonsOf({ content: "", embeds: [], attachments: [], flags: 0, components: JSON.parse(all) }).length,
  );
});

test("a button carries its action, and one whose command is too long is left out", () => {
  for (const action of [
    { kind: "decide", about: "d-20261123-7f3a", decision: "cancel", digest: null },
    { kind: "decide", about: "r-20261123-7f3a", decision: "switch", digest: "0123456789ab" },
    { kind: "act", act: "rollback", about: "d-20261123-7f3a" },
    requestAction(commandRequest("rollback", ["yoga", "12"])),
  ] as const) {
    assert.deepEqual(decodeAction(encodeAction(action)), action);
  }
  for (const strange of ["", "say:", "say:rm", "decide:reboot:d-1", "decided:0", "switch:d-1"]) {
    assert.equal(decodeAction(strange), null, strange);
  }
  const long = requestButton("Long", commandRequest("rollback", ["x".repeat(limits.customId)]));
  const { components } = renderMessage({
    text: "",
    blocks: [buttons(long, requestButton("Logs", commandRequest("logs", ["d-1"])))],
    mention: null,
  });
  assert.doesNotMatch(JSON.stringify(components), /Long/);
  assert.match(JSON.stringify(components), /Logs/);
});
