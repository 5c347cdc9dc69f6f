import { type Fields, fieldsOf, textOf } from "./json.ts";

/** Remembers the last things that came, so that what comes twice is noticed. */
export function createSeen(most: number): (ids: readonly string[]) => boolean {
  const known = new Set<string>();
  return (ids) => {
    const isKnown = ids.some((id) => known.has(id));
    for (const id of ids) {
      known.delete(id);
      known.add(id);
    }
    for (const id of known) {
      if (known.size <= most) {
        break;
      }
      known.delete(id);
    }
    return isKnown;
  };
}

/**
 * All names of one delivery. Slack repeats an event with its event id in a new envelope, and a mention in a shared
 * channel can come as two events of one message.
 */
export function deliveryIds(body: Fields, envelope: unknown): string[] {
  const event = fieldsOf(body["event"]);
  const isMessage = event["type"] === "app_mention" || event["type"] === "message";
  const ids = {
    envelope: textOf(envelope),
    event: textOf(body["event_id"]),
    trigger: textOf(body["trigger_id"]),
    message:
      isMessage && textOf(event["ts"]) !== null ? `${String(event["channel"])}/${String(event["ts"])}` : null,
  };
  return Object.entries(ids).flatMap(([kind, id]) => (id === null ? [] : [`${kind}:${id}`]));
}
