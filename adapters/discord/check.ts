import { ChannelType, DiscordjsErrorCodes, Routes } from "discord.js";
import { fieldsOf, listOf, textOf } from "../../src/chat/platform/json.ts";
import type { Api } from "./api.ts";
import { codes, discordError, reasonOf } from "./discord-error.ts";
import { inviteLink, missingPermissions } from "./permissions.ts";
import type { DiscordApp } from "./types.ts";

/** Who the bot is, as its token says. */
export interface Self {
  readonly user: string;
  readonly name: string;
}

export async function readSelf(api: Api): Promise<Self> {
  const me = fieldsOf(await api("GET", Routes.user("@me")));
  const user = textOf(me["id"]);
  if (user === null) {
    throw new Error("Discord did not say who the bot is");
  }
  return { user, name: textOf(me["username"]) ?? "switchyard" };
}

/** A token that no waiting makes right. */
export function isTokenTrouble(error: unknown): boolean {
  return discordError(error).status === 401 || fieldsOf(error)["code"] === DiscordjsErrorCodes.TokenInvalid;
}

/** Nothing but a person makes it right: Discord has answered, and refuses what was asked. */
export function isFinal(error: unknown): boolean {
  const { status } = discordError(error);
  return isTokenTrouble(error) || (status !== null && [400, 403, 404].includes(status));
}

/** What is wrong, and what to do about it. */
export function explain(error: unknown): string {
  if (isTokenTrouble(error)) {
    return "DISCORD_TOKEN is not valid: copy the token from the application's page Bot, or reset it there";
  }
  switch (discordError(error).code) {
    case codes.unknownChannel:
      return `Discord refuses (${reasonOf(error)}): correct DISCORD_CHANNEL_ID`;
    case codes.missingAccess:
    case codes.missingPermissions:
      return `Discord refuses (${reasonOf(error)}): give the bot's role its permissions in the channel's settings`;
  }
  return isFinal(error)
    ? `Discord refuses: ${reasonOf(error)}`
    : `Discord does not answer: ${reasonOf(error)}`;
}

export interface FoundChannel {
  /** Whether threads can be begun there. */
  readonly isReady: boolean;
  readonly name: string;
  readonly problems: readonly string[];
}

/** Where the other channels are named. */
export const notifySetting = "notify in fleet.yaml";

/** Looks at a channel, and at what is missing to work in it; `setting` is where its id is to be corrected. */
export async function readChannel(
  api: Api,
  app: Pick<DiscordApp, "applicationId" | "guildId">,
  channelId: string,
  self: Self,
  setting = "DISCORD_CHANNEL_ID",
): Promise<FoundChannel> {
  const not = (problem: string): FoundChannel => ({ isReady: false, name: channelId, problems: [problem] });
  try {
    const channel = fieldsOf(await api("GET", Routes.channel(channelId)));
    const name = `#${textOf(channel["name"]) ?? channelId}`;
    if (channel["guild_id"] !== app.guildId) {
      return not(`${name} is not in the server DISCORD_GUILD_ID: correct one of the two`);
    }
    if (channel["type"] !== ChannelType.GuildText) {
      return not(`${name} is no text channel, and has no public threads: name another one in ${setting}`);
    }
    const roles = listOf(await api("GET", Routes.guildRoles(app.guildId))).map(fieldsOf);
    const member = fieldsOf(await api("GET", Routes.guildMember(app.guildId, self.user)));
    const missing = missingPermissions({ guildId: app.guildId, roles, member, channel });
    return {
      isReady: missing.length === 0,
      name,
      problems:
        missing.length === 0
          ? []
          : [
              `${self.name} lacks in ${name}: ${missing.join(", ")}. Give its role these in the channel's settings`,
            ],
    };
  } catch (error) {
    const { code } = discordError(error);
    if (code === codes.unknownChannel) {
      return not(`there is no channel ${channelId}: correct ${setting}`);
    }
    if (code === codes.missingAccess || code === codes.missingPermissions) {
      return not(
        `the bot cannot see channel ${channelId}: give it View Channel there, or invite it with ${inviteLink(app.applicationId)}`,
      );
    }
    throw error;
  }
}
