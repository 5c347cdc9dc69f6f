import { ApiError, type Call, channelOf, missingAccess, param, type Routes } from "./api.ts";
import { channelJson, guildJson } from "./channel-json.ts";
import { memberJson, roleJson, userJson } from "./user-json.ts";

export const readingRoutes: Routes = {
  get_bot_gateway: {
    method: "GET",
    path: "/gateway/bot",
    answer({ world, origin }) {
      const { total, remaining, resetAfterMilliseconds } = world.sessionStarts;
      return {
        url: origin.replace("http", "ws"),
        shards: 1,
        session_start_limit: { total, remaining, reset_after: resetAfterMilliseconds, max_concurrency: 1 },
      };
    },
  },
  get_my_user: {
    method: "GET",
    path: "/users/@me",
    answer: ({ world }) => botJson(world),
  },
  get_my_application: {
    method: "GET",
    path: "/applications/@me",
    answer: ({ world }) => applicationJson(world),
  },
  get_my_oauth2_application: {
    method: "GET",
    path: "/oauth2/applications/@me",
    answer: ({ world }) => applicationJson(world),
  },
  get_guild: {
    method: "GET",
    path: "/guilds/{guild_id}",
    answer(call) {
      requireGuild(call);
      return guildJson(call.world);
    },
  },
  list_guild_roles: {
    method: "GET",
    path: "/guilds/{guild_id}/roles",
    answer(call) {
      requireGuild(call);
      return [...call.world.roles.values()].map((it) => roleJson(call.world, it));
    },
  },
  list_guild_channels: {
    method: "GET",
    path: "/guilds/{guild_id}/channels",
    answer(call) {
      requireGuild(call);
      const channels = [...call.world.channels.values()].filter((it) => it.kind === "text");
      return channels.map((it) => channelJson(call.world, it));
    },
  },
  get_guild_member: {
    method: "GET",
    path: "/guilds/{guild_id}/members/{user_id}",
    answer(call) {
      requireGuild(call);
      const member = call.world.members.get(param(call, "user_id"));
      if (member === undefined) {
        throw new ApiError(404, 10007, "Unknown Member");
      }
      return memberJson(member);
    },
  },
  get_channel: {
    method: "GET",
    path: "/channels/{channel_id}",
    answer: (call) => channelJson(call.world, channelOf(call)),
  },
};

/** Of guilds where it is not, a bot learns nothing. */
export function requireGuild(call: Call): void {
  if (param(call, "guild_id") !== call.world.guild.id) {
    throw missingAccess();
  }
}

export function botJson(world: Call["world"]): object {
  const bot = world.members.get(world.bot.id);
  const more = { bio: "", email: null, flags: 0, locale: "en-US", mfa_enabled: true, verified: true };
  return { ...(bot && userJson(bot)), ...more };
}

function applicationJson(world: Call["world"]): object {
  const bot = world.members.get(world.bot.id);
  return {
    id: world.bot.id,
    name: world.bot.name,
    icon: null,
    description: "",
    summary: "",
    type: null,
    bot: bot && userJson(bot),
    bot_public: false,
    bot_require_code_grant: false,
    approximate_guild_count: 1,
    approximate_user_authorization_count: 0,
    approximate_user_install_count: 0,
    eligible_oauth2_scopes: [],
    explicit_content_filter: 0,
    flags: 0,
    flags_new: "0",
    hook: true,
    is_monetized: false,
    integration_types_config: { "0": {} },
    interactions_endpoint_url: null,
    owner: { ...(bot && userJson(bot)), id: world.guild.owner },
    redirect_uris: [],
    role_connections_verification_url: null,
    team: null,
    verify_key: "0".repeat(64),
  };
}
