import { DeliveryError, type DeliveryFailure } from "../../src/chat/channel.ts";
import { fieldsOf, listOf, textOf } from "../../src/chat/platform/json.ts";

/** Told by its code and not by its class, so that this needs no import of the SDK. */
export interface SlackError {
  /** Slack's own word, such as `channel_not_found`; null when Slack did not get to answer. */
  readonly word: string | null;
  /** Milliseconds. */
  readonly retryAfter: number | null;
  readonly message: string;
}

export function slackError(error: unknown): SlackError {
  const fields = fieldsOf(error);
  const data = fieldsOf(fields["data"]);
  const metadata = fieldsOf(data["response_metadata"]);
  const seconds = fields["retryAfter"] ?? metadata["retryAfter"];
  const isLimited = fields["code"] === "slack_webapi_rate_limited_error";
  const word = isLimited ? "ratelimited" : textOf(data["error"]);
  const needed = textOf(data["needed"]);
  const problems = listOf(metadata["messages"]).slice(0, 3).map(String);
  const said = error instanceof Error ? error.message : String(error);
  return {
    word,
    retryAfter: typeof seconds === "number" ? seconds * 1_000 : null,
    message: [word ?? said, ...(needed === null ? [] : [`needs ${needed}`]), ...problems]
      .join(": ")
      .slice(0, 500),
  };
}

export function reasonOf(error: unknown): string {
  return slackError(error).message;
}

const failures: Readonly<Record<string, DeliveryFailure>> = {
  ratelimited: "rate-limited",
  rate_limited: "rate-limited",
  message_not_found: "gone",
  cant_update_message: "gone",
  thread_not_found: "gone",
  channel_not_found: "permanent",
  not_in_channel: "permanent",
  is_archived: "permanent",
  is_inactive: "permanent",
  invalid_auth: "permanent",
  not_authed: "permanent",
  account_inactive: "permanent",
  token_revoked: "permanent",
  token_expired: "permanent",
  missing_scope: "permanent",
  restricted_action: "permanent",
  ekm_access_denied: "permanent",
};

/** Slack's own trouble, by docs.slack.dev/reference/methods/chat.postMessage#errors; every other word is about what was sent. */
const away: ReadonlySet<string> = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "team_added_to_org",
  "request_timeout",
  "accesslimited",
  "org_login_required",
  "enterprise_is_restricted",
]);

/** When Slack does not say how long to wait. */
const usualWait = 5_000;

export function deliveryError(action: string, error: unknown): DeliveryError {
  if (error instanceof DeliveryError) {
    return error;
  }
  const { word, retryAfter, message } = slackError(error);
  const failure = failures[word ?? ""] ?? (word === null || away.has(word) ? "temporary" : "refused");
  const wait = failure === "rate-limited" ? (retryAfter ?? usualWait) : null;
  return new DeliveryError(failure, `slack: ${action}: ${message}`, wait, { cause: error });
}
