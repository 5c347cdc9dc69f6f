import { discordApi } from "./api.ts";
import { explain, notifySetting, readChannel, readSelf } from "./check.ts";
import type { DiscordOptions } from "./types.ts";

/**
 * What Discord says of the token, the permissions, the channel and the others that hosts notify, without a running bot.
 * Each problem says what to do.
 */
export async function examineDiscord(
  options: Pick<DiscordOptions, "token" | "applicationId" | "guildId" | "channelId" | "apiUrl">,
  others: readonly string[] = [],
): Promise<{ readonly text: string; readonly problems: readonly string[] }> {
  try {
    const api = discordApi(options);
    const self = await readSelf(api);
    const { name, problems } = await readChannel(api, options, options.channelId, self);
    const found = [...problems];
    for (const other of others) {
      found.push(...(await readChannel(api, options, other, self, notifySetting)).problems);
    }
    return { text: `the bot is ${self.name}, in ${name}`, problems: found };
  } catch (error) {
    return { text: "", problems: [explain(error)] };
  }
}
