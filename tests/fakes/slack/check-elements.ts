import { checkConfirm, checkOptionGroups, checkOptions, type Problems } from "./check-text.ts";
import { type Fields, fieldsOf, isFields } from "./json.ts";
import { limits } from "./limits.ts";

type Check = (element: Fields, at: string, problems: Problems) => void;

const isPlain = true;
const isOptional = true;

function checkPlaceholder(element: Fields, at: string, problems: Problems): void {
  const max = limits["select.placeholder.max_length"];
  problems.text(element["placeholder"], `${at}/placeholder`, max, { isPlain, isOptional });
}

const checkSelect: Check = (element, at, problems) => {
  checkPlaceholder(element, at, problems);
  const { type, options, option_groups } = element;
  if (type !== "static_select" && type !== "multi_static_select") {
    return;
  }
  if ((options === undefined) === (option_groups === undefined)) {
    problems.add("must define either `options` or `option_groups`", at);
  } else if (options !== undefined) {
    checkOptions(options, `${at}/options`, limits["select.options.max_items"], problems);
  } else {
    checkOptionGroups(option_groups, `${at}/option_groups`, problems);
  }
};

const withOptions =
  (max: number): Check =>
  (element, at, problems) =>
    checkOptions(element["options"], `${at}/options`, max, problems);

const checkButton: Check = (button, at, problems) => {
  problems.text(button["text"], `${at}/text`, limits["button.text.max_length"], { isPlain });
  problems.length(button["value"], `${at}/value`, limits["button.value.max_length"]);
  problems.length(button["url"], `${at}/url`, limits["button.url.max_length"]);
  const label = "accessibility_label";
  problems.length(button[label], `${at}/${label}`, limits["button.accessibility_label.max_length"]);
  if (!["primary", "danger", undefined].includes(button["style"] as string | undefined)) {
    problems.add(`invalid style: ${String(button["style"])}`, `${at}/style`);
  }
};

const checkInput: Check = (input, at, problems) => {
  checkPlaceholder(input, at, problems);
  const max = Number(input["max_length"] ?? 0);
  if (max > limits["plain_text_input.max_length.max"]) {
    problems.add(`must be less than ${limits["plain_text_input.max_length.max"] + 1}`, `${at}/max_length`);
  }
};

const buttons: Record<string, Check> = { button: checkButton, workflow_button: checkButton };

const selects = Object.fromEntries(
  ["static", "external", "users", "conversations", "channels"].flatMap((kind) => [
    [`${kind}_select`, checkSelect],
    [`multi_${kind}_select`, checkSelect],
  ]),
);

const pickers: Record<string, Check> = {
  ...selects,
  checkboxes: withOptions(limits["checkboxes.options.max_items"]),
  radio_buttons: withOptions(limits["radio_buttons.options.max_items"]),
  datepicker: checkPlaceholder,
  timepicker: checkPlaceholder,
  datetimepicker: () => {},
};

const typed: Record<string, Check> = {
  plain_text_input: checkInput,
  number_input: checkInput,
  email_text_input: checkInput,
  url_text_input: checkInput,
  rich_text_input: checkInput,
  file_input: () => {},
};

export const checkImage: Check = (image, at, problems) => {
  if ((image["image_url"] === undefined) === (image["slack_file"] === undefined)) {
    problems.add("must define either `image_url` or `slack_file`", at);
  }
  problems.length(image["image_url"], `${at}/image_url`, limits["image.image_url.max_length"], 1);
  if (image["alt_text"] === undefined) {
    problems.add("missing required field: alt_text", at);
  }
  problems.length(image["alt_text"], `${at}/alt_text`, limits["image.alt_text.max_length"]);
};

const overflow = { overflow: withOptions(limits["overflow.options.max_items"]) };

/** What may stand where. */
export const places = {
  actions: { ...buttons, ...pickers, ...overflow },
  accessory: { ...buttons, ...pickers, ...overflow, image: checkImage },
  input: { ...pickers, ...typed },
} satisfies Record<string, Record<string, Check>>;

export function checkElement(
  element: unknown,
  at: string,
  place: keyof typeof places,
  problems: Problems,
): void {
  const { type, confirm, action_id } = fieldsOf(element);
  const checks: Record<string, Check> = places[place];
  const check = checks[String(type)];
  if (!isFields(element) || check === undefined) {
    problems.add(`unsupported type: ${String(type)}`, `${at}/type`);
    return;
  }
  check(element, at, problems);
  checkConfirm(confirm, `${at}/confirm`, problems);
  problems.length(action_id, `${at}/action_id`, limits["action_id.max_length"], 1);
}
