import { explainToken, isTokenTrouble } from "./check.ts";
import { reasonOf, slackError } from "./slack-error.ts";

/** What to do about a word of Slack's that no repetition makes right. */
const mends: Readonly<Record<string, string>> = {
  channel_not_found: "invite the bot to its channel, or correct SLACK_CHANNEL",
  not_in_channel: "invite the bot to its channel: /invite in the channel",
  is_archived: "unarchive the channel, or name another one in SLACK_CHANNEL",
  is_inactive: "unarchive the channel, or name another one in SLACK_CHANNEL",
  restricted_action: "an admin of the workspace restricts who may post there: allow the bot to",
  ekm_access_denied: "an admin of the workspace has suspended access to it",
  missing_scope: "add that scope under OAuth & Permissions, and install the app again",
};

/** Nothing but a person makes it right. */
export function isFinal(error: unknown): boolean {
  return isTokenTrouble(error) || mends[slackError(error).word ?? ""] !== undefined;
}

/** What is wrong and what to do about it. */
export function advice(error: unknown): string {
  const mend = mends[slackError(error).word ?? ""];
  return mend === undefined
    ? explainToken("SLACK_BOT_TOKEN", error)
    : `Slack refuses (${reasonOf(error)}): ${mend}`;
}
