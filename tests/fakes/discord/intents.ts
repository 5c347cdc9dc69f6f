import { GatewayIntentBits } from "discord.js";
import { type Fields, fieldsOf, listOf } from "../slack/json.ts";

/** Which intent an event needs, by the start of its name. Interactions need none. */
const needed: [start: string, intent: GatewayIntentBits][] = [
  ["MESSAGE_", GatewayIntentBits.GuildMessages],
  ["GUILD_MEMBER_", GatewayIntentBits.GuildMembers],
  ["GUILD_", GatewayIntentBits.Guilds],
  ["CHANNEL_", GatewayIntentBits.Guilds],
  ["THREAD_", GatewayIntentBits.Guilds],
];

export function hears(intents: number, event: string): boolean {
  const intent = needed.find(([start]) => event.startsWith(start))?.[1];
  return intent === undefined || (intents & intent) !== 0;
}

/** Without the privileged intent a bot reads only its own messages, and those that name it. */
export function seenBy(intents: number, bot: string, event: string, data: Fields): Fields {
  const mayRead = (intents & GatewayIntentBits.MessageContent) !== 0;
  const isOwn = fieldsOf(data["author"])["id"] === bot;
  const namesIt = listOf(data["mentions"]).some((it) => fieldsOf(it)["id"] === bot);
  if (!event.startsWith("MESSAGE_") || event === "MESSAGE_DELETE" || mayRead || isOwn || namesIt) {
    return data;
  }
  return { ...data, content: "", embeds: [], components: [], attachments: [] };
}
