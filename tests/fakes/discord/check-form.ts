import { ComponentType as Type } from "discord.js";
import { type Fields, fieldsOf, isFields, listOf } from "../slack/json.ts";
import { checkIds, checkStringSelect } from "./check-components.ts";
import { componentLimits, formLimits as limits } from "./limits.ts";
import { Problems } from "./problems.ts";
import { allIn } from "./settle-components.ts";

/** Refuses a form that Discord would refuse. */
export function checkModal(modal: Fields): void {
  const problems = new Problems();
  problems.required(modal["custom_id"], "data.custom_id", componentLimits.customId);
  problems.required(modal["title"], "data.title", limits.title);
  problems.required(modal["components"], "data.components", limits.components);
  const components = listOf(modal["components"]).map(fieldsOf);
  for (const [index, component] of components.entries()) {
    checkTop(component, `data.components.${index}`, problems);
  }
  checkIds(components.flatMap(allIn), problems);
  problems.throwIfAny();
}

function checkTop(component: Fields, at: string, problems: Problems): void {
  switch (component["type"]) {
    case Type.Label:
      problems.required(component["label"], `${at}.label`, limits.label);
      problems.length(component["description"], `${at}.description`, limits.labelDescription, 1);
      checkInput(fieldsOf(component["component"]), `${at}.component`, problems);
      problems.addIf(
        isFields(component["component"]) && fieldsOf(component["component"])["label"] !== undefined,
        `${at}.component.label`,
        "COMPONENT_LABEL_NOT_ALLOWED",
        "A text input in a label has no label of its own",
      );
      return;
    case Type.ActionRow: {
      // The old way: one text input in each row, with its label.
      problems.required(component["components"], `${at}.components`, 1);
      const input = fieldsOf(listOf(component["components"])[0]);
      problems.required(input["label"], `${at}.components.0.label`, limits.label);
      problems.addIf(
        input["type"] !== Type.TextInput,
        `${at}.components.0.type`,
        "UNION_TYPE_CHOICES",
        'Value of field "type" must be one of (4).',
      );
      checkInput(input, `${at}.components.0`, problems);
      return;
    }
    case Type.TextDisplay:
      problems.required(component["content"], `${at}.content`, componentLimits.textInAll);
      return;
    default:
      problems.add(
        `${at}.type`,
        "UNION_TYPE_CHOICES",
        `Value of field "type" must be one of (${[Type.ActionRow, Type.TextDisplay, Type.Label].join(", ")}).`,
      );
  }
}

function checkInput(input: Fields, at: string, problems: Problems): void {
  problems.required(input["custom_id"], `${at}.custom_id`, componentLimits.customId);
  if (input["type"] === Type.StringSelect) {
    checkStringSelect(input, at, problems);
  }
  if (input["type"] !== Type.TextInput) {
    return;
  }
  const { style, value, placeholder, min_length, max_length } = input;
  problems.length(value, `${at}.value`, limits.inputValue);
  problems.length(placeholder, `${at}.placeholder`, limits.inputPlaceholder);
  problems.addIf(
    style !== 1 && style !== 2,
    `${at}.style`,
    "BASE_TYPE_CHOICES",
    "Value must be one of (1, 2).",
  );
  const least = Number(min_length ?? 0);
  const most = Number(max_length ?? limits.inputValue);
  problems.addIf(
    least < 0 || most < 1 || least > most || most > limits.inputValue,
    `${at}.max_length`,
    "NUMBER_TYPE_MAX",
    `int value should be between 1 and ${limits.inputValue}, and not below min_length.`,
  );
}

/** Refuses what may not be offered to somebody who types. */
export function checkChoices(choices: unknown): void {
  const problems = new Problems();
  problems.required(choices, "data.choices", limits.choices, 0);
  for (const [index, { name, value }] of listOf(choices).map(fieldsOf).entries()) {
    problems.required(name, `data.choices.${index}.name`, limits.choiceName);
    problems.required(value, `data.choices.${index}.value`, limits.choiceValue);
  }
  problems.throwIfAny();
}
