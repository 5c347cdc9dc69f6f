import { fieldsOf, isFields, listOf, textOf } from "../slack/json.ts";
import { may } from "./permissions.ts";
import type { Channel, Pings, StoredMessage } from "./types.ts";
import type { World } from "./world.ts";

export const noPings: Pings = { users: [], roles: [], everyone: false };

const ids = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, id]) => id ?? "")),
];

/** All the text of components, as mentions in it ping too. */
export function textsIn(components: unknown): string[] {
  return listOf(components).flatMap((it) => {
    const { content, components: inner } = fieldsOf(it);
    return [...(textOf(content) === undefined ? [] : [String(content)]), ...textsIn(inner)];
  });
}

/**
 * Whom a new message pings. Without `allowed_mentions` that is everyone whom it names.
 * @see https://docs.discord.com/developers/resources/message#allowed-mentions-object
 */
export function pingsOf(
  world: World,
  channel: Channel,
  text: string,
  allowed: unknown,
  repliesTo: StoredMessage | undefined,
): Pings {
  const { parse, users, roles, replied_user } = fieldsOf(allowed);
  const isGiven = isFields(allowed);
  const takes = (kind: "users" | "roles", id: string, listed: unknown) =>
    !isGiven || listOf(parse).includes(kind) || listOf(listed).includes(id);
  const mayPingAll = may(world, world.bot.id, channel, "MentionEveryone");
  const repliedTo = isGiven && replied_user !== true ? undefined : repliesTo?.author;
  const named = ids(text, /<@!?(\d+)>/g).filter((id) => world.members.has(id) && takes("users", id, users));
  return {
    users: [...new Set([...named, ...(repliedTo === undefined ? [] : [repliedTo])])],
    roles: ids(text, /<@&(\d+)>/g).filter((id) => {
      const isPingable = world.roles.get(id)?.isMentionable ?? false;
      return world.roles.has(id) && (isPingable || mayPingAll) && takes("roles", id, roles);
    }),
    everyone:
      /@(everyone|here)\b/.test(text) && mayPingAll && (!isGiven || listOf(parse).includes("everyone")),
  };
}
