import { ApiError, channelOf, given, messageOf, missingPermissions, type Routes } from "./api.ts";
import { channelJson } from "./channel-json.ts";
import { may } from "./permissions.ts";
import { changeThread, startThread } from "./threads.ts";

export const threadRoutes: Routes = {
  create_thread_from_message: {
    method: "POST",
    path: "/channels/{channel_id}/messages/{message_id}/threads",
    status: 201,
    answer(call) {
      const { world, body } = call;
      const channel = channelOf(call, "CreatePublicThreads");
      const message = messageOf(call, channel);
      if (channel.kind === "thread") {
        throw new ApiError(400, 50024, "Cannot execute action on this channel type");
      }
      if (message.thread !== undefined) {
        throw new ApiError(400, 160004, "A thread has already been created for this message");
      }
      const minutes = Number(body["auto_archive_duration"] ?? 1440);
      return channelJson(world, startThread(world, message, given(call, "name") ?? "", minutes));
    },
  },

  update_channel: {
    method: "PATCH",
    path: "/channels/{channel_id}",
    answer(call) {
      const { world, body } = call;
      const channel = channelOf(call);
      if (channel.kind !== "thread") {
        throw new ApiError(400, 50024, "Cannot execute action on this channel type");
      }
      const isManager = may(world, world.bot.id, channel, "ManageThreads");
      const isOwner = channel.owner === world.bot.id;
      if (!isManager && (!isOwner || channel.isLocked || body["locked"] !== undefined)) {
        throw missingPermissions();
      }
      if (channel.isArchived && body["archived"] !== false) {
        throw new ApiError(400, 50083, "Thread is archived");
      }
      const { name, archived, locked, auto_archive_duration } = body;
      changeThread(world, channel, {
        ...(typeof name === "string" && { name }),
        ...(typeof archived === "boolean" && { isArchived: archived }),
        ...(typeof locked === "boolean" && { isLocked: locked }),
        ...(typeof auto_archive_duration === "number" && { autoArchiveMinutes: auto_archive_duration }),
      });
      return channelJson(world, channel);
    },
  },
};
