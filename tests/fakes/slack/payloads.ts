import { randomBytes, randomUUID } from "node:crypto";
import { compact, type Fields } from "./json.ts";
import { messageJson } from "./message-json.ts";
import { settleBlocks } from "./settle-blocks.ts";
import type { Channel, Message, StoredMessage, User, View } from "./types.ts";
import type { Interaction, Workspace } from "./workspace.ts";

/** Slack puts the old verification token into everything; nobody should look at it. */
const token = "fake-verification-token";

/** Payloads with the keys that Slack's have: a test compares them with recorded ones. */
export function payloads(workspace: Workspace, origin: () => string) {
  const { team, bot } = workspace;
  let lastNumber = 10_000_000_000_000;
  const newNumber = () => ++lastNumber;

  function interaction(user: User, channel: Channel | undefined, message?: StoredMessage): Interaction {
    return { channel: channel?.id, user: user.id, message, at: workspace.now(), uses: 0 };
  }

  function triggerId(user: User): string {
    const id = `${newNumber()}.${newNumber()}.${randomBytes(16).toString("hex")}`;
    workspace.triggers.set(id, interaction(user, undefined));
    return id;
  }

  function responseUrl(area: "commands" | "actions", link: Interaction): string {
    const path = `/${area}/${team.id}/${newNumber()}/${randomBytes(12).toString("base64url")}`;
    workspace.responseUrls.set(path, link);
    return `${origin()}${path}`;
  }

  /** Direct messages and private channels go by these names in payloads. */
  const shownName = ({ kind, name }: Channel) =>
    ({ im: "directmessage", private: "privategroup", public: name })[kind];

  const person = ({ id, name, team: team_id }: User) => ({ id, username: name, name, team_id });

  const common = (user: User) => ({
    user: person(user),
    api_app_id: bot.appId,
    token,
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  });

  function openView(view: View, values: Fields): Fields {
    return { ...view.content, state: { values } };
  }

  return {
    interaction,

    command(user: User, channel: Channel, command: string, text: string, link: Interaction): Fields {
      return {
        token,
        team_id: team.id,
        team_domain: team.domain,
        channel_id: channel.id,
        channel_name: shownName(channel),
        user_id: user.id,
        user_name: user.name,
        command,
        text,
        api_app_id: bot.appId,
        is_enterprise_install: "false",
        response_url: responseUrl("commands", link),
        trigger_id: triggerId(user),
      };
    },

    event(event: Fields): Fields {
      return {
        token,
        team_id: team.id,
        context_team_id: team.id,
        context_enterprise_id: null,
        api_app_id: bot.appId,
        event,
        type: "event_callback",
        event_id: workspace.newId("Ev"),
        event_time: Math.floor(workspace.now() / 1000),
        authorizations: [
          {
            enterprise_id: null,
            team_id: team.id,
            user_id: bot.userId,
            is_bot: true,
            is_enterprise_install: false,
          },
        ],
        is_ext_shared_channel: false,
        event_context: `4-${Buffer.from(JSON.stringify({ et: event["type"], tid: team.id })).toString("base64url")}`,
      };
    },

    /** What was said, as an `app_mention` or as a `message` in this kind of channel. */
    said(type: "app_mention" | "message", user: User, channel: Channel, message: Message): Fields {
      const root = workspace.messages.find((it) => it.ts === message.threadTs);
      return compact({
        type,
        user: user.id,
        ts: message.ts,
        client_msg_id: randomUUID(),
        text: message.text,
        team: user.team,
        thread_ts: message.threadTs,
        parent_user_id: root?.user,
        blocks: richText(message.text),
        channel: channel.id,
        event_ts: message.ts,
        channel_type:
          type === "message" ? { im: "im", private: "group", public: "channel" }[channel.kind] : undefined,
      });
    },

    clickOnMessage(
      user: User,
      channel: Channel,
      message: StoredMessage,
      action: Fields,
      values: Fields,
    ): Fields {
      const isEphemeral = message.onlyFor !== undefined;
      return compact({
        type: "block_actions",
        ...common(user),
        container: compact({
          type: "message",
          message_ts: message.ts,
          channel_id: channel.id,
          is_ephemeral: isEphemeral,
          thread_ts: message.threadTs,
        }),
        trigger_id: triggerId(user),
        channel: { id: channel.id, name: shownName(channel) },
        message: isEphemeral ? undefined : messageJson(workspace, message),
        state: { values },
        response_url: responseUrl("actions", interaction(user, channel, message)),
        actions: [{ ...action, action_ts: workspace.newTs() }],
      });
    },

    clickOnView(user: User, view: View, action: Fields, values: Fields): Fields {
      return {
        type: "block_actions",
        ...common(user),
        container: { type: "view", view_id: view.id },
        trigger_id: triggerId(user),
        view: openView(view, values),
        actions: [{ ...action, action_ts: workspace.newTs() }],
      };
    },

    submission(user: User, view: View, values: Fields): Fields {
      return {
        type: "view_submission",
        ...common(user),
        trigger_id: triggerId(user),
        view: openView(view, values),
        response_urls: [],
      };
    },

    closing(user: User, view: View): Fields {
      return { type: "view_closed", ...common(user), view: openView(view, {}), is_cleared: false };
    },

    shortcut(
      user: User,
      callbackId: string,
      on: { channel: Channel; message: StoredMessage } | undefined,
    ): Fields {
      const both = {
        ...common(user),
        callback_id: callbackId,
        trigger_id: triggerId(user),
        action_ts: workspace.newTs(),
      };
      if (on === undefined) {
        return { type: "shortcut", ...both };
      }
      return {
        type: "message_action",
        ...both,
        message_ts: on.message.ts,
        response_url: responseUrl("actions", interaction(user, on.channel, on.message)),
        message: messageJson(workspace, on.message),
        channel: { id: on.channel.id, name: shownName(on.channel) },
      };
    },
  };
}

export type Payloads = ReturnType<typeof payloads>;

/** What people type arrives as rich text too. */
function richText(text: string): Fields[] {
  const elements = text.split(/(<@[UW][A-Z0-9]+>)/).flatMap((part): Fields[] => {
    const user = /^<@(.+)>$/.exec(part)?.[1];
    if (user !== undefined) {
      return [{ type: "user", user_id: user }];
    }
    return part === "" ? [] : [{ type: "text", text: part }];
  });
  return settleBlocks([{ type: "rich_text", elements: [{ type: "rich_text_section", elements }] }]);
}
