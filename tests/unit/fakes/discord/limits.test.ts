import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageFlags } from "discord.js";
import { ApiError } from "../../../fakes/discord/api.ts";
import { checkCommands } from "../../../fakes/discord/check-commands.ts";
import { checkChoices, checkModal } from "../../../fakes/discord/check-form.ts";
import { checkMessage } from "../../../fakes/discord/check-message.ts";
import { createValidator } from "../../../fakes/discord/validate.ts";
import { type Fields, fieldsOf, listOf, textOf } from "../../../fakes/slack/json.ts";

const text = (length: number) => "x".repeat(length);
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

/** Where and with which word it is refused; nothing when it is taken. */
function refusals(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    assert.ok(error instanceof ApiError);
    const found = error.problems.map((it) => `${it.at.join(".")} ${it.code}`);
    return found.length > 0 ? found : [String(error.code)];
  }
}

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

const v2 = MessageFlags.IsComponentsV2;
const button = (more: Fields = {}) => ({ type: 2, style: 1, label: "x", custom_id: "x", ...more });
const row = (...components: Fields[]) => ({ type: 1, components });
const withRows = (...components: Fields[]) => ({ content: "x", components });
const withButton = (more: Fields) => withRows(row(button(more)));
const display = (content: string) => ({ type: 10, content });
const inV2 = (...components: Fields[]) => ({ flags: v2, components });
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

const container = (...components: Fields[]) => ({ type: 17, components });

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

const input = (more: Fields = {}) => ({ type: 4, style: 1, custom_id: "x", ...more });
const label = (component: Fields, more: Fields = {}) => ({ type: 18, label: "x", component, ...more });
const modal = (more: Fields = {}) => ({ custom_id: "x", title: "x", components: [label(input())], ...more });
const withInput = (more: Fields) => modal({ components: [label(input(more))] });

const forms: [name: string, fine: Fields, wrong: Fields, refused: string][] = [
  ["title", modal({ title: text(45) }), modal({ title: text(46) }), "data.title BASE_TYPE_BAD_LENGTH"],
  [
    "custom_id",
    modal({ custom_id: text(100) }),
    modal({ custom_id: "" }),
    "data.custom_id BASE_TYPE_BAD_LENGTH",
  ],
  [
    "components",
    modal({ components: many(5, (it) => label(input({ custom_id: `${it}` }))) }),
    modal({ components: many(6, (it) => label(input({ custom_id: `${it}` }))) }),
    "data.components BASE_TYPE_BAD_LENGTH",
  ],
  [
    "label",
    modal({ components: [label(input(), { label: text(45) })] }),
    modal({ components: [label(input(), { label: text(46) })] }),
    "data.components.0.label BASE_TYPE_BAD_LENGTH",
  ],
  [
    "the old way has its label inside",
    modal({ components: [row(input({ label: "x" }))] }),
    modal({ components: [row(input())] }),
    "data.components.0.components.0.label BASE_TYPE_REQUIRED",
  ],
  [
    "the new way has it outside",
    withInput({}),
    withInput({ label: "x" }),
    "data.components.0.component.label COMPONENT_LABEL_NOT_ALLOWED",
  ],
  [
    "value",
    withInput({ value: text(4000) }),
    withInput({ value: text(4001) }),
    "data.components.0.component.value BASE_TYPE_BAD_LENGTH",
  ],
  [
    "placeholder",
    withInput({ placeholder: text(100) }),
    withInput({ placeholder: text(101) }),
    "data.components.0.component.placeholder BASE_TYPE_BAD_LENGTH",
  ],
  [
    "style",
    withInput({ style: 2 }),
    withInput({ style: 3 }),
    "data.components.0.component.style BASE_TYPE_CHOICES",
  ],
  [
    "lengths",
    withInput({ min_length: 2, max_length: 2 }),
    withInput({ min_length: 3, max_length: 2 }),
    "data.components.0.component.max_length NUMBER_TYPE_MAX",
  ],
  [
    "unique ids",
    modal({ components: [label(input()), label(input({ custom_id: "y" }))] }),
    modal({ components: [label(input()), label(input())] }),
    "components COMPONENT_CUSTOM_ID_DUPLICATED",
  ],
  [
    "no buttons",
    modal({ components: [display("x")] }),
    modal({ components: [row(button())] }),
    "data.components.0.components.0.type UNION_TYPE_CHOICES",
  ],
];

for (const [name, fine, wrong, refused] of forms) {
  test(`forms: ${name}`, () => {
    assert.deepEqual(
      refusals(() => checkModal(fine)),
      [],
    );
    const found = refusals(() => checkModal(wrong));
    assert.ok(found.includes(refused), found.join("; "));
  });
}

test("forms: what is offered to somebody who types", () => {
  const offer = (count: number, name: string, value: unknown) =>
    refusals(() => checkChoices(many(count, () => ({ name, value }))));
  assert.deepEqual(offer(25, text(100), text(100)), []);
  assert.deepEqual(offer(0, "", ""), []);
  assert.deepEqual(offer(26, "x", 5), ["data.choices BASE_TYPE_BAD_LENGTH"]);
  assert.deepEqual(offer(1, "", "x"), ["data.choices.0.name BASE_TYPE_BAD_LENGTH"]);
  assert.deepEqual(offer(1, "x", text(101)), ["data.choices.0.value BASE_TYPE_BAD_LENGTH"]);
});

const named = (name: string, more: Fields = {}) => ({ name, description: "x", ...more });
const withOptions = (...options: Fields[]) => [named("x", { options })];
const typed = (name: string, more: Fields = {}) => ({ type: 3, ...named(name, more) });

const commands: [name: string, fine: Fields[], wrong: Fields[], refused: string][] = [
  ["lower case", [named("build-all")], [named("Build")], "0.name APPLICATION_COMMAND_INVALID_NAME"],
  ["letters of any script", [named("gerät_1")], [named("a b")], "0.name APPLICATION_COMMAND_INVALID_NAME"],
  ["length of a name", [named(text(32))], [named(text(33))], "0.name APPLICATION_COMMAND_INVALID_NAME"],
  [
    "unique names",
    [named("a"), named("b")],
    [named("a"), named("a")],
    "commands APPLICATION_COMMANDS_DUPLICATE_NAME",
  ],
  [
    "description",
    [named("x", { description: text(100) })],
    [named("x", { description: text(101) })],
    "0.description BASE_TYPE_BAD_LENGTH",
  ],
  ["no description", [named("x")], [named("x", { description: "" })], "0.description BASE_TYPE_BAD_LENGTH"],
  [
    "options",
    withOptions(...many(25, (it) => typed(`${it}`))),
    withOptions(...many(26, (it) => typed(`${it}`))),
    "0.options BASE_TYPE_BAD_LENGTH",
  ],
  [
    "required options first",
    withOptions(typed("a", { required: true }), typed("b")),
    withOptions(typed("a"), typed("b", { required: true })),
    "0.options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
  ],
  [
    "unique options",
    withOptions(typed("a"), typed("b")),
    withOptions(typed("a"), typed("a")),
    "0.options APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
  ],
  [
    "subcommands or options",
    withOptions({ type: 1, ...named("a") }),
    withOptions({ type: 1, ...named("a") }, typed("b")),
    "0.options APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
  ],
  [
    "choices",
    withOptions(typed("a", { choices: many(25, (it) => ({ name: "x", value: `${it}` })) })),
    withOptions(typed("a", { choices: many(26, (it) => ({ name: "x", value: `${it}` })) })),
    "0.options.0.choices BASE_TYPE_BAD_LENGTH",
  ],
  [
    "choices or completion",
    withOptions(typed("a", { autocomplete: true })),
    withOptions(typed("a", { autocomplete: true, choices: [{ name: "x", value: "x" }] })),
    "0.options.0.autocomplete APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES",
  ],
  [
    "how many",
    many(100, (it) => named(`${it}`)),
    many(101, (it) => named(`${it}`)),
    "commands BASE_TYPE_BAD_LENGTH",
  ],
];

for (const [name, fine, wrong, refused] of commands) {
  test(`commands: ${name}`, () => {
    assert.deepEqual(
      refusals(() => checkCommands(fine)),
      [],
    );
    const found = refusals(() => checkCommands(wrong));
    assert.ok(found.includes(refused), found.join("; "));
  });
}

test("commands: 8,000 characters in all", () => {
  const choices = many(20, (it) => ({ name: `${it}`.padStart(2, "0"), value: text(95) }));
  const command = (description: string) =>
    withOptions(...["a", "b", "c", "d"].map((name) => typed(name, { description, choices })));
  // The command has 2, its four options 1 + description + 20 * 97 each.
  assert.deepEqual(
    refusals(() => checkCommands(command(text(58)))),
    [],
  );
  assert.deepEqual(
    refusals(() => checkCommands(command(text(59)))),
    ["0 APPLICATION_COMMAND_TOO_LARGE"],
  );
});

const validator = createValidator();
const skip = validator.isOff ?? false;
const at = (operation: string, body: unknown, query = {}) =>
  validator.check(operation, body, query).map((it) => it.at.join("."));

test("the description of the API is looked at with each component by its type", { skip }, () => {
  const post = (...components: Fields[]) => at("create_message", { components });
  assert.deepEqual(post(row(button()), container(display("x"), row(button()))), []);
  assert.deepEqual(post(row(button({ label: 5 }))), ["components.0.components.0.label"]);
  assert.deepEqual(post(row(button({ style: 9 }))), ["components.0.components.0.style"]);
  assert.deepEqual(post(container(row(button({ url: "no address" })))), [
    "components.0.components.0.components.0.url",
  ]);
  assert.deepEqual(post({ type: 99 }), ["components.0.type"]);
  assert.deepEqual(post({ type: 9, components: [display("x")] }), ["components.0.accessory"]);
  assert.deepEqual(post({}), ["components.0.type"]);
});

test("the description of the API is looked at for every kind of response, and for queries", { skip }, () => {
  const respond = (body: object) => at("create_interaction_response", body);
  assert.deepEqual(respond({ type: 9, data: modal() }), []);
  assert.deepEqual(respond({ type: 9, data: { custom_id: "x", title: "x" } }), ["data.components"]);
  assert.deepEqual(respond({ type: 8, data: { choices: [] } }), []);
  assert.deepEqual(respond({ type: 4, data: { content: 5 } }), ["data.content"]);
  assert.deepEqual(respond({ type: 3 }), ["type"]);
  assert.deepEqual(at("list_messages", undefined, { limit: "5", before: "12" }), []);
  assert.deepEqual(at("list_messages", undefined, { limit: "0", before: "x" }), ["before", "limit"]);
  assert.deepEqual(
    at("bulk_set_guild_application_commands", [named("x", { default_member_permissions: "8" })]),
    [],
  );
  assert.deepEqual(at("update_channel", { archived: "yes" }), ["archived"]);
});
