import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fallbackText, limits, messageSize } from "../../../adapters/slack/limits.ts";
import { renderBlocks, renderMessage } from "../../../adapters/slack/render.ts";
import {
  type Block,
  buttons,
  code,
  fields,
  heading,
  list,
  requestButton,
  table,
  text,
  yesButton,
} from "../../../src/chat/blocks.ts";
import { commandRequest } from "../../../src/deploy/command-request.ts";
import { anyBlocks, hostileText } from "../../fakes/any-blocks.ts";
import { areBlocksTooLong, checkBlocks } from "../../fakes/slack/check-blocks.ts";
import { fieldsOf } from "../../fakes/slack/json.ts";
import { fixture } from "../../fixtures/read.ts";

type Found = Record<string, unknown>;

/** Every object in there, however deep. */
function objects(value: unknown): Found[] {
  if (Array.isArray(value)) {
    return value.flatMap(objects);
  }
  return typeof value === "object" && value !== null
    ? [value as Found, ...Object.values(value).flatMap(objects)]
    : [];
}

function assertSafe(blocks: readonly unknown[]): void {
  for (const one of objects(blocks)) {
    const isParsed = one["type"] === "plain_text" || one["type"] === "mrkdwn";
    const said = isParsed
      ? one["text"]
      : one["type"] === "plan" || one["type"] === "task_card"
        ? one["title"]
        : "";
    assert.doesNotMatch(String(said), /[<>]|&(?!(amp|lt|gt);)/, "markup in a text that is parsed");
    if (one["type"] === "text") {
      assert.ok(String(one["text"]).isWellFormed());
    }
  }
}

test("any blocks at all are within every limit, with and without plans", () => {
  fc.assert(
    fc.property(anyBlocks, fc.boolean(), (blocks, plan) => {
      const rendered = renderBlocks(blocks, { plan });
      assert.deepEqual(checkBlocks(rendered, ["plan", "task_card"]), []);
      assert.equal(areBlocksTooLong(rendered), false);
      assert.ok(rendered.length < limits.messageBlocks, "and there is room for a mention");
      assert.ok(JSON.stringify(rendered).length <= messageSize);
      assertSafe(rendered);
    }),
    { numRuns: 60 },
  );
});

test("any message has a text that Slack takes and that mentions nobody by itself", () => {
  fc.assert(
    fc.property(hostileText, (said) => {
      const { text: fallback } = renderMessage({ text: said, blocks: [], mention: null }, { plan: true });
      assert.ok(fallback.length > 0 && fallback.length <= fallbackText);
      assert.doesNotMatch(fallback, /[<>]/);
      assert.ok(fallback.isWellFormed());
    }),
    { numRuns: 200 },
  );
});

test("our limits are those of the published list", () => {
  const list = fixture("slack/limits.json");
  const upTo = (path: string) => {
    const found = path.split(".").reduce<unknown>((it, key) => fieldsOf(it)[key], list);
    return typeof found === "number" ? found : assert.fail(`${path} is no number in the list`);
  };
  assert.ok(limits.sectionText <= upTo("section.text.max_length"));
  assert.ok(limits.headerText <= upTo("header.text.max_length"));
  assert.ok(limits.actionElements <= upTo("actions.elements.max_items"));
  assert.ok(limits.buttonText <= upTo("button.text.max_length"));
  assert.ok(limits.buttonValue <= upTo("button.value.max_length"));
  assert.ok(limits.actionId <= upTo("action_id.max_length"));
  assert.ok(limits.confirmTitle <= upTo("confirmation.title.max_length"));
  assert.ok(limits.confirmText <= upTo("confirmation.text.max_length"));
  assert.ok(limits.confirmButton <= upTo("confirmation.confirm.max_length"));
  assert.ok(limits.optionText <= upTo("option.text.max_length"));
  assert.ok(limits.selectOptions <= upTo("select.options.max_items"));
  assert.ok(limits.viewBlocks <= upTo("view.blocks.max_items"));
  assert.ok(limits.privateMetadata <= upTo("view.private_metadata.max_length"));
});

test("only OutMessage.mention mentions, and only a person", () => {
  const message = { text: "<@U1> <!channel>", blocks: [text("done")], mention: "U012AB" };
  const rendered = renderMessage(message, { plan: true });
  assert.equal(rendered.text, "<@U012AB> &lt;@U1&gt; &lt;!channel&gt;");
  assert.deepEqual(rendered.blocks[0], {
    type: "context",
    elements: [{ type: "mrkdwn", text: "<@U012AB>" }],
  });
  assert.equal(renderMessage({ ...message, mention: "!channel" }, { plan: true }).blocks.length, 1);
});

/** All that is shown, one text after the other. */
function shown(blocks: readonly Block[], plan = false): string {
  return objects(renderBlocks(blocks, { plan }))
    .flatMap((one) => [one["type"] === "plan" || one["type"] === "task_card" ? one["title"] : one["text"]])
    .filter((said) => typeof said === "string")
    .join("\n");
}

test("a long card keeps its heading and its buttons, and says what is missing", () => {
  const log = Array.from({ length: 10_000 }, (_, index) => `line ${index} of a very long log`).join("\n");
  const blocks = [
    heading("Deploy yoga: switch?", "warning"),
    ...Array.from({ length: 30 }, (_, index) => code(`Part ${index}`, log)),
    buttons(requestButton("Roll back", commandRequest("rollback", ["yoga", "previous"]), "danger")),
  ];
  const said = shown(blocks);
  assert.match(said, /⚠️ Deploy yoga: switch\?/);
  assert.match(said, /Roll back/);
  assert.match(said, /more lines?, see the log/);
});

test("the end of a long log is shown, and so is its beginning", () => {
  const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index}`);
  const said = shown([code("What it said", lines.join("\n"))]);
  assert.match(said, /line 0\n/);
  assert.match(said, /line 1999/);
  assert.match(said, /… \d+ more lines, see the log …/);
});

test("a narrow table is aligned, a wide one becomes a line a row", () => {
  assert.match(
    shown([
      table(
        ["Host", "State"],
        [
          ["yoga", "deployed"],
          ["hetzner-vps", "failed"],
        ],
      ),
    ]),
    /yoga {9}deployed\nhetzner-vps {2}failed/,
  );
  const wide = shown([
    table(["Command", ""], [["/deploy HOST… [--build-only|--dry-run] [--ref REF]", "Builds a host."]]),
  ]);
  assert.match(wide, /--ref REF\]\n · Builds a host\./);
});

test("a table of 10,000 rows says how many are missing", () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => [`p${index}`, "1", "2"]);
  const said = shown([table(["Package", "Now", "Then"], rows)]);
  const missing = Number(/… (\d+) more, see the log/.exec(said)?.[1]);
  assert.equal(said.match(/^p\d+ /gm)?.length, 10_000 - missing);
});

test("a long table leaves the buttons below it in sight", () => {
  const rows = Array.from({ length: 60 }, (_, index) => [`p${index}`, "1", "2"]);
  const said = shown([
    table(["Package", "Now", "Then"], rows),
    buttons(requestButton("Help", commandRequest("help", []))),
  ]);
  assert.match(said, /… 40 more, see the log/);
});

const steps: Block = {
  kind: "steps",
  steps: [
    {
      name: "check",
      state: "done",
      detail: null,
      startedAt: "2026-11-23T07:41:00Z",
      finishedAt: "2026-11-23T07:41:12Z",
      progress: null,
    },
    {
      name: "build",
      state: "running",
      detail: "nginx (3 of 7)",
      startedAt: "2026-11-23T07:41:12Z",
      finishedAt: null,
      progress: 0.43,
    },
    { name: "copy", state: "waiting", detail: null, startedAt: null, finishedAt: null, progress: null },
  ],
};

test("phases are a plan where the workspace takes it, whose title says it all", () => {
  const [plan] = renderBlocks([steps], { plan: true });
  assert.deepEqual(plan?.type === "plan" ? plan.title : null, "⏳ build · 1 of 3 done");
  const tasks = plan?.type === "plan" ? (plan.tasks ?? []) : [];
  assert.deepEqual(
    tasks.map((task) => ("status" in task ? task.status : null)),
    ["complete", "in_progress", "pending"],
  );
});

test("phases are lines with a bar where it does not", () => {
  assert.equal(shown([steps]), "✅ check · 12 s\n⏳ build ▓▓▓▓░░░░░░ 43 % nginx (3 of 7)\n▫️ copy");
});

test("a dangerous button asks in Slack's own dialog, and names what it is about", () => {
  const card = [
    heading("Deploy hetzner-vps: switch?"),
    buttons(yesButton("Switch", "d-20261123-7f3a", "0123456789ab", "danger")),
  ];
  const confirm = objects(renderBlocks(card, { plan: false })).find((one) => "deny" in one);
  assert.match(JSON.stringify(confirm), /Deploy hetzner-vps: switch\?/);
  assert.doesNotMatch(
    JSON.stringify(
      renderBlocks([buttons(requestButton("Logs", commandRequest("logs", ["d-1"])))], { plan: false }),
    ),
    /deny/,
  );
});

test("a button whose command Slack would not take is left out", () => {
  const rendered = renderBlocks(
    [
      buttons(
        requestButton("Long", commandRequest("deploy", ["x".repeat(3_000)])),
        requestButton("Help", commandRequest("help", [])),
      ),
    ],
    { plan: false },
  );
  assert.deepEqual(
    objects(rendered)
      .filter((one) => one["type"] === "button")
      .map((one) => one["value"]),
    ['ask:["help",[],{}]'],
  );
});

test("colours are left out; control characters and marks that turn text around are shown as what they are", () => {
  assert.equal(shown([text("\u001b[31mred\u001b[0m \u202egnp\u0007")]), "red \\u202egnp\\u0007");
  assert.equal(shown([fields({ Reason: "a\u0000b\nc" })]), "Reason\n  a\\u0000b c\n");
});

test("units are one line, long items are bullets, folded lists are short", () => {
  assert.match(
    shown([list("Restart", ["nginx.service", "sshd.service"])]),
    /Restart \(2\)\n {2}nginx\.service, sshd\.service/,
  );
  const folded = shown([
    list(
      "Left",
      Array.from({ length: 500 }, (_, index) => `unit-${index}.service`),
      true,
    ),
  ]);
  assert.match(folded, /Left \(500\)/);
  assert.ok(folded.length < 400);
});
