import { PermissionFlagsBits } from "discord.js";
import { type Fields, fieldsOf, listOf } from "../../src/chat/platform/json.ts";

/** What the bot needs in its channel, with the words that Discord's settings use; also the invite link's permissions. */
export const needed = {
  "View Channel": PermissionFlagsBits.ViewChannel,
  "Send Messages": PermissionFlagsBits.SendMessages,
  "Send Messages in Threads": PermissionFlagsBits.SendMessagesInThreads,
  "Create Public Threads": PermissionFlagsBits.CreatePublicThreads,
  "Attach Files": PermissionFlagsBits.AttachFiles,
  "Read Message History": PermissionFlagsBits.ReadMessageHistory,
} as const;

export interface Standing {
  readonly guildId: string;
  readonly roles: readonly Fields[];
  readonly member: Fields;
  readonly channel: Fields;
}

/** What the bot may not do in the channel though it has to; discord.com/developers/docs/topics/permissions says how this is told. */
export function missingPermissions(standing: Standing): string[] {
  const held = permissionsIn(standing);
  return (held & PermissionFlagsBits.Administrator) !== 0n
    ? []
    : Object.entries(needed).flatMap(([name, bit]) => ((held & bit) === 0n ? [name] : []));
}

function permissionsIn({ guildId, roles, member, channel }: Standing): bigint {
  const own = new Set([guildId, ...listOf(member["roles"]).map(String)]);
  const base = roles
    .filter(({ id }) => own.has(String(id)))
    .reduce((sum, role) => sum | bits(role["permissions"]), 0n);
  const overwrites = listOf(channel["permission_overwrites"]).map(fieldsOf);
  const me = String(fieldsOf(member["user"])["id"]);
  const [everyone, ofRoles, ofMember] = [
    overwrites.filter(({ id }) => id === guildId),
    overwrites.filter(({ id }) => id !== guildId && own.has(String(id))),
    overwrites.filter(({ id }) => id === me),
  ];
  return [everyone, ofRoles, ofMember].reduce((held, some) => {
    const deny = some.reduce((sum, one) => sum | bits(one["deny"]), 0n);
    const allow = some.reduce((sum, one) => sum | bits(one["allow"]), 0n);
    return (held & ~deny) | allow;
  }, base);
}

function bits(value: unknown): bigint {
  return typeof value === "string" && /^\d+$/.test(value) ? BigInt(value) : 0n;
}

/** Lets somebody add the bot to a server with no more than it needs. */
export function inviteLink(applicationId: string): string {
  const permissions = Object.values(needed).reduce((sum, bit) => sum | bit, 0n);
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: "bot applications.commands",
    permissions: String(permissions),
  });
  return `https://discord.com/oauth2/authorize?${query}`;
}
