import { type Fields, fieldsOf, textOf } from "../../src/chat/platform/json.ts";

/**
 * All names of one delivery. Slack repeats an event with its event id in a new envelope, and a mention in a shared
 * channel can come as two events of one message.
 */
export function deliveryIds(body: Fields, envelope: unknown): string[] {
  const event = fieldsOf(body["event"]);
  const isMessage = event["type"] === "app_mention" || event["type"] === "message";
  const ts = textOf(event["ts"]);
  const ids = {
    envelope: textOf(envelope),
    event: textOf(body["event_id"]),
    trigger: textOf(body["trigger_id"]),
    message: isMessage && ts !== null ? `${textOf(event["channel"]) ?? ""}/${ts}` : null,
  };
  return Object.entries(ids).flatMap(([kind, id]) => (id === null ? [] : [`${kind}:${id}`]));
}
