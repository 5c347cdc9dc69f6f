import { ApiError, answer, type Call, type Method, required } from "./api.ts";
import type { Fields } from "./json.ts";
import { channelJson } from "./message-json.ts";
import { channelFor } from "./post-message.ts";
import type { User } from "./types.ts";
import type { Workspace } from "./workspace.ts";

function userJson(workspace: Workspace, { id, name, team, isDeleted = false }: User): Fields {
  return {
    id,
    team_id: team,
    name,
    deleted: isDeleted,
    real_name: name,
    profile: { real_name: name, display_name: name, team },
    is_bot: id === workspace.bot.userId,
    is_app_user: false,
    is_admin: false,
    is_owner: false,
    is_restricted: false,
    updated: 0,
  };
}

function group(call: Call): ReadonlySet<string> {
  const found = call.workspace.groups.get(required(call, "usergroup"));
  if (found === undefined) {
    throw new ApiError("no_such_subteam");
  }
  return found.members;
}

const reading = ["channels:read", "groups:read", "im:read", "mpim:read"];

export const readingMethods: Record<string, Method> = {
  "auth.test": {
    scopes: [],
    answer({ workspace: { bot, team } }) {
      return answer({
        url: `https://${team.domain}.slack.com/`,
        team: team.name,
        user: bot.name,
        team_id: team.id,
        user_id: bot.userId,
        bot_id: bot.botId,
        is_enterprise_install: false,
      });
    },
  },

  "apps.connections.open": {
    scopes: ["connections:write"],
    isForApp: true,
    answer: (call) => answer({ url: call.socketUrl() }),
  },

  "conversations.info": {
    scopes: reading,
    answer(call) {
      const channel = channelFor(call, required(call, "channel"), { mayWrite: false });
      return answer({ channel: channelJson(call.workspace, channel) });
    },
  },

  "conversations.join": {
    scopes: ["channels:join"],
    answer(call) {
      const channel = channelFor(call, required(call, "channel"), { mayWrite: false });
      if (channel.isArchived) {
        throw new ApiError("is_archived");
      }
      channel.members.add(call.workspace.bot.userId);
      call.workspace.changed();
      return answer({ channel: channelJson(call.workspace, channel) });
    },
  },

  "conversations.open": {
    scopes: ["im:write"],
    answer(call) {
      const user = required(call, "users");
      if (!call.workspace.users.has(user)) {
        throw new ApiError("user_not_found");
      }
      return answer({ channel: { id: call.workspace.dmWith(user).id } });
    },
  },

  "usergroups.users.list": {
    scopes: ["usergroups:read"],
    answer: (call) => answer({ users: [...group(call)] }),
  },

  "usergroups.list": {
    scopes: ["usergroups:read"],
    answer(call) {
      const all = [...call.workspace.groups].map(([id, { handle, members }]) => {
        return { id, team_id: call.workspace.team.id, name: handle, handle, user_count: members.size };
      });
      return answer({ usergroups: all });
    },
  },

  "users.info": {
    scopes: ["users:read"],
    answer(call) {
      const user = call.workspace.users.get(required(call, "user"));
      if (user === undefined) {
        throw new ApiError("user_not_found");
      }
      return answer({ user: userJson(call.workspace, user) });
    },
  },

  "users.list": {
    scopes: ["users:read"],
    answer({ workspace }) {
      const members = [...workspace.users.values()].map((it) => userJson(workspace, it));
      return answer({ members, cache_ts: 0, response_metadata: { next_cursor: "" } });
    },
  },
};
