import { compact, type Fields } from "./json.ts";
import type { Channel, Message, SlackFile } from "./types.ts";
import type { Workspace } from "./workspace.ts";

/** A message as Slack sends it, in answers and in the payload of a click. */
export function messageJson(workspace: Workspace, message: Message): Fields {
  const { bot, team } = workspace;
  const root = workspace.messages.find((it) => it.ts === message.threadTs);
  const last = message.versions.at(-1);
  return compact({
    user: message.user,
    type: "message",
    ts: message.ts,
    bot_id: message.isFromBot ? bot.botId : undefined,
    app_id: message.isFromBot ? bot.appId : undefined,
    text: message.text,
    team: team.id,
    thread_ts: message.threadTs ?? (message.replies.length > 0 ? message.ts : undefined),
    parent_user_id: root?.user,
    blocks: message.blocks.length > 0 ? message.blocks : undefined,
    files: message.files.length > 0 ? message.files.map((it) => fileJson(workspace, it)) : undefined,
    edited:
      message.versions.length > 1 && last !== undefined
        ? { user: message.user, ts: `${Math.floor(last.at / 1000)}.000000` }
        : undefined,
    reactions:
      message.reactions.size > 0
        ? [...message.reactions].map(([name, users]) => ({ name, users: [...users], count: users.size }))
        : undefined,
    metadata: message.metadata,
    reply_count: message.replies.length > 0 ? message.replies.length : undefined,
  });
}

export function fileJson(workspace: Workspace, file: SlackFile): Fields {
  const { id, name, title, content } = file;
  return {
    id,
    name,
    title,
    size: content.length,
    mimetype: "text/plain",
    filetype: name.split(".").at(-1) ?? "text",
    user: workspace.bot.userId,
    mode: "hosted",
    permalink: `https://${workspace.team.domain}.slack.com/files/${workspace.bot.userId}/${id}/${name}`,
  };
}

export function channelJson(workspace: Workspace, { id, name, kind, members, isArchived }: Channel): Fields {
  if (kind === "im") {
    const user = [...members].find((it) => it !== workspace.bot.userId);
    return { id, is_im: true, is_archived: isArchived, user };
  }
  return {
    id,
    name,
    name_normalized: name,
    is_channel: kind === "public",
    is_group: kind === "private",
    is_im: false,
    is_private: kind === "private",
    is_archived: isArchived,
    is_member: members.has(workspace.bot.userId),
    num_members: members.size,
    context_team_id: workspace.team.id,
  };
}
