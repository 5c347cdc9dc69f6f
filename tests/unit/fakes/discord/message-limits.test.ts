import assert from "node:assert/strict";
import { test } from "node:test";
import { checkMessage } from "../../../fakes/discord/check-message.ts";
import { type Fields, fieldsOf, listOf, textOf } from "../../../fakes/slack/json.ts";
import {
  button,
  container,
  display,
  inV2,
  many,
  refusals,
  row,
  text,
  v2,
  withButton,
  withRows,
} from "./bodies.ts";

function message(request: Fields, before?: Fields): string[] {
  const body = (it: Fields) => ({
    content: textOf(it["content"]) ?? "",
    embeds: listOf(it["embeds"]).map(fieldsOf),
    components: listOf(it["components"]).map(fieldsOf),
    attachments: [],
    flags: Number(it["flags"] ?? 0),
  });
  const after = body({ ...before, ...request });
  return refusals(() => checkMessage(request, after, before && body(before)));
}

const embed = (more: Fields) => ({ embeds: [more] });
const option = (more: Fields = {}) => ({ label: "x", value: "x", ...more });
const select = (more: Fields) => withRows(row({ type: 3, custom_id: "x", options: [option()], ...more }));

/** What just fits, and where it is refused when it is one more. */
const sizes: [name: string, max: number, make: (size: number) => Fields, refused: string][] = [
  ["content", 2000, (size) => ({ content: text(size) }), "content BASE_TYPE_BAD_LENGTH"],
  ["nonce", 25, (size) => ({ content: "x", nonce: text(size) }), "nonce BASE_TYPE_BAD_LENGTH"],
  ["embeds", 10, (size) => ({ embeds: many(size, () => ({ title: "x" })) }), "embeds BASE_TYPE_BAD_LENGTH"],
  ["title", 256, (size) => embed({ title: text(size) }), "embeds.0.title BASE_TYPE_BAD_LENGTH"],
  [
    "description",
    4096,
    (size) => embed({ description: text(size) }),
    "embeds.0.description BASE_TYPE_BAD_LENGTH",
  ],
  [
    "footer",
    2048,
    (size) => embed({ footer: { text: text(size) } }),
    "embeds.0.footer.text BASE_TYPE_BAD_LENGTH",
  ],
  [
    "author",
    256,
    (size) => embed({ author: { name: text(size) } }),
    "embeds.0.author.name BASE_TYPE_BAD_LENGTH",
  ],
  [
    "fields",
    25,
    (size) => embed({ fields: many(size, () => ({ name: "x", value: "x" })) }),
    "embeds.0.fields BASE_TYPE_BAD_LENGTH",
  ],
  [
    "field name",
    256,
    (size) => embed({ fields: [{ name: text(size), value: "x" }] }),
    "embeds.0.fields.0.name BASE_TYPE_BAD_LENGTH",
  ],
  [
    "field value",
    1024,
    (size) => embed({ fields: [{ name: "x", value: text(size) }] }),
    "embeds.0.fields.0.value BASE_TYPE_BAD_LENGTH",
  ],
  [
    "all embeds",
    6000,
    (size) => ({ embeds: [{ description: text(4000) }, { description: text(size - 4000) }] }),
    "embeds MAX_EMBED_SIZE_EXCEEDED",
  ],
  [
    "rows",
    5,
    (size) => withRows(...many(size, (it) => row(button({ custom_id: `${it}` })))),
    "components BASE_TYPE_BAD_LENGTH",
  ],
  [
    "buttons in a row",
    5,
    (size) => withRows(row(...many(size, (it) => button({ custom_id: `${it}` })))),
    "components.0.components BASE_TYPE_BAD_LENGTH",
  ],
  [
    "label",
    80,
    (size) => withButton({ label: text(size) }),
    "components.0.components.0.label BASE_TYPE_BAD_LENGTH",
  ],
  [
    "custom_id",
    100,
    (size) => withButton({ custom_id: text(size) }),
    "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH",
  ],
  [
    "options",
    25,
    (size) => select({ options: many(size, (it) => option({ value: `${it}` })) }),
    "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
  ],
  [
    "option label",
    100,
    (size) => select({ options: [option({ label: text(size) })] }),
    "components.0.components.0.options.0.label BASE_TYPE_BAD_LENGTH",
  ],
  [
    "option value",
    100,
    (size) => select({ options: [option({ value: text(size) })] }),
    "components.0.components.0.options.0.value BASE_TYPE_BAD_LENGTH",
  ],
  [
    "placeholder",
    150,
    (size) => select({ placeholder: text(size) }),
    "components.0.components.0.placeholder BASE_TYPE_BAD_LENGTH",
  ],
  [
    "all components, nested ones too",
    40,
    (size) => inV2({ type: 17, components: many(size - 1, () => ({ type: 14 })) }),
    "components BASE_TYPE_MAX_LENGTH",
  ],
  [
    "all text of components",
    4000,
    (size) => inV2(display(text(3000)), { type: 17, components: [display(text(size - 3000))] }),
    "components COMPONENT_MAX_TOTAL_TEXT_LENGTH",
  ],
  [
    "texts in a section",
    3,
    (size) => inV2({ type: 9, components: many(size, () => display("x")), accessory: button() }),
    "components.0.components BASE_TYPE_BAD_LENGTH",
  ],
];

for (const [name, max, make, refused] of sizes) {
  test(`${name}: ${max} fit into a message, and no more`, () => {
    assert.deepEqual(message(make(max)), []);
    assert.ok(message(make(max + 1)).includes(refused), message(make(max + 1)).join("; "));
  });
}

/** A message that is fine, and one that is not. */
const pairs: [name: string, fine: Fields, wrong: Fields, refused: string][] = [
  ["an empty message", { content: "x" }, { content: "" }, "50006"],
  [
    "a button needs something to show",
    withButton({}),
    withButton({ label: undefined }),
    "components.0.components.0 BUTTON_COMPONENT_INVALID",
  ],
  [
    "a button needs an id",
    withButton({}),
    withButton({ custom_id: undefined }),
    "components.0.components.0.custom_id BASE_TYPE_REQUIRED",
  ],
  [
    "a link has no id",
    withButton({ style: 5, custom_id: undefined, url: "https://x.example" }),
    withButton({ style: 5, url: "https://x.example" }),
    "components.0.components.0 BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
  ],
  [
    "ids are unique",
    withRows(row(button()), row(button({ custom_id: "y" }))),
    withRows(row(button()), row(button())),
    "components COMPONENT_CUSTOM_ID_DUPLICATED",
  ],
  [
    "numbers are unique",
    withRows(row(button({ id: 5 }), button({ id: 6, custom_id: "y" }))),
    withRows(row(button({ id: 5 }), button({ id: 5, custom_id: "y" }))),
    "components COMPONENT_ID_DUPLICATED",
  ],
  [
    "a menu fills its row",
    select({}),
    withRows(row({ type: 3, custom_id: "m", options: [option()] }, button())),
    "components.0.components COMPONENT_LAYOUT_WIDTH_EXCEEDED",
  ],
  [
    "a menu's values are unique",
    select({ options: [option(), option({ value: "y" })] }),
    select({ options: [option(), option()] }),
    "components.0.components.0.options SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
  ],
  [
    "no more can be chosen than there is",
    select({ options: [option(), option({ value: "y" })], max_values: 2 }),
    select({ max_values: 2 }),
    "components.0.components.0 SELECT_COMPONENT_MAX_VALUES",
  ],
  ["a button stands in a row", withButton({}), withRows(button()), "components.0.type UNION_TYPE_CHOICES"],
  [
    "new components need the flag",
    inV2(display("x")),
    withRows(display("x")),
    "components.0.type UNION_TYPE_CHOICES",
  ],
  [
    "a container holds no container",
    inV2(container(display("x"))),
    inV2(container(container(display("x")))),
    "components.0.components.0.type UNION_TYPE_CHOICES",
  ],
  [
    "with the flag there is no content",
    inV2(display("x")),
    { ...inV2(display("x")), content: "x" },
    "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
  ],
  [
    "with the flag there are no embeds",
    inV2(display("x")),
    { ...inV2(display("x")), embeds: [{ title: "x" }] },
    "embeds MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
  ],
  [
    "mentions are parsed or listed",
    { content: "x", allowed_mentions: { parse: ["roles"], users: ["1"] } },
    { content: "x", allowed_mentions: { parse: ["users"], users: ["1"] } },
    "allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
  ],
];

for (const [name, fine, wrong, refused] of pairs) {
  test(`messages: ${name}`, () => {
    assert.deepEqual(message(fine), []);
    assert.ok(message(wrong).includes(refused), message(wrong).join("; "));
  });
}

test("an edit cannot take the flag of new components away, and one that sets it has to empty the old fields", () => {
  const before = inV2(display("x"));
  assert.deepEqual(message({ components: [display("y")] }, before), []);
  assert.deepEqual(message({ flags: v2 }, before), []);
  assert.ok(message({ flags: 0 }, before).includes("flags MESSAGE_COMPONENTS_V2_FLAG_REMOVED"));
  const old = { content: "x" };
  assert.deepEqual(message({ ...inV2(display("y")), content: "" }, old), []);
  assert.deepEqual(message(inV2(display("y")), old), [
    "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
  ]);
});
