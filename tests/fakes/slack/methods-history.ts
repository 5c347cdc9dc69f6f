import { ApiError, answer, type Call, flag, type Method, required } from "./api.ts";
import type { Fields } from "./json.ts";
import { textOf } from "./json.ts";
import { channelJson, messageJson } from "./message-json.ts";
import { channelFor } from "./post-message.ts";
import type { StoredMessage } from "./types.ts";

const history = ["channels:history", "groups:history", "im:history", "mpim:history"];
const listing = ["channels:read", "groups:read", "im:read", "mpim:read"];

/** A page of these, with metadata where it was asked for; docs.slack.dev/reference/methods/conversations.history. */
function page(call: Call, all: readonly StoredMessage[]): Fields {
  const limit = Math.min(999, Number(call.args["limit"] ?? 100));
  const oldest = Number(call.args["oldest"] ?? 0);
  const from = Number(textOf(call.args["cursor"]) ?? 0);
  const wanted = all.filter((it) => !it.isDeleted && it.onlyFor === undefined && Number(it.ts) >= oldest);
  const next = from + limit < wanted.length ? String(from + limit) : "";
  const messages = wanted.slice(from, from + limit).map((it) => {
    const { metadata, ...json } = messageJson(call.workspace, it);
    return flag(call, "include_all_metadata") && metadata !== undefined ? { ...json, metadata } : json;
  });
  return answer({ messages, has_more: next !== "", response_metadata: { next_cursor: next } });
}

function readable(call: Call): string {
  const channel = channelFor(call, required(call, "channel"), { mayWrite: false });
  if (!channel.members.has(call.workspace.bot.userId)) {
    throw new ApiError("not_in_channel");
  }
  return channel.id;
}

export const historyMethods: Record<string, Method> = {
  "conversations.history": {
    scopes: history,
    answer(call) {
      const channel = readable(call);
      const all = call.workspace.messages.filter(
        (it) => it.channel === channel && (it.threadTs === undefined || it.isBroadcast),
      );
      return page(call, all.toReversed());
    },
  },

  "conversations.replies": {
    scopes: history,
    answer(call) {
      const root = call.workspace.message(readable(call), required(call, "ts"));
      if (root === undefined) {
        throw new ApiError("thread_not_found");
      }
      return page(call, [root, ...root.replies]);
    },
  },

  "users.conversations": {
    scopes: listing,
    answer(call) {
      const kinds = (textOf(call.args["types"]) ?? "public_channel").split(",");
      const channels = [...call.workspace.channels.values()].filter(
        (it) =>
          it.members.has(call.workspace.bot.userId) &&
          kinds.includes(`${it.kind}_channel`) &&
          !(it.isArchived && String(call.args["exclude_archived"]) === "true"),
      );
      const shown = channels.map((it) => channelJson(call.workspace, it));
      return answer({ channels: shown, response_metadata: { next_cursor: "" } });
    },
  },
};
