import { commands } from "../commands/index.ts";
import { commandHelp } from "./chat/spec.ts";
import type { Settings } from "./config/env.ts";

/** The app manifest for Slack, made from the commands; `url` is the bot's public address for HTTP instead of Socket Mode. */
export async function slackAppManifest(prefix: string, url: string | null): Promise<string> {
  const { slackManifest } = await import("../adapters/slack/index.ts");
  const events = url === null ? {} : { url: new URL("/slack/events", url).href };
  const options = { prefix, socketMode: url === null, ...events };
  return JSON.stringify(slackManifest(commandHelp(commands), options), null, 2);
}

/** Makes the commands of the Discord server those of this version; says how the bot is invited, and what was done. */
export async function registerDiscordCommands(discord: Settings["discord"]): Promise<string> {
  if (discord === null) {
    return "Nothing to do: DISCORD_TOKEN, DISCORD_APPLICATION_ID, DISCORD_GUILD_ID and DISCORD_CHANNEL_ID are not set.";
  }
  const { inviteLink, registerNow } = await import("../adapters/discord/index.ts");
  const invite = `The bot is invited to a server with ${inviteLink(discord.applicationId)}`;
  try {
    const { isChanged, names } = await registerNow(discord, commandHelp(commands));
    const done = isChanged ? "are registered now" : "were registered already";
    return `${invite}\n${names.length} commands ${done}: ${names.map((name) => `/${name}`).join(" ")}`;
  } catch (error) {
    throw new Error(
      `${invite}\nThe commands could not be registered: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
