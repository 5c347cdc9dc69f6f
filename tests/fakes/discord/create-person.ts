import { ComponentType, InteractionType } from "discord.js";
import { compact, type Fields, fieldsOf, listOf } from "../slack/json.ts";
import { fillIn } from "./form.ts";
import type { Interactions } from "./interactions.ts";
import { pingsOf } from "./mentions.ts";
import { messageEvent } from "./message-json.ts";
import { begun, type Deed, resolvedJson } from "./payloads.ts";
import { isOffered, may } from "./permissions.ts";
import type { In, Person } from "./person.ts";
import { buttonsIn } from "./reading.ts";
import { allIn } from "./settle-components.ts";
import { changeThread } from "./threads.ts";
import { type Options, typed } from "./typed-options.ts";
import type { Channel, Member, Message, Modal, StoredMessage } from "./types.ts";
import { addMessage, type World } from "./world.ts";

export interface PersonParts {
  readonly member: Member;
  readonly world: World;
  readonly interactions: Interactions;
  readonly place: (where: In | undefined) => Channel;
  readonly origin: () => string;
}

export function createPerson({ member, world, interactions, place, origin }: PersonParts): Person {
  const forms: { modal: Modal; isOpen: boolean }[] = [];

  async function act(deed: Omit<Deed, "member">) {
    const outcome = await interactions.send(begun(world, origin(), { ...deed, member }));
    if (outcome.modal !== undefined) {
      forms.push({ modal: outcome.modal, isOpen: true });
    }
    return outcome;
  }

  function visible(where: In | undefined): Channel {
    const channel = place(where);
    if (!may(world, member.id, channel, "ViewChannel")) {
      throw new Error(`${member.name} does not see the channel ${channel.name}`);
    }
    return channel;
  }

  function stored(message: Message): StoredMessage {
    const found = world.messages.find((it) => it.id === message.id);
    if (found === undefined || found.isDeleted) {
      throw new Error(`there is no such message any more: ${message.content}`);
    }
    if (found.onlyFor !== undefined && found.onlyFor !== member.id) {
      throw new Error(`${member.name} does not see the message: ${message.content}`);
    }
    return found;
  }

  function commandData(line: string, values: Options, focused?: string): Fields {
    const [name, ...path] = line.replace(/^\//, "").split(/\s+/);
    const command = [...world.commands.values()].find((it) => it.name === name);
    const wanted = command?.content["default_member_permissions"];
    if (command === undefined || !isOffered(world, member.id, typeof wanted === "string" ? wanted : null)) {
      const names = [...world.commands.values()].map((it) => it.name);
      throw new Error(`${member.name} is offered no command ${name}; there are ${names.join(", ")}`);
    }
    const { options, ids } = typed(command.content["options"], path, values, focused);
    const resolved = resolvedJson(world, ids);
    return compact({
      id: command.id,
      name: command.name,
      type: 1,
      guild_id: world.guild.id,
      options: options.length === 0 ? undefined : options,
      resolved,
    });
  }

  return {
    id: member.id,
    name: member.name,
    roles: member.roles,
    get whispers() {
      return world.messages.filter((it) => it.onlyFor === member.id && !it.isDeleted);
    },
    get modal() {
      return forms.findLast((it) => it.isOpen)?.modal;
    },

    async uses(command, options = {}, where = {}) {
      const data = commandData(command, options);
      return act({ kind: InteractionType.ApplicationCommand, channel: visible(where.channel), data });
    },

    async completes(command, options, focused, where = {}) {
      if (options[focused] === undefined) {
        throw new Error(`nothing is typed into the option ${focused}; "" is a beginning too`);
      }
      const kind = InteractionType.ApplicationCommandAutocomplete;
      return act({ kind, channel: visible(where.channel), data: commandData(command, options, focused) });
    },

    async clicks(on, button, { version } = {}) {
      const message = stored(on);
      const seen = message.versions.at(version ?? -1);
      const buttons = buttonsIn(seen?.components ?? []);
      const found = buttons.find((it) => it["label"] === button || it["custom_id"] === button);
      if (found === undefined || typeof found["custom_id"] !== "string") {
        const labels = buttons.map((it) => it["label"]).join(", ");
        throw new Error(`there is no button ${button}; there are: ${labels}`);
      }
      if (found["disabled"] === true) {
        throw new Error(`the button ${button} is disabled`);
      }
      const { custom_id, id } = found;
      const data = { component_type: ComponentType.Button, custom_id, id };
      const channel = visible(message.channel);
      return act({ kind: InteractionType.MessageComponent, channel, data, message, version: seen });
    },

    async chooses(on, ...options) {
      const message = stored(on);
      const menus = message.components.flatMap(allIn);
      const menu = menus.find((it) => it["type"] === ComponentType.StringSelect && it["disabled"] !== true);
      const offered = listOf(menu?.["options"]).map(fieldsOf);
      const values = options.map((wanted) => {
        const found = offered.find((it) => it["label"] === wanted || it["value"] === wanted);
        if (found === undefined) {
          throw new Error(
            `no menu offers ${wanted}; there is: ${offered.map((it) => it["label"]).join(", ")}`,
          );
        }
        return found["value"];
      });
      const data = {
        component_type: ComponentType.StringSelect,
        custom_id: menu?.["custom_id"],
        id: menu?.["id"],
        values,
      };
      const channel = visible(message.channel);
      return act({ kind: InteractionType.MessageComponent, channel, data, message });
    },

    async submits(form, filled = {}) {
      const open = forms.find((it) => it.modal === form && it.isOpen);
      if (open === undefined) {
        throw new Error(`${member.name} has no such form open: ${form.title}`);
      }
      const data = { custom_id: form.customId, components: fillIn(form, filled) };
      const message = form.message && world.messages.find((it) => it.id === form.message?.id);
      const channel = visible(form.channel);
      const outcome = await act({ kind: InteractionType.ModalSubmit, channel, data, message });
      // A form stays on the screen until its answer is there.
      open.isOpen = outcome.failed !== undefined;
      return outcome;
    },

    says(text, where = {}) {
      const channel = visible(where.channel);
      const what = channel.kind === "thread" ? "SendMessagesInThreads" : "SendMessages";
      if (!may(world, member.id, channel, what)) {
        throw new Error(`${member.name} may not write in ${channel.name}`);
      }
      if (channel.isArchived) {
        changeThread(world, channel, { isArchived: false });
      }
      const message = addMessage(world, {
        content: text,
        embeds: [],
        components: [],
        attachments: [],
        flags: 0,
        channel: channel.id,
        author: member.id,
        pings: pingsOf(world, channel, text, { parse: ["users"] }, undefined),
      });
      world.dispatch("MESSAGE_CREATE", messageEvent(world, message, origin()));
      return message;
    },
  };
}
