import { ApiError, type Call, complaint, flag, given } from "./api.ts";
import { areBlocksTooLong, checkBlocks, type LateBlock } from "./check-blocks.ts";
import { type Fields, fieldsOf, lengthOf, listOf, textOf } from "./json.ts";
import { messageLimits } from "./limits.ts";
import { settleBlocks } from "./settle-blocks.ts";
import type { Channel, StoredMessage } from "./types.ts";

/** What a message says, checked: the text, and the blocks or undefined when none were given. */
export function contentOf(call: Call, maxText: number): { text: string; blocks: Fields[] | undefined } {
  const text = textOf(call.args["text"]) ?? "";
  const blocks = given(call, "blocks", "invalid_blocks_format");
  const hasAttachments = listOf(given(call, "attachments")).length > 0;
  if (text === "" && listOf(blocks).length === 0 && !hasAttachments) {
    throw new ApiError("no_text");
  }
  if (lengthOf(text) > maxText) {
    throw new ApiError("msg_too_long");
  }
  return { text, blocks: blocks === undefined ? undefined : checkedBlocks(blocks, call.takes) };
}

export function checkedBlocks(blocks: unknown, takes: readonly LateBlock[]): Fields[] {
  if (!Array.isArray(blocks)) {
    throw new ApiError("invalid_blocks_format");
  }
  const problems = checkBlocks(blocks, takes);
  if (problems.length > 0) {
    throw complaint("invalid_blocks", problems);
  }
  if (areBlocksTooLong(blocks)) {
    throw new ApiError("msg_blocks_too_long");
  }
  return settleBlocks(blocks.map(fieldsOf));
}

/** The channel, or the conversation with this person, where the bot may write. */
export function channelFor(call: Call, id: string, { mayWrite = true } = {}): Channel {
  const { workspace } = call;
  const channel = workspace.users.has(id) ? workspace.dmWith(id) : workspace.channel(id);
  const isMember = channel?.members.has(workspace.bot.userId) ?? false;
  if (channel === undefined || (!isMember && channel.kind !== "public")) {
    throw new ApiError("channel_not_found");
  }
  if (mayWrite && !isMember && !call.hasScope("chat:write.public")) {
    throw new ApiError("not_in_channel");
  }
  if (mayWrite && channel.isArchived) {
    throw new ApiError("is_archived");
  }
  return channel;
}

/** The root of the thread that is meant, if one is. A reply cannot be the root. */
export function threadFor(call: Call, channel: Channel): StoredMessage | undefined {
  const ts = textOf(call.args["thread_ts"]);
  if (ts === undefined || ts === "") {
    return undefined;
  }
  if (!/^\d{10}\.\d{6}$/.test(ts)) {
    throw new ApiError("invalid_thread_ts");
  }
  const root = call.workspace.message(channel.id, ts);
  if (root === undefined) {
    throw new ApiError("thread_not_found");
  }
  if (root.threadTs !== undefined || root.onlyFor !== undefined) {
    throw new ApiError("cannot_reply_to_message");
  }
  return root;
}

export function isBroadcast(call: Call): boolean {
  return flag(call, "reply_broadcast");
}

export const maxText = messageLimits.text;
