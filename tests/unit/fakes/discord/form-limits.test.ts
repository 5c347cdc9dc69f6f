import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCommands } from "../../../fakes/discord/check-commands.ts";
import { checkChoices, checkModal } from "../../../fakes/discord/check-form.ts";
import type { Fields } from "../../../fakes/slack/json.ts";
import { button, display, input, label, many, modal, named, refusals, row, text } from "./bodies.ts";

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
