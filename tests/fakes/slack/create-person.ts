import { checkView, type LateBlock } from "./check-blocks.ts";
import { confirmed, findButton, findMenu } from "./clicking.ts";
import type { Deliveries, Outcome } from "./deliveries.ts";
import { escaped } from "./escape.ts";
import { fillIn, menuState, option } from "./form.ts";
import { compact, type Fields, fieldsOf, isFields, textOf } from "./json.ts";
import { addView, replaceView } from "./methods-views.ts";
import type { Payloads } from "./payloads.ts";
import type { Person, Said, Where } from "./person.ts";
import { blocksOf } from "./reading.ts";
import { show } from "./response-url.ts";
import type { Channel, Message, StoredMessage, User, View } from "./types.ts";
import { addMessage, type Workspace } from "./workspace.ts";

export interface PersonParts {
  readonly user: User;
  readonly workspace: Workspace;
  readonly payloads: Payloads;
  readonly deliveries: Deliveries;
  readonly takes: () => readonly LateBlock[];
  /** The events that the app has subscribed to, such as `app_mention` or `message.im`. */
  readonly subscribed: ReadonlySet<string>;
}

export function createPerson({
  user,
  workspace,
  payloads,
  deliveries,
  takes,
  subscribed,
}: PersonParts): Person {
  const chosen = new Map<string, Fields>();
  const views = () => [...workspace.views.values()].filter((it) => it.user === user.id && it.isOpen);

  function place({ channel, thread }: Where): Channel {
    const wanted = thread?.channel ?? channel;
    const found =
      wanted === undefined
        ? workspace.dmWith(user.id)
        : workspace.channel(typeof wanted === "string" ? wanted : wanted.id);
    if (found === undefined) {
      throw new Error(`there is no channel ${String(wanted)}`);
    }
    found.members.add(user.id);
    return found;
  }

  function stored(message: Message): StoredMessage {
    const found = workspace.messages.find((it) => it.channel === message.channel && it.ts === message.ts);
    if (found === undefined || found.isDeleted) {
      throw new Error(`there is no such message any more: ${message.text}`);
    }
    if (found.onlyFor !== undefined && found.onlyFor !== user.id) {
      throw new Error(`${user.name} does not see the message: ${message.text}`);
    }
    return found;
  }

  /** An event, when the app has subscribed to it and the bot is there to hear it. */
  async function event(name: string, channel: Channel | undefined, content: Fields): Promise<Outcome> {
    const hears = channel === undefined || channel.members.has(workspace.bot.userId);
    if (!subscribed.has(name) || !hears) {
      const delivery = { kind: "events_api" as const, payload: content, attempts: [] };
      const error = hears ? "not_subscribed" : "not_in_channel";
      return { acked: false, error, payload: undefined, milliseconds: 0, delivery };
    }
    return deliveries.send("events_api", payloads.event(content));
  }

  async function say(type: "app_mention" | "message", text: string, where: Where): Promise<Said> {
    const channel = place(where);
    const root = where.thread === undefined ? undefined : stored(where.thread);
    const thread = root?.threadTs === undefined ? root : workspace.message(channel.id, root.threadTs);
    const message = addMessage(workspace, {
      channel: channel.id,
      user: user.id,
      text: escaped(workspace, text),
      thread,
    });
    const kind = { im: "message.im", private: "message.groups", public: "message.channels" }[channel.kind];
    // A mention is a message too. In a direct conversation it is nothing but a message.
    const asMessage = () => event(kind, channel, payloads.said("message", user, channel, message));
    if (type === "message" || channel.kind === "im") {
      return { ...(await asMessage()), message };
    }
    const mention = event(type, channel, payloads.said(type, user, channel, message));
    await Promise.all([mention, asMessage()]);
    return { ...(await mention), message };
  }

  async function act(on: Message | View, blocks: readonly Fields[], action: Fields): Promise<Outcome> {
    const values = menuState(blocks, chosen);
    if ("content" in on) {
      return deliveries.send("interactive", payloads.clickOnView(user, on, action, values));
    }
    const message = stored(on);
    const channel = place({ channel: message.channel });
    return deliveries.send("interactive", payloads.clickOnMessage(user, channel, message, action, values));
  }

  return {
    id: user.id,
    name: user.name,
    get dm() {
      return workspace.dmWith(user.id);
    },
    get modal() {
      return views().findLast((it) => it.kind === "modal");
    },
    get home() {
      return views().find((it) => it.kind === "home");
    },
    get whispers() {
      return workspace.messages.filter((it) => it.onlyFor === user.id && !it.isDeleted);
    },

    async types(line, where = {}) {
      if (where.thread !== undefined) {
        throw new Error("Slack runs no slash commands in threads");
      }
      const [, command, text = ""] = /^(\/\S+)(?:\s+(.*))?$/s.exec(line) ?? [];
      if (command === undefined) {
        throw new Error(`"${line}" is no slash command`);
      }
      const channel = place(where);
      const link = payloads.interaction(user, channel);
      const outcome = await deliveries.send(
        "slash_commands",
        payloads.command(user, channel, command, escaped(workspace, text, { withNames: true }), link),
      );
      const body =
        typeof outcome.payload === "string" ? { text: outcome.payload } : fieldsOf(outcome.payload);
      if (textOf(body["text"]) || body["blocks"] !== undefined) {
        show(workspace, link, body, takes());
      }
      return outcome;
    },

    mentions: (text, where) => say("app_mention", `<@${workspace.bot.userId}> ${text}`, where),
    says: (text, where = {}) => say("message", text, where),

    async clicks(on, button, { confirm, version } = {}) {
      const blocks = "content" in on ? blocksOf(on) : (stored(on).versions.at(version ?? -1)?.blocks ?? []);
      const { element, blockId } = findButton(blocks, button);
      if (!confirmed(element, confirm)) {
        const delivery = { kind: "interactive" as const, payload: {}, attempts: [] };
        return { acked: false, error: "dismissed", payload: undefined, milliseconds: 0, delivery };
      }
      const { type, action_id, text, value, url, style, confirm: dialog } = element;
      return act(
        on,
        blocks,
        compact({ action_id, block_id: blockId, text, value, url, style, confirm: dialog, type }),
      );
    },

    async chooses(on, wanted) {
      const blocks = "content" in on ? blocksOf(on) : stored(on).blocks;
      const { element, blockId } = findMenu(blocks, wanted);
      const { type, action_id, placeholder } = element;
      const selected_option = option(element, wanted);
      if (type !== "overflow") {
        chosen.set(String(action_id), { type, selected_option });
      }
      return act(on, blocks, compact({ type, action_id, block_id: blockId, selected_option, placeholder }));
    },

    async submits(view, filled = {}) {
      if (!view.isOpen || view.user !== user.id) {
        throw new Error(`${user.name} has no such form open`);
      }
      const values = fillIn(blocksOf(view), filled);
      const outcome = await deliveries.send("interactive", payloads.submission(user, view, values));
      if (!outcome.acked) {
        return { ...outcome, errors: undefined };
      }
      return { ...outcome, ...answerToForm(view, outcome.payload) };
    },

    async closes(view) {
      view.isOpen = false;
      workspace.changed();
      const isWanted = view.content["notify_on_close"] === true;
      return isWanted ? deliveries.send("interactive", payloads.closing(user, view)) : undefined;
    },

    opensHome() {
      const view = views().find((it) => it.kind === "home")?.content;
      const channel = workspace.dmWith(user.id).id;
      const event_ts = workspace.newTs();
      return event(
        "app_home_opened",
        undefined,
        compact({ type: "app_home_opened", user: user.id, channel, tab: "home", view, event_ts }),
      );
    },

    shortcut(callbackId, message) {
      const on = message && { message: stored(message), channel: place({ channel: message.channel }) };
      return deliveries.send("interactive", payloads.shortcut(user, callbackId, on));
    },

    reacts(on, reaction) {
      const message = stored(on);
      message.reactions.set(reaction, (message.reactions.get(reaction) ?? new Set()).add(user.id));
      workspace.changed();
      const item = { type: "message", channel: message.channel, ts: message.ts };
      const content = { type: "reaction_added", user: user.id, reaction, item, item_user: message.user };
      return event("reaction_added", place({ channel: message.channel }), {
        ...content,
        event_ts: workspace.newTs(),
      });
    },

    invitesBot(channel) {
      const into = place({ channel });
      into.members.add(workspace.bot.userId);
      workspace.changed();
      return event("member_joined_channel", into, {
        type: "member_joined_channel",
        user: workspace.bot.userId,
        channel: into.id,
        channel_type: into.kind === "private" ? "G" : "C",
        team: workspace.team.id,
        inviter: user.id,
        event_ts: workspace.newTs(),
      });
    },
  };

  /** docs.slack.dev/surfaces/modals: the acknowledgement says what happens to the form. */
  function answerToForm(view: View, payload: unknown): { errors: Fields | undefined; error?: string } {
    const { response_action, errors, view: next } = fieldsOf(payload);
    if (response_action === "errors") {
      return { errors: fieldsOf(errors) };
    }
    if (isFields(next)) {
      const problems = checkView(next, takes());
      if (problems.length > 0) {
        return { errors: undefined, error: problems.join("; ") };
      }
    }
    if (response_action === "update") {
      replaceView(workspace, view, fieldsOf(next));
    } else if (response_action === "push") {
      addView(workspace, user.id, "modal", fieldsOf(next));
    } else {
      for (const it of response_action === "clear" ? views() : [view]) {
        it.isOpen = it.kind === "home";
      }
      workspace.changed();
    }
    return { errors: undefined };
  }
}
