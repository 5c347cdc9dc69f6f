import type { Fields } from "../slack/json.ts";
import { permissionsIn } from "./permissions.ts";
import type { Channel, Member, Role } from "./types.ts";
import type { World } from "./world.ts";

export const iso = (at: number): string => new Date(at).toISOString().replace("Z", "000+00:00");

export function userJson({ id, name, isBot }: Member): Fields {
  return {
    id,
    username: isBot ? name : name.toLowerCase(),
    global_name: isBot ? null : name,
    avatar: null,
    avatar_decoration_data: null,
    discriminator: isBot ? "6184" : "0",
    public_flags: isBot ? 524288 : 0,
    clan: null,
    collectibles: null,
    display_name_styles: null,
    primary_guild: null,
    ...(isBot && { bot: true }),
  };
}

/** A member without the user, as it comes with messages. */
export function bareMemberJson({ nick, joinedAt, roles }: Member): Fields {
  return {
    avatar: null,
    banner: null,
    communication_disabled_until: null,
    deaf: false,
    flags: 0,
    joined_at: iso(joinedAt),
    mute: false,
    nick: nick ?? null,
    pending: false,
    premium_since: null,
    roles: [...roles],
  };
}

export function memberJson(member: Member): Fields {
  return { ...bareMemberJson(member), user: userJson(member) };
}

/** The member who acts, with what they may do in that channel. */
export function actorJson(world: World, member: Member, channel: Channel): Fields {
  return {
    ...memberJson(member),
    collectibles: null,
    display_name_styles: null,
    permissions: String(permissionsIn(world, member.id, channel)),
    unusual_dm_activity_until: null,
  };
}

export function roleJson(world: World, role: Role): Fields {
  return {
    id: role.id,
    name: role.name,
    description: null,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    managed: role.isManaged,
    mentionable: role.isMentionable,
    permissions: String(role.permissions),
    position: [...world.roles.keys()].indexOf(role.id),
    flags: 0,
    ...(role.isManaged && { tags: { bot_id: world.bot.id } }),
  };
}
