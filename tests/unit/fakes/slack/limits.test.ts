import assert from "node:assert/strict";
import { test } from "node:test";
import { areBlocksTooLong, checkBlocks, checkView } from "../../../fakes/slack/check-blocks.ts";
import { type Fields, fieldsOf } from "../../../fakes/slack/json.ts";
import { limits } from "../../../fakes/slack/limits.ts";
import { fixture } from "../../../fixtures/read.ts";

const plain = (length: number) => ({ type: "plain_text", text: "x".repeat(length) });
const mrkdwn = (length: number) => ({ type: "mrkdwn", text: "x".repeat(length) });
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const button = (more: Fields) => ({ type: "button", text: plain(1), ...more });
const inActions = (...elements: Fields[]) => [{ type: "actions", elements }];
const option = (text: number, value = 1) => ({ text: plain(text), value: "x".repeat(value) });
const menu = (more: Fields) => inActions({ type: "static_select", ...more });
const confirm = (more: Fields) =>
  inActions(
    button({ confirm: { title: plain(1), text: plain(1), confirm: plain(1), deny: plain(1), ...more } }),
  );
const section = (length: number) => ({ type: "section", text: mrkdwn(length) });

/** What just fits, and how it is called when it is one more. */
const messages: [name: string, max: number, make: (size: number) => Fields[], pointer: string][] = [
  ["blocks", 50, (size) => many(size, () => ({ type: "divider" })), "/blocks"],
  ["section text", 3000, (size) => [section(size)], "/blocks/0/text/text"],
  [
    "section fields",
    10,
    (size) => [{ type: "section", fields: many(size, () => mrkdwn(1)) }],
    "/blocks/0/fields",
  ],
  ["field", 2000, (size) => [{ type: "section", fields: [mrkdwn(size)] }], "/blocks/0/fields/0/text"],
  ["header", 150, (size) => [{ type: "header", text: plain(size) }], "/blocks/0/text/text"],
  [
    "context",
    10,
    (size) => [{ type: "context", elements: many(size, () => mrkdwn(1)) }],
    "/blocks/0/elements",
  ],
  ["actions", 25, (size) => inActions(...many(size, () => button({}))), "/blocks/0/elements"],
  ["button text", 75, (size) => inActions(button({ text: plain(size) })), "/blocks/0/elements/0/text/text"],
  [
    "button value",
    2000,
    (size) => inActions(button({ value: "x".repeat(size) })),
    "/blocks/0/elements/0/value",
  ],
  ["button url", 3000, (size) => inActions(button({ url: "x".repeat(size) })), "/blocks/0/elements/0/url"],
  [
    "action_id",
    255,
    (size) => inActions(button({ action_id: "x".repeat(size) })),
    "/blocks/0/elements/0/action_id",
  ],
  ["block_id", 255, (size) => [{ type: "divider", block_id: "x".repeat(size) }], "/blocks/0/block_id"],
  [
    "confirm title",
    100,
    (size) => confirm({ title: plain(size) }),
    "/blocks/0/elements/0/confirm/title/text",
  ],
  ["confirm text", 300, (size) => confirm({ text: plain(size) }), "/blocks/0/elements/0/confirm/text/text"],
  [
    "confirm yes",
    30,
    (size) => confirm({ confirm: plain(size) }),
    "/blocks/0/elements/0/confirm/confirm/text",
  ],
  ["confirm no", 30, (size) => confirm({ deny: plain(size) }), "/blocks/0/elements/0/confirm/deny/text"],
  ["options", 100, (size) => menu({ options: many(size, () => option(1)) }), "/blocks/0/elements/0/options"],
  [
    "option text",
    75,
    (size) => menu({ options: [option(size)] }),
    "/blocks/0/elements/0/options/0/text/text",
  ],
  [
    "option value",
    150,
    (size) => menu({ options: [option(1, size)] }),
    "/blocks/0/elements/0/options/0/value",
  ],
  ["markdown", 12_000, (size) => [{ type: "markdown", text: "x".repeat(size) }], "/blocks/0/text"],
];

for (const [name, max, make, pointer] of messages) {
  test(`${name}: ${max} fit, one more does not`, () => {
    assert.deepEqual(checkBlocks(make(max), []), []);
    const [problem = "nothing was found", ...more] = checkBlocks(make(max + 1), []);
    assert.match(
      problem,
      /^(must be less than \d+ characters|no more than \d+ items allowed) \[json-pointer:/,
    );
    assert.ok(problem.endsWith(`[json-pointer:${pointer}]`), problem);
    assert.deepEqual(more, []);
  });
}

test("an emoji is one character", () => {
  assert.deepEqual(
    checkBlocks([{ type: "header", text: { type: "plain_text", text: "🚀".repeat(150) } }], []),
    [],
  );
});

test("a header takes no mrkdwn, a text is never empty, and ids are there once", () => {
  const wrong = (blocks: Fields[]) => checkBlocks(blocks, []).join("\n");
  assert.match(wrong([{ type: "header", text: mrkdwn(1) }]), /unsupported type: mrkdwn/);
  assert.match(wrong([section(0)]), /must be more than 0 characters/);
  assert.match(wrong([{ type: "section" }]), /must define either `text` or `fields`/);
  assert.match(wrong([{ type: "blink" }]), /unsupported type: blink/);
  const divider = { type: "divider", block_id: "a" };
  assert.match(wrong([divider, divider]), /`block_id` already exists: a/);
  assert.match(
    wrong(inActions(button({ action_id: "a" }), button({ action_id: "a" }))),
    /`action_id` already exists/,
  );
  assert.match(wrong(inActions(button({ style: "blue" }))), /invalid style: blue/);
  assert.match(wrong(inActions({ type: "plain_text_input" })), /unsupported type: plain_text_input/);
});

test("newer blocks are known only where the workspace takes them", () => {
  const tasks = [{ task_id: "1", title: "build", status: "complete" }];
  const plan = [{ type: "plan", title: "deploy", tasks }];
  assert.match(checkBlocks(plan, []).join(), /unsupported type: plan/);
  assert.deepEqual(checkBlocks(plan, ["plan"]), []);
  const completed = [{ type: "plan", title: "deploy", tasks: [{ ...tasks[0], status: "completed" }] }];
  assert.match(checkBlocks(completed, ["plan"]).join(), /invalid status: completed/);
  const table = (rows: number, columns: number) => ({
    type: "table",
    rows: many(rows, () => many(columns, () => ({ type: "raw_text", text: "x" }))),
  });
  assert.deepEqual(checkBlocks([table(100, 20)], ["table"]), []);
  assert.equal(checkBlocks([table(101, 20)], ["table"]).length, 1);
  assert.equal(checkBlocks([table(1, 21)], ["table"]).length, 1);
  assert.match(checkBlocks([table(1, 1), table(1, 1)], ["table"]).join(), /only_one_table_allowed/);
});

test("all text together may have 13,000 characters", () => {
  assert.equal(areBlocksTooLong([...many(4, () => section(3000)), section(1000)]), false);
  assert.equal(areBlocksTooLong([...many(4, () => section(3000)), section(1001)]), true);
});

test("a modal has limits of its own", () => {
  const modal = (more: Fields) => checkView({ type: "modal", title: plain(24), blocks: [], ...more }, []);
  assert.deepEqual(modal({}), []);
  assert.deepEqual(modal({ title: plain(25) }), [
    "must be less than 25 characters [json-pointer:/view/title/text]",
  ]);
  assert.deepEqual(modal({ private_metadata: "x".repeat(3000) }), []);
  assert.equal(modal({ private_metadata: "x".repeat(3001) }).length, 1);
  assert.deepEqual(modal({ blocks: many(100, () => ({ type: "divider" })) }), []);
  assert.match(
    modal({ blocks: many(101, () => ({ type: "divider" })) }).join(),
    /json-pointer:\/view\/blocks/,
  );
  const input = { type: "input", label: plain(1), element: { type: "plain_text_input" } };
  assert.match(modal({ blocks: [input] }).join(), /missing required field: submit/);
  assert.deepEqual(modal({ blocks: [input], submit: plain(24) }), []);
});

test("the limits are those of slackblocks' limits.json", () => {
  const file = fixture("slack/limits.json");
  for (const [path, value] of Object.entries(limits)) {
    const found = path.split(".").reduce<unknown>((it, key) => fieldsOf(it)[key], file);
    assert.equal(found, value, path);
  }
});

test("what slackblocks calls valid is valid", () => {
  const all = Object.entries(fixture("slack/valid-blocks.json"));
  assert.equal(all.length, 23);
  for (const [name, block] of all) {
    assert.deepEqual(checkBlocks([fieldsOf(block)], ["plan", "task_card", "table"]), [], name);
  }
});
