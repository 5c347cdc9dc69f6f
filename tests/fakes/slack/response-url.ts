import { ApiError } from "./api.ts";
import type { LateBlock } from "./check-blocks.ts";
import { type Fields, isTrue, textOf } from "./json.ts";
import { checkedBlocks } from "./post-message.ts";
import { addMessage, deleteMessage, editMessage, type Interaction, type Workspace } from "./workspace.ts";

/** docs.slack.dev/interactivity/handling-user-interaction: five answers within 30 minutes. */
const maxUses = 5;
const lifetime = 30 * 60_000;

/** Does what was sent to a response_url. Throws an error whose message Slack would answer as plain text. */
export function respond(workspace: Workspace, path: string, body: Fields, takes: readonly LateBlock[]): void {
  const link = workspace.responseUrls.get(path);
  if (link === undefined) {
    throw new ApiError("invalid_url");
  }
  if (workspace.now() - link.at > lifetime) {
    throw new ApiError("expired_url");
  }
  if (link.uses >= maxUses) {
    throw new ApiError("used_url");
  }
  show(workspace, link, body, takes);
  link.uses += 1;
}

/** Shows what the bot says to an interaction, through its response_url or in its acknowledgement. */
export function show(
  workspace: Workspace,
  link: Interaction,
  body: Fields,
  takes: readonly LateBlock[],
): void {
  const { message, channel, user } = link;
  if (isTrue(body["delete_original"]) && message !== undefined) {
    deleteMessage(workspace, message);
    return;
  }
  const text = textOf(body["text"]) ?? "";
  const blocks = body["blocks"] === undefined ? [] : checkedBlocks(body["blocks"], takes);
  if (text === "" && blocks.length === 0) {
    throw new ApiError("no_text");
  }
  if (isTrue(body["replace_original"]) && message !== undefined) {
    editMessage(workspace, message, text, blocks);
    return;
  }
  if (channel === undefined) {
    throw new ApiError("channel_not_found");
  }
  const threadTs = textOf(body["thread_ts"]);
  const thread = threadTs === undefined ? undefined : workspace.message(channel, threadTs);
  const everyone = body["response_type"] === "in_channel";
  const draft = { channel, user: workspace.bot.userId, text, blocks, thread };
  addMessage(workspace, everyone ? draft : { ...draft, onlyFor: user });
}
