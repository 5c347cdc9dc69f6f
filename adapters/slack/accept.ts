import type { Deliveries, Delivery } from "../../src/chat/desk.ts";
import { type Fields, fieldsOf, textOf } from "../../src/chat/platform/json.ts";
import { deliveryIds } from "./delivery-ids.ts";
import { deployText, parseSubmission } from "./modal.ts";
import { type Input, type Place, parseClick, parseEvent, parseSlash } from "./parse.ts";

/** What of a payload is kept before it is acknowledged. */
export function deliveryOf(body: Fields, envelope: unknown, prefix: string, botUser: string): Delivery {
  const ids = deliveryIds(body, envelope);
  const asked = askedBy(body, prefix, botUser);
  const none = { surface: "slack", ids, said: null, user: null, key: null, answerTo: null };
  return asked === null
    ? none
    : { ...none, said: asked.said, user: asked.user, key: asked.key, answerTo: asked.place };
}

/** Accepts it: false for one that came before. What has no id cannot come twice. */
export function acceptBody(
  deliveries: Deliveries,
  body: Fields,
  envelope: unknown,
  prefix: string,
  botUser: string,
): Promise<boolean> {
  const delivery = deliveryOf(body, envelope, prefix, botUser);
  return delivery.ids.length === 0 ? Promise.resolve(true) : deliveries.accept(delivery);
}

/** The place in an answer that was kept; null where it is not one. */
export function placeOf(answerTo: unknown): Place | null {
  const place = fieldsOf(answerTo);
  const from = (["slash", "mention", "direct", "click", "form"] as const).find(
    (one) => one === place["from"],
  );
  return from === undefined
    ? null
    : {
        from,
        channel: textOf(place["channel"]),
        thread: textOf(place["thread"]),
        responseUrl: textOf(place["responseUrl"]),
      };
}

interface Asked {
  readonly said: string;
  readonly user: string;
  readonly key: string | null;
  readonly place: Place;
}

function askedBy(body: Fields, prefix: string, botUser: string): Asked | null {
  if (body["command"] !== undefined) {
    return wordsOf(parseSlash(body, prefix));
  }
  switch (body["type"]) {
    case "event_callback":
      return wordsOf(parseEvent(body, botUser));
    case "block_actions":
      return wordsOf(parseClick(body));
    case "view_submission": {
      const form = parseSubmission(body);
      return form === null
        ? null
        : { said: deployText(form.wanted), user: form.who.user, key: form.key, place: form.place };
    }
    default:
      return null;
  }
}

function wordsOf(input: Input | null): Asked | null {
  if (input === null) {
    return null;
  }
  const said = input.kind === "command" ? input.text : "your click";
  return { said: said.slice(0, 300), user: input.who.user, key: input.key, place: input.place };
}
