import { fieldsOf, listOf, textOf } from "../../src/chat/platform/json.ts";
import type { Home } from "./identity.ts";
import { missingScopes, type ScopeNeed } from "./scopes.ts";
import { reasonOf, slackError } from "./slack-error.ts";
import type { WebClient } from "./types.ts";

/** Who the bot is, as its token says. */
export interface Self extends Home {
  readonly botUser: string;
  readonly botId: string;
  readonly name: string;
  /** Null when Slack did not say. */
  readonly scopes: readonly string[] | null;
}

export async function readSelf(client: WebClient): Promise<Self> {
  const answer = await client.auth.test();
  return {
    team: answer.team_id ?? "",
    enterprise: answer.enterprise_id ?? null,
    botUser: answer.user_id ?? "",
    botId: answer.bot_id ?? "",
    name: answer.user ?? "switchyard",
    scopes: answer.response_metadata?.scopes ?? null,
  };
}

const tokenWords: ReadonlySet<string> = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
  "user_removed_from_team",
  "team_not_found",
]);

/** A token that no waiting makes right. */
export function isTokenTrouble(error: unknown): boolean {
  return tokenWords.has(slackError(error).word ?? "");
}

/** What is wrong with a connection, and what to do about it. */
export function explainToken(variable: "SLACK_BOT_TOKEN" | "SLACK_APP_TOKEN", error: unknown): string {
  const { word } = slackError(error);
  if (word === "missing_scope" && variable === "SLACK_APP_TOKEN") {
    return "SLACK_APP_TOKEN lacks the scope connections:write: make an app-level token with it under Basic Information";
  }
  if (!isTokenTrouble(error)) {
    return `Slack does not answer: ${reasonOf(error)}`;
  }
  return variable === "SLACK_BOT_TOKEN"
    ? `SLACK_BOT_TOKEN is not valid (${word}): copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions`
    : `SLACK_APP_TOKEN is not valid (${word}): make an app-level token (xapp-…) with connections:write under Basic Information`;
}

export interface FoundChannel {
  /** Null when the bot cannot post there yet. */
  readonly id: string | null;
  readonly name: string;
  readonly problems: readonly string[];
}

/** Where the other channels are named. */
export const notifySetting = "notify in fleet.yaml";

/** Looks for a channel, and at what is missing to work in it; `setting` is where its name is to be corrected. */
export async function readChannel(
  client: WebClient,
  self: Self,
  wanted: string,
  hasGroups: boolean,
  setting = "SLACK_CHANNEL",
): Promise<FoundChannel> {
  const found = /^[CG][A-Z0-9]{6,}$/.test(wanted)
    ? await channelById(client, self, wanted, setting)
    : await channelByName(client, self, wanted.replace(/^#/, "").toLowerCase());
  const needs = new Set<ScopeNeed>([
    "always",
    ...(found.isPrivate === null ? [] : [found.isPrivate ? ("private" as const) : ("public" as const)]),
    ...(hasGroups ? ["groups" as const] : []),
  ]);
  const missing = self.scopes === null ? [] : missingScopes(self.scopes, needs);
  return { ...found, problems: [...found.problems, ...missing] };
}

type Found = FoundChannel & { readonly isPrivate: boolean | null };

async function channelById(client: WebClient, self: Self, id: string, setting: string): Promise<Found> {
  try {
    const channel = fieldsOf((await client.conversations.info({ channel: id })).channel);
    const name = `#${textOf(channel["name"]) ?? id}`;
    const isPrivate = channel["is_private"] === true;
    if (channel["is_archived"] === true) {
      return {
        id: null,
        name,
        isPrivate,
        problems: [`${name} is archived: name another channel in ${setting}`],
      };
    }
    return channel["is_member"] === true
      ? { id, name, isPrivate, problems: [] }
      : { id: null, name, isPrivate, problems: [invite(self, name)] };
  } catch (error) {
    const { word } = slackError(error);
    if (word === "missing_scope") {
      // It cannot be looked at; posting will tell.
      return {
        id,
        name: id,
        isPrivate: null,
        problems: [`the channel cannot be checked: ${reasonOf(error)}`],
      };
    }
    if (word === "channel_not_found") {
      const problem = `there is no channel ${id}, or it is private: correct ${setting}, or ${invite(self, "it")}`;
      return { id: null, name: id, isPrivate: null, problems: [problem] };
    }
    throw error;
  }
}

const mostPages = 10;

/** Among the channels that the bot is in, since it has to be in its own. */
async function channelByName(client: WebClient, self: Self, name: string): Promise<Found> {
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await client.users.conversations({
      types: "public_channel,private_channel",
      exclude_archived: true,
      limit: 500,
      ...(cursor === null ? {} : { cursor }),
    });
    const channel = listOf(answer.channels)
      .map(fieldsOf)
      .find((one) => one["name"] === name);
    const id = textOf(channel?.["id"]);
    if (id !== null) {
      return { id, name: `#${name}`, isPrivate: channel?.["is_private"] === true, problems: [] };
    }
    cursor = textOf(answer.response_metadata?.next_cursor);
    if (cursor === null) {
      break;
    }
  }
  return { id: null, name: `#${name}`, isPrivate: null, problems: [invite(self, `#${name}`)] };
}

function invite(self: Self, channel: string): string {
  return `invite the bot: /invite @${self.name} in ${channel}`;
}
