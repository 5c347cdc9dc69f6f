import { PermissionFlagsBits } from "discord.js";
import type { Channel } from "./types.ts";
import type { World } from "./world.ts";

export type Permission = keyof typeof PermissionFlagsBits;

export function bits(...names: Permission[]): bigint {
  return names.reduce((all, it) => all | PermissionFlagsBits[it], 0n);
}

const everything = Object.values(PermissionFlagsBits).reduce((all, it) => all | it, 0n);

/**
 * What a member may do there: the roles' permissions, then the channel's overwrites for @everyone, for roles and for
 * the member. A thread has those of its channel.
 * @see https://docs.discord.com/developers/topics/permissions
 */
export function permissionsIn(world: World, member: string, channel: Channel | undefined): bigint {
  const { guild, members, roles, channels } = world;
  const own = [...(members.get(member)?.roles ?? [])];
  const base = [guild.id, ...own].reduce((all, it) => all | (roles.get(it)?.permissions ?? 0n), 0n);
  if (member === guild.owner || (base & PermissionFlagsBits.Administrator) !== 0n) {
    return everything;
  }
  const place = channel?.parent === undefined ? channel : channels.get(channel.parent);
  const layers = [[guild.id], own, [member]];
  return layers.reduce((may, ids) => {
    const found = ids.flatMap((it) => place?.overwrites.get(it) ?? []);
    const denied = found.reduce((all, it) => all | it.deny, 0n);
    const allowed = found.reduce((all, it) => all | it.allow, 0n);
    return (may & ~denied) | allowed;
  }, base);
}

export function may(world: World, member: string, channel: Channel | undefined, what: Permission): boolean {
  return (permissionsIn(world, member, channel) & PermissionFlagsBits[what]) !== 0n;
}

/** People are offered a command unless it asks for permissions, and they have not all of them; "0" is for administrators. */
export function isOffered(world: World, member: string, asked: string | null): boolean {
  const own = permissionsIn(world, member, undefined);
  if (asked === null || (own & PermissionFlagsBits.Administrator) !== 0n) {
    return true;
  }
  return asked !== "0" && (own & BigInt(asked)) === BigInt(asked);
}
