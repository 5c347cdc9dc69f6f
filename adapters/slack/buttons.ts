import type { types } from "@slack/bolt";
import {
  type ButtonAction,
  decodeAction as decode,
  encodeAction as encode,
  type OldButton,
} from "../../src/chat/action.ts";
import type { Button } from "../../src/chat/blocks.ts";
import { limits } from "./limits.ts";
import { escapeTo } from "./text.ts";

/** A button carries ids or a request, nothing else: what it means is looked up when it is clicked. */
export function encodeAction(action: ButtonAction): string {
  return escapeValue(encode(action));
}

/** Null for what no button of ours can carry. */
export function decodeAction(value: string): ButtonAction | OldButton | null {
  return decode(unescapeValue(value));
}

/** Slack gives back some strings with entities in them, so a value has no character that could become one. */
function escapeValue(text: string): string {
  return text.toWellFormed().replaceAll(/[%&<>]/g, encodeURIComponent);
}

function unescapeValue(text: string): string {
  return text.replaceAll(/%(25|26|3C|3E)/g, decodeURIComponent);
}

/** What is to be confirmed in Slack's own dialog. */
const alarming = "Are you sure? Look once more at what it will change.";

/** Buttons in rows of at most `most`; one whose command is too long for Slack is left out, it can be typed. */
export function actionBlocks(buttons: readonly Button[], about: string, most: number): types.ActionsBlock[] {
  const elements = buttons.flatMap((button, index) => element(button, index, about)).slice(0, most);
  return elements.length === 0 ? [] : [{ type: "actions", elements }];
}

function element(button: Button, index: number, about: string): types.Button[] {
  const value = encodeAction(button.action);
  if (value.length > limits.buttonValue) {
    return [];
  }
  const label = plainText(button.label, limits.buttonText, "…");
  return [
    {
      type: "button",
      action_id: `${button.action.kind}-${index}`,
      text: label,
      value,
      ...(button.style === "plain" ? {} : { style: button.style }),
      ...(button.style === "danger"
        ? {
            confirm: {
              title: plainText(button.label, limits.confirmTitle, "Sure?"),
              text: plainText(`${about}${about === "" ? "" : "\n"}${alarming}`, limits.confirmText, alarming),
              confirm: plainText(button.label, limits.confirmButton, "Yes"),
              deny: plainText("Not now", limits.confirmButton, "No"),
              style: "danger",
            },
          }
        : {}),
    },
  ];
}

/** Not a colon code becomes an emoji in it, and nothing markup. */
export function plainText(text: string, max: number, empty: string): types.PlainTextElement {
  const shown = escapeTo(text, max);
  return { type: "plain_text", text: shown === "" ? empty : shown, emoji: false };
}
