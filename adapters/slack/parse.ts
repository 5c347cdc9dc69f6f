import type { ButtonAction, OldButton } from "../../src/chat/action.ts";
import { type Fields, fieldsOf, listOf, textOf } from "../../src/chat/platform/json.ts";
import { decodeAction } from "./buttons.ts";
import { typedText } from "./markup.ts";

/** Who speaks, as far as the payload says. */
export interface Speaker {
  readonly user: string;
  /** The workspace of the person, which is another one in a channel shared by Slack Connect. */
  readonly team: string | null;
  readonly name: string | null;
}

/** Where an answer belongs. */
export interface Place {
  readonly from: "slash" | "mention" | "direct" | "click" | "form";
  readonly channel: string | null;
  readonly thread: string | null;
  readonly responseUrl: string | null;
}

interface Asked {
  readonly who: Speaker;
  readonly place: Place;
  /** Slack's own id of this request: the same when it is delivered twice. */
  readonly key: string | null;
  /** Opens one modal, within three seconds. */
  readonly trigger: string | null;
}

export type Input = Asked &
  (
    | { readonly kind: "command"; readonly text: string }
    | { readonly kind: "click"; readonly action: ButtonAction | OldButton }
  );

/** A slash command: `/sy-deploy yoga` and `/switchyard deploy yoga` are both `/deploy yoga`. */
export function parseSlash(body: Fields, prefix: string): Input | null {
  const user = textOf(body["user_id"]);
  if (user === null) {
    return null;
  }
  const name = (textOf(body["command"]) ?? "").replace(/^\//, "");
  const text = typedText(textOf(body["text"]) ?? "").trim();
  const isWhole = name === "switchyard" || name === `${prefix}switchyard`;
  const command = prefix !== "" && name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return {
    kind: "command",
    text: isWhole ? commandText(text) : `/${command} ${text}`.trim(),
    who: { user, team: textOf(body["team_id"]), name: textOf(body["user_name"]) },
    place: {
      from: "slash",
      channel: textOf(body["channel_id"]),
      thread: null,
      responseUrl: textOf(body["response_url"]),
    },
    key: textOf(body["trigger_id"]),
    trigger: textOf(body["trigger_id"]),
  };
}

/**
 * A mention in a channel, or a message to the bot alone. What bots say is left alone, and so are edits: an edit
 * comes as a new event, and correcting a typo must not deploy a second time.
 */
export function parseEvent(body: Fields, botUser: string): Input | null {
  const event = fieldsOf(body["event"]);
  const user = textOf(event["user"]);
  const ts = textOf(event["ts"]);
  const isDirect = event["type"] === "message" && event["channel_type"] === "im";
  const isStrange = ["bot_id", "edited", "subtype", "hidden"].some((key) => event[key] !== undefined);
  if (
    user === null ||
    ts === null ||
    user === botUser ||
    isStrange ||
    !(isDirect || event["type"] === "app_mention")
  ) {
    return null;
  }
  const thread = textOf(event["thread_ts"]);
  return {
    kind: "command",
    text: commandText(withoutMention(textOf(event["text"]) ?? "", botUser)),
    who: { user, team: authorTeam(event), name: null },
    place: {
      from: isDirect ? "direct" : "mention",
      channel: textOf(event["channel"]),
      // A mention in the channel is answered in a thread below it.
      thread: isDirect ? thread : (thread ?? ts),
      responseUrl: null,
    },
    key: textOf(body["event_id"]) ?? ts,
    trigger: null,
  };
}

/** A click on a button of ours; null for any other. */
export function parseClick(body: Fields): Input | null {
  const action = decodeAction(textOf(fieldsOf(listOf(body["actions"])[0])["value"]) ?? "");
  const who = interactor(body);
  if (action === null || who === null) {
    return null;
  }
  const container = fieldsOf(body["container"]);
  const message = fieldsOf(body["message"]);
  const asked: Asked = {
    who,
    place: {
      from: "click",
      channel: textOf(fieldsOf(body["channel"])["id"]) ?? textOf(container["channel_id"]),
      thread: textOf(container["thread_ts"]) ?? textOf(message["thread_ts"]),
      responseUrl: textOf(body["response_url"]),
    },
    key: textOf(body["trigger_id"]),
    trigger: textOf(body["trigger_id"]),
  };
  return { ...asked, kind: "click", action };
}

/** Who clicked or sent a form. */
export function interactor(body: Fields): Speaker | null {
  const person = fieldsOf(body["user"]);
  const user = textOf(person["id"]);
  return user === null
    ? null
    : { user, team: textOf(person["team_id"]), name: textOf(person["name"]) ?? textOf(person["username"]) };
}

/** docs.slack.dev/apis/slack-connect: in a shared channel `team` can be ours while the author's is another. */
export function authorTeam(event: Fields): string | null {
  return textOf(event["user_team"]) ?? textOf(event["source_team"]) ?? textOf(event["team"]);
}

/** From the bot's name on: "hi <@U0> deploy yoga" is `deploy yoga`. */
function withoutMention(text: string, botUser: string): string {
  const mention = new RegExp(`<@${botUser.replaceAll(/[^A-Z0-9]/g, "")}(\\|[^>]*)?>`);
  const at = mention.exec(text);
  const own = at === null ? text : text.slice(at.index + at[0].length);
  return typedText(own.replace(/^[\s:,]+/, "")).replaceAll(/^\s*`+|`+\s*$/g, "");
}

function commandText(text: string): string {
  const typed = text.trim().replace(/^\/?switchyard\b\s*/, "");
  return typed === "" ? "/help" : typed.startsWith("/") ? typed : `/${typed}`;
}
