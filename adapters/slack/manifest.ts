import type { CommandHelp } from "../../src/chat/desk.ts";
import { cut } from "../../src/chat/platform/text.ts";
import { scopes } from "./scopes.ts";

export interface ManifestOptions {
  readonly prefix: string;
  readonly socketMode: boolean;
  /** Where Slack reaches the bot, such as https://bot.example/slack/events; not for Socket Mode. */
  readonly url?: string;
}

/**
 * Slack's own commands. A manifest with one of them is refused as a whole ("the slash command has an invalid name":
 * NousResearch/hermes-agent#18456), or Slack's own wins. `help` belongs to no app: the last one installed would get it.
 */
const reserved: ReadonlySet<string> = new Set(
  (
    "active apps archive away call close collapse dm dnd expand feed help hide huddle invite join keys kick leave " +
    "me msg mute open part prefs pro remind remove rename search send shortcuts shrug star status topic unarchive " +
    "unhide who"
  ).split(" "),
);

/** An app may have this many slash commands (slackapi's word in openclaw/openclaw#32499). */
const mostCommands = 25;
const longestName = 32;

export const usualEvents = ["app_home_opened", "app_mention", "message.im"] as const;

/** Everything that Slack has to know, to be pasted into "Create an app from a manifest". */
export function slackManifest(commands: readonly CommandHelp[], options: ManifestOptions): object {
  const { prefix, socketMode, url } = options;
  const request = socketMode || url === undefined ? {} : { url };
  const address = socketMode || url === undefined ? {} : { request_url: url };
  return {
    display_information: {
      name: "Switchyard",
      description: "Deploys NixOS machines: build, look, click, switch, check.",
      background_color: "#1f3a5f",
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: "switchyard", always_online: true },
      slash_commands: slashCommands(commands, prefix).map((command) => ({ ...command, ...request })),
    },
    oauth_config: { scopes: { bot: Object.keys(scopes) } },
    settings: {
      event_subscriptions: { ...address, bot_events: [...usualEvents] },
      interactivity: { is_enabled: true, ...address },
      org_deploy_enabled: false,
      socket_mode_enabled: socketMode,
      token_rotation_enabled: false,
    },
  };
}

/** `/switchyard` first: with it everything works, whatever else has no place. */
function slashCommands(commands: readonly CommandHelp[], prefix: string) {
  const all = {
    command: "/switchyard",
    description: "Every command of the bot, such as /switchyard status.",
    usage_hint: "COMMAND …",
    should_escape: true,
  };
  const own = commands
    .filter(({ name }) => isFree(`${prefix}${name}`))
    .map(({ name, usage, summary }) => ({
      command: `/${prefix}${name}`,
      description: cut(summary, 2_000),
      usage_hint: cut(usage.replace(/^\/\S+\s*/, "") || "(nothing more)", 1_000),
      should_escape: true,
    }));
  return [all, ...own].slice(0, mostCommands);
}

function isFree(name: string): boolean {
  return /^[a-z0-9][a-z0-9_-]*$/.test(name) && name.length < longestName && !reserved.has(name);
}
