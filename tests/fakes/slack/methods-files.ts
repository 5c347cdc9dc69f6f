import { ApiError, answer, given, type Method, required } from "./api.ts";
import { fieldsOf, listOf, textOf } from "./json.ts";
import { fileJson } from "./message-json.ts";
import { channelFor, threadFor } from "./post-message.ts";
import type { SlackFile } from "./types.ts";
import { addMessage, type Workspace } from "./workspace.ts";

export const fileMethods: Record<string, Method> = {
  "files.getUploadURLExternal": {
    scopes: ["files:write"],
    answer(call) {
      const name = required(call, "filename");
      const length = Number(call.args["length"]);
      if (!Number.isInteger(length) || length <= 0) {
        throw new ApiError("invalid_arguments");
      }
      const id = call.workspace.newId("F");
      call.workspace.uploads.set(id, { id, name, length, content: undefined });
      return answer({ upload_url: `${call.origin}/upload/v1/${id}`, file_id: id });
    },
  },

  "files.completeUploadExternal": {
    scopes: ["files:write"],
    answer(call) {
      const { workspace } = call;
      const channelId = textOf(call.args["channel_id"]);
      const channel = channelId === undefined ? undefined : channelFor(call, channelId);
      const thread = channel === undefined ? undefined : threadFor(call, channel);
      const files = listOf(given(call, "files")).map((it): SlackFile => {
        const { id, title } = fieldsOf(it);
        const upload = workspace.uploads.get(String(id));
        if (upload?.content === undefined) {
          throw new ApiError("file_not_found");
        }
        return {
          id: upload.id,
          name: upload.name,
          title: textOf(title) ?? upload.name,
          content: upload.content,
        };
      });
      workspace.files.push(...files);
      if (channel !== undefined) {
        const text = textOf(call.args["initial_comment"]) ?? "";
        addMessage(workspace, { channel: channel.id, user: workspace.bot.userId, text, files, thread });
      }
      workspace.changed();
      return answer({ files: files.map((it) => fileJson(workspace, it)) });
    },
  },
};

/** What was sent to the upload address. Answers the status, as Slack's upload host does. */
export function receiveUpload(workspace: Workspace, id: string, content: Buffer): number {
  const upload = workspace.uploads.get(id);
  if (upload === undefined) {
    return 404;
  }
  if (content.length !== upload.length) {
    return 400;
  }
  upload.content = content;
  workspace.changed();
  return 200;
}
