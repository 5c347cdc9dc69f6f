import type { Delivery } from "../../src/chat/desk.ts";
import { fieldsOf, textOf } from "../../src/chat/platform/json.ts";
import type { Handle, Input, Mention } from "./parse.ts";

/** What of an interaction is kept before it is responded to. */
export function interactionDelivery({ handle, who, ...input }: Exclude<Input, { kind: "typing" }>): Delivery {
  const said =
    input.kind === "command" ? `/${input.name}` : input.kind === "click" ? "your click" : "your word";
  return {
    surface: "discord",
    ids: [handle.id],
    said: said.slice(0, 300),
    user: who.user,
    key: handle.id,
    // A click was acknowledged for the card itself, which is not to be filled with an answer.
    answerTo: { ...handle, fills: input.kind === "command" },
  };
}

export function mentionDelivery({ who, channel, message, text }: Mention): Delivery {
  return {
    surface: "discord",
    ids: [message],
    said: text.slice(0, 300),
    user: who.user,
    key: message,
    answerTo: { channel, message },
  };
}

/** By what an answer that was kept can still be given; null where it is neither. */
export function placeOf(
  answerTo: unknown,
):
  | { readonly handle: Handle; readonly fills: boolean }
  | { readonly channel: string; readonly message: string }
  | null {
  const place = fieldsOf(answerTo);
  const [id, token] = [textOf(place["id"]), textOf(place["token"])];
  const [channel, message] = [textOf(place["channel"]), textOf(place["message"])];
  if (id !== null && token !== null) {
    return { handle: { id, token }, fills: place["fills"] === true };
  }
  return channel === null || message === null ? null : { channel, message };
}
