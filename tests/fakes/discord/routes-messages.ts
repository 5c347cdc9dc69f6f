import { fieldsOf, textOf } from "../slack/json.ts";
import {
  ApiError,
  type Call,
  channelOf,
  invalidBody,
  messageOf,
  missingPermissions,
  type Routes,
} from "./api.ts";
import { messageEvent, messageJson, newMessageJson } from "./message-json.ts";
import { may, type Permission } from "./permissions.ts";
import { changeThread } from "./threads.ts";
import type { Channel, StoredMessage } from "./types.ts";
import { addMessage, editMessage } from "./world.ts";
import { pinged, written } from "./write-message.ts";

const path = "/channels/{channel_id}/messages";

/** How long Discord remembers a nonce is "a few minutes" in its documents. */
const nonceMilliseconds = 5 * 60_000;

/** Seen, not documented (circuitsacul/starboard-4#118): edits of messages older than an hour, in each channel. */
const oldEdits = { count: 3, milliseconds: 20_000 };

export const messageRoutes: Routes = {
  create_message: {
    method: "POST",
    path,
    answer(call) {
      const { world, body, origin } = call;
      const channel = channelOf(call);
      requireTo(call, channel, channel.kind === "thread" ? "SendMessagesInThreads" : "SendMessages");
      const nonce = body["nonce"] === undefined ? undefined : String(body["nonce"]);
      const known = body["enforce_nonce"] === true ? sentBefore(call, nonce) : undefined;
      if (known !== undefined) {
        return newMessageJson(world, known, origin);
      }
      const repliesTo = repliedTo(call, channel);
      const content = written(call, body);
      if (content.attachments.length > 0) {
        requireTo(call, channel, "AttachFiles");
      }
      if (content.embeds.length > 0) {
        requireTo(call, channel, "EmbedLinks");
      }
      if (channel.isLocked) {
        requireTo(call, channel, "ManageThreads");
      }
      if (channel.isArchived) {
        changeThread(world, channel, { isArchived: false });
      }
      const message = addMessage(world, {
        ...content,
        channel: channel.id,
        author: world.bot.id,
        pings: pinged(world, channel, body, content, repliesTo),
        nonce,
        replyTo: repliesTo?.id,
      });
      world.dispatch("MESSAGE_CREATE", messageEvent(world, message, origin));
      return newMessageJson(world, message, origin);
    },
  },

  update_message: {
    method: "PATCH",
    path: `${path}/{message_id}`,
    answer(call) {
      const { world, body, origin } = call;
      const channel = channelOf(call);
      const message = messageOf(call, channel);
      if (message.author !== world.bot.id) {
        throw new ApiError(403, 50005, "Cannot edit a message authored by another user");
      }
      if (channel.isArchived) {
        throw new ApiError(400, 50083, "Thread is archived");
      }
      checkAge(call, channel, message);
      editMessage(world, message, written(call, body, message));
      world.dispatch("MESSAGE_UPDATE", messageEvent(world, message, origin));
      return messageJson(world, message, origin);
    },
  },

  delete_message: {
    method: "DELETE",
    path: `${path}/{message_id}`,
    answer(call) {
      const { world } = call;
      const channel = channelOf(call);
      const message = messageOf(call, channel);
      if (message.author !== world.bot.id) {
        requireTo(call, channel, "ManageMessages");
      }
      if (channel.isArchived) {
        throw new ApiError(400, 50083, "Thread is archived");
      }
      message.isDeleted = true;
      const { id, channel: channel_id } = message;
      world.dispatch("MESSAGE_DELETE", { id, channel_id, guild_id: world.guild.id });
      return undefined;
    },
  },

  get_message: {
    method: "GET",
    path: `${path}/{message_id}`,
    answer(call) {
      const message = messageOf(call, channelOf(call, "ReadMessageHistory"));
      return messageJson(call.world, message, call.origin);
    },
  },

  list_messages: {
    method: "GET",
    path,
    answer(call) {
      const { world, query, origin } = call;
      const channel = channelOf(call);
      if (!may(world, world.bot.id, channel, "ReadMessageHistory")) {
        return [];
      }
      const all = world.messages
        .filter((it) => it.channel === channel.id && !it.isDeleted && it.onlyFor === undefined)
        .reverse();
      return slice(all, query).map((it) => messageJson(world, it, origin));
    },
  },
};

function requireTo(call: Call, channel: Channel, permission: Permission): void {
  if (!may(call.world, call.world.bot.id, channel, permission)) {
    throw missingPermissions();
  }
}

function sentBefore({ world }: Call, nonce: string | undefined): StoredMessage | undefined {
  return world.messages.find(
    (it) =>
      nonce !== undefined &&
      it.nonce === nonce &&
      it.author === world.bot.id &&
      !it.isDeleted &&
      world.now() - (it.versions[0]?.at ?? 0) < nonceMilliseconds,
  );
}

function repliedTo(call: Call, channel: Channel): StoredMessage | undefined {
  const { message_id, fail_if_not_exists } = fieldsOf(call.body["message_reference"]);
  if (message_id === undefined) {
    return undefined;
  }
  if (!may(call.world, call.world.bot.id, channel, "ReadMessageHistory")) {
    throw new ApiError(400, 160002, "Cannot reply without permission to read message history");
  }
  const found = call.world.message(channel.id, textOf(message_id) ?? "");
  if (found === undefined && fail_if_not_exists !== false) {
    throw invalidBody([
      { at: ["message_reference"], code: "REPLIES_UNKNOWN_MESSAGE", message: "Unknown message" },
    ]);
  }
  return found;
}

const hour = 3_600_000;

function checkAge({ world }: Call, channel: Channel, message: StoredMessage): void {
  const now = world.now();
  if (now - (message.versions[0]?.at ?? 0) <= hour) {
    return;
  }
  const since = now - oldEdits.milliseconds;
  const late = world.messages
    .filter((it) => it.channel === channel.id)
    .flatMap((it) =>
      it.versions.slice(1).filter(({ at }) => at > since && at - (it.versions[0]?.at ?? 0) > hour),
    )
    .map(({ at }) => at)
    .sort((a, b) => a - b);
  const [first] = late.slice(-oldEdits.count);
  if (first !== undefined && late.length >= oldEdits.count) {
    throw new ApiError(
      429,
      30046,
      "Maximum number of edits to messages older than 1 hour reached. Try again later.",
      { retry_after: (first - since) / 1000, global: false },
    );
  }
}

/** Newest first. */
function slice(all: readonly StoredMessage[], query: Call["query"]): readonly StoredMessage[] {
  const limit = Number(query["limit"] ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw invalidBody([
      { at: ["limit"], code: "NUMBER_TYPE_MAX", message: "int value should be between 1 and 100." },
    ]);
  }
  const { before, after, around } = query;
  if (before !== undefined) {
    return all.filter((it) => BigInt(it.id) < BigInt(before)).slice(0, limit);
  }
  if (after !== undefined) {
    return all.filter((it) => BigInt(it.id) > BigInt(after)).slice(-limit);
  }
  if (around !== undefined) {
    const half = Math.floor(limit / 2);
    const newer = all.filter((it) => BigInt(it.id) > BigInt(around));
    const older = all.filter((it) => BigInt(it.id) <= BigInt(around));
    return [...newer.slice(newer.length - half), ...older.slice(0, limit - half)];
  }
  return all.slice(0, limit);
}
