import { ApiError, answer, type Call, given, type Method, required } from "./api.ts";
import { type Fields, fieldsOf, textOf } from "./json.ts";
import { messageLimits } from "./limits.ts";
import { messageJson } from "./message-json.ts";
import { channelFor, contentOf, isBroadcast, maxText, threadFor } from "./post-message.ts";
import type { StoredMessage } from "./types.ts";
import { addMessage, deleteMessage, editMessage } from "./workspace.ts";

const scopes = ["chat:write"];

function ownMessage(call: Call, refusal: string): StoredMessage {
  const channel = channelFor(call, required(call, "channel"), { mayWrite: false });
  const message = call.workspace.message(channel.id, required(call, "ts"));
  // An ephemeral message has a ts too, but no method finds it.
  if (message === undefined || message.onlyFor !== undefined) {
    throw new ApiError("message_not_found");
  }
  if (!message.isFromBot) {
    throw new ApiError(refusal);
  }
  return message;
}

export const chatMethods: Record<string, Method> = {
  "chat.postMessage": {
    scopes,
    answer(call) {
      const { workspace } = call;
      const channel = channelFor(call, required(call, "channel"));
      const thread = threadFor(call, channel);
      const { text, blocks = [] } = contentOf(call, maxText);
      const message = addMessage(workspace, {
        channel: channel.id,
        user: workspace.bot.userId,
        text,
        blocks,
        thread,
        isBroadcast: thread !== undefined && isBroadcast(call),
        metadata: metadataOf(call),
      });
      return answer({ channel: channel.id, ts: message.ts, message: messageJson(workspace, message) });
    },
  },

  "chat.postEphemeral": {
    scopes,
    answer(call) {
      const { workspace } = call;
      const channel = channelFor(call, required(call, "channel"));
      const user = required(call, "user");
      if (!channel.members.has(user)) {
        throw new ApiError("user_not_in_channel");
      }
      const thread = threadFor(call, channel);
      const { text, blocks = [] } = contentOf(call, maxText);
      const message = addMessage(workspace, {
        channel: channel.id,
        user: workspace.bot.userId,
        text,
        blocks,
        thread,
        onlyFor: user,
      });
      return answer({ message_ts: message.ts });
    },
  },

  "chat.update": {
    scopes,
    answer(call) {
      const { workspace } = call;
      const message = ownMessage(call, "cant_update_message");
      if (workspace.channel(message.channel)?.isArchived) {
        throw new ApiError("is_inactive");
      }
      const { text, blocks } = contentOf(call, messageLimits.updatedText);
      // Text without blocks takes the blocks away; blocks without text leave the text.
      const newText = call.args["text"] === undefined ? message.text : text;
      editMessage(workspace, message, newText, blocks ?? []);
      message.metadata = metadataOf(call) ?? message.metadata;
      const { channel, ts } = message;
      return answer({ channel, ts, text: newText, message: messageJson(workspace, message) });
    },
  },

  "chat.delete": {
    scopes,
    answer(call) {
      const message = ownMessage(call, "cant_delete_message");
      deleteMessage(call.workspace, message);
      return answer({ channel: message.channel, ts: message.ts });
    },
  },

  "chat.getPermalink": {
    scopes: [],
    answer(call) {
      const { workspace } = call;
      const channel = channelFor(call, required(call, "channel"), { mayWrite: false });
      const message = workspace.message(channel.id, required(call, "message_ts"));
      if (message === undefined) {
        throw new ApiError("message_not_found");
      }
      const thread = message.threadTs === undefined ? "" : `?thread_ts=${message.threadTs}&cid=${channel.id}`;
      const link = `https://${workspace.team.domain}.slack.com/archives/${channel.id}/p${message.ts.replace(".", "")}`;
      return answer({ channel: channel.id, permalink: `${link}${thread}` });
    },
  },

  "reactions.add": {
    scopes: ["reactions:write"],
    answer(call) {
      const { message, users } = reactionOn(call);
      const { userId } = call.workspace.bot;
      if (users.has(userId)) {
        throw new ApiError("already_reacted");
      }
      message.reactions.set(required(call, "name"), users.add(userId));
      call.workspace.changed();
      return answer({});
    },
  },

  "reactions.remove": {
    scopes: ["reactions:write"],
    answer(call) {
      const { users } = reactionOn(call);
      if (!users.delete(call.workspace.bot.userId)) {
        throw new ApiError("no_reaction");
      }
      call.workspace.changed();
      return answer({});
    },
  },
};

function metadataOf(call: Call): Fields | undefined {
  const metadata = given(call, "metadata", "invalid_metadata_format");
  return metadata === undefined ? undefined : fieldsOf(metadata);
}

function reactionOn(call: Call): { message: StoredMessage; users: Set<string> } {
  const name = required(call, "name");
  if (!/^[a-z0-9_+'-]+$/.test(name)) {
    throw new ApiError("invalid_name");
  }
  const channel = channelFor(call, required(call, "channel"), { mayWrite: false });
  const message = call.workspace.message(channel.id, textOf(fieldsOf(call.args)["timestamp"]));
  if (message === undefined) {
    throw new ApiError("message_not_found");
  }
  return { message, users: message.reactions.get(name) ?? new Set() };
}
