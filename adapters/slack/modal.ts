import type { types } from "@slack/bolt";
import { commandText } from "../../src/chat/command-text.ts";
import type { HostsTrouble } from "../../src/chat/desk.ts";
import { type Fields, fieldsOf, textOf } from "../../src/chat/platform/json.ts";
import { plainText } from "./buttons.ts";
import { limits } from "./limits.ts";
import { interactor, type Place, type Speaker } from "./parse.ts";

export const deployForm = "switchyard-deploy";

const modes = {
  deploy: "Deploy: build, show, ask, switch",
  "dry-run": "Dry run: build, show what would change",
  "build-only": "Build only",
} as const;

/** The form that /deploy without a host opens. Hosts are null when the fleet could not be read in time; `trouble` says why there are none. */
export function deployModal(
  hosts: readonly string[] | null,
  place: Place,
  trouble: HostsTrouble | null = null,
): types.ModalView {
  const metadata = JSON.stringify({ channel: place.channel, responseUrl: place.responseUrl });
  return {
    type: "modal",
    callback_id: deployForm,
    title: plainText("Deploy", 24, ""),
    submit: plainText("Deploy", 24, ""),
    close: plainText("Close", 24, ""),
    private_metadata: metadata.length <= limits.privateMetadata ? metadata : "{}",
    blocks: [
      input("host", "Host", hostElement(hosts), false, trouble?.message),
      input("mode", "What", modeElement(), false),
      input(
        "ref",
        "Ref",
        textInput("The fleet's usual one", 200),
        true,
        "A branch, tag or revision; . is the working tree.",
      ),
      input("reason", "Reason", textInput("Why; it is shown and kept", 500), true),
    ],
  };
}

/** A menu takes 100 options of 75 characters; a larger fleet is typed. */
function hostElement(hosts: readonly string[] | null): types.StaticSelect | types.PlainTextInput {
  const fits = hosts !== null && hosts.length > 0 && hosts.length <= limits.selectOptions;
  return fits && hosts.every((host) => host.length <= limits.optionText)
    ? {
        type: "static_select",
        action_id: "value",
        placeholder: plainText("Choose a host", 150, ""),
        options: hosts.map((host) => ({ text: plainText(host, limits.optionText, host), value: host })),
      }
    : textInput("The name of a host", 200);
}

function modeElement(): types.StaticSelect {
  const options = Object.entries(modes).map(([value, label]) => ({
    text: plainText(label, limits.optionText, value),
    value,
  }));
  const [first] = options;
  return {
    type: "static_select",
    action_id: "value",
    options,
    ...(first === undefined ? {} : { initial_option: first }),
  };
}

function textInput(placeholder: string, max: number): types.PlainTextInput {
  return {
    type: "plain_text_input",
    action_id: "value",
    max_length: max,
    placeholder: plainText(placeholder, 150, ""),
  };
}

function input(
  id: string,
  label: string,
  element: types.InputBlock["element"],
  optional: boolean,
  hint?: string,
): types.InputBlock {
  return {
    type: "input",
    block_id: id,
    label: plainText(label, 100, ""),
    element,
    optional,
    ...(hint === undefined ? {} : { hint: plainText(hint, 200, "") }),
  };
}

export interface Wanted {
  readonly host: string;
  readonly mode: keyof typeof modes;
  readonly ref: string | null;
  readonly reason: string | null;
}

/** The command that the form says. */
export function deployText({ host, mode, ref, reason }: Wanted): string {
  return commandText("deploy", [host], {
    "dry-run": mode === "dry-run",
    "build-only": mode === "build-only",
    ref,
    reason,
  });
}

export interface Submitted {
  readonly who: Speaker;
  readonly wanted: Wanted;
  readonly place: Place;
  readonly key: string | null;
}

/** Reads a form that was sent; null when it is not ours. */
export function parseSubmission(body: Fields): Submitted | null {
  const view = fieldsOf(body["view"]);
  const who = interactor(body);
  const values = fieldsOf(fieldsOf(view["state"])["values"]);
  const host = filled(values, "host");
  if (view["callback_id"] !== deployForm || who === null || host === null) {
    return null;
  }
  const mode = filled(values, "mode");
  const place = fieldsOf(readJson(textOf(view["private_metadata"]) ?? "{}"));
  return {
    who,
    wanted: {
      host,
      mode: mode === "dry-run" || mode === "build-only" ? mode : "deploy",
      ref: filled(values, "ref"),
      reason: filled(values, "reason"),
    },
    place: {
      from: "form",
      channel: textOf(place["channel"]),
      thread: null,
      responseUrl: textOf(place["responseUrl"]),
    },
    key: textOf(body["trigger_id"]) ?? textOf(view["id"]),
  };
}

function filled(values: Fields, block: string): string | null {
  const element = fieldsOf(fieldsOf(values[block])["value"]);
  const text = textOf(element["value"]) ?? textOf(fieldsOf(element["selected_option"])["value"]);
  return text === null || text.trim() === "" ? null : text.trim();
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
