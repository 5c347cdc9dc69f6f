import { channelJson } from "./channel-json.ts";
import type { FakeDiscord } from "./discord.ts";
import { bits, type Permission } from "./permissions.ts";
import type { In } from "./person.ts";
import { changeThread } from "./threads.ts";
import type { Channel, Role } from "./types.ts";
import { roleJson } from "./user-json.ts";
import type { World } from "./world.ts";

type Administration = Pick<
  FakeDiscord,
  "role" | "channel" | "allow" | "deny" | "deleteMessage" | "deleteChannel" | "archive"
>;

/** What the guild's people do to it. */
export function administration(world: World, place: (where: In) => Channel): Administration {
  const { guild, bot } = world;

  /** Gives the bot a permission, or takes it away: with its role, or for itself in one channel. */
  function set(permission: Permission, where: In | undefined, isAllowed: boolean): void {
    const bit = bits(permission);
    if (where !== undefined) {
      const channel = place(where);
      const { allow, deny } = channel.overwrites.get(bot.id) ?? { allow: 0n, deny: 0n };
      channel.overwrites.set(bot.id, {
        kind: "member",
        allow: isAllowed ? allow | bit : allow & ~bit,
        deny: isAllowed ? deny & ~bit : deny | bit,
      });
      world.dispatch("CHANNEL_UPDATE", channelJson(world, channel));
      return;
    }
    for (const role of [world.roles.get(bot.role), world.roles.get(guild.id)]) {
      // What everybody may do, the bot may do too: to take it from the bot is to take it from all.
      if (role !== undefined && (role.isManaged || !isAllowed)) {
        role.permissions = isAllowed ? role.permissions | bit : role.permissions & ~bit;
        world.dispatch("GUILD_ROLE_UPDATE", { guild_id: guild.id, role: roleJson(world, role) });
      }
    }
  }

  return {
    role(name, { mentionable: isMentionable = false, permissions = [] } = {}) {
      const known = [...world.roles.values()].find((it) => it.name === name);
      if (known !== undefined) {
        return known;
      }
      const role: Role = {
        id: world.newId(),
        name,
        permissions: bits(...permissions),
        isMentionable,
        isManaged: false,
      };
      world.roles.set(role.id, role);
      world.dispatch("GUILD_ROLE_CREATE", { guild_id: guild.id, role: roleJson(world, role) });
      return role;
    },
    channel(name) {
      const known = [...world.channels.values()].find((it) => it.kind === "text" && it.name === name);
      if (known !== undefined) {
        return known;
      }
      const channel: Channel = {
        id: world.newId(),
        name,
        kind: "text",
        at: world.now(),
        overwrites: new Map(),
        parent: undefined,
        owner: undefined,
        isArchived: false,
        isLocked: false,
        archivedAt: world.now(),
        autoArchiveMinutes: 0,
      };
      world.channels.set(channel.id, channel);
      world.dispatch("CHANNEL_CREATE", channelJson(world, channel));
      return channel;
    },
    allow: (permission, channel) => set(permission, channel, true),
    deny: (permission, channel) => set(permission, channel, false),
    deleteMessage({ id, channel }) {
      const message = world.messages.find((it) => it.id === id);
      if (message !== undefined) {
        message.isDeleted = true;
      }
      world.dispatch("MESSAGE_DELETE", { id, channel_id: channel, guild_id: guild.id });
      world.changed();
    },
    deleteChannel(where) {
      const channel = place(where);
      const isThread = channel.kind === "thread";
      const gone = [...world.channels.values()].filter((it) => it === channel || it.parent === channel.id);
      for (const it of gone) {
        world.channels.delete(it.id);
      }
      for (const message of world.messages.filter((it) => gone.some(({ id }) => id === it.channel))) {
        message.isDeleted = true;
      }
      world.dispatch(isThread ? "THREAD_DELETE" : "CHANNEL_DELETE", channelJson(world, channel));
      world.changed();
    },
    archive: (thread, isLocked = false) => changeThread(world, place(thread), { isArchived: true, isLocked }),
  };
}
