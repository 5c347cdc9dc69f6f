import { discordApi } from "./api.ts";
import { explain, readChannel, readSelf } from "./check.ts";
import type { DiscordOptions } from "./types.ts";

/** What Discord says of the token, the permissions and the channel, without a running bot. Each problem says what to do. */
export async function examineDiscord(
  options: Pick<DiscordOptions, "token" | "applicationId" | "guildId" | "channelId" | "apiUrl">,
): Promise<{ readonly text: string; readonly problems: readonly string[] }> {
  try {
    const api = discordApi(options);
    const self = await readSelf(api);
    const { name, problems } = await readChannel(api, options, options.channelId, self);
    return { text: `the bot is ${self.name}, in ${name}`, problems };
  } catch (error) {
    return { text: "", problems: [explain(error)] };
  }
}
