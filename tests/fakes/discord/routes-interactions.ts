import { InteractionType as Kind, MessageFlags, InteractionResponseType as Response } from "discord.js";
import { compact, type Fields, fieldsOf, isFields, listOf, textOf } from "../slack/json.ts";
import { ApiError, type Call, invalidBody, param, type Routes } from "./api.ts";
import { checkChoices, checkModal } from "./check-form.ts";
import type { Choice, StoredInteraction } from "./interactions.ts";
import { noPings } from "./mentions.ts";
import { messageEvent, messageJson } from "./message-json.ts";
import { settleComponents } from "./settle-components.ts";
import type { Channel, StoredMessage } from "./types.ts";
import { addMessage, editMessage } from "./world.ts";
import { pinged, written } from "./write-message.ts";

export const interactionRoutes: Routes = {
  create_interaction_response: {
    method: "POST",
    path: "/interactions/{interaction_id}/{interaction_token}/callback",
    isInteraction: true,
    answer(call) {
      const interaction = call.world.interactions.get(param(call, "interaction_id"));
      if (interaction === undefined || interaction.token !== param(call, "interaction_token")) {
        throw new ApiError(404, 10062, "Unknown interaction");
      }
      if (interaction.response !== undefined) {
        throw new ApiError(400, 40060, "Interaction has already been acknowledged.");
      }
      if (call.isLate(interaction)) {
        interaction.isLate = true;
        throw new ApiError(404, 10062, "Unknown interaction");
      }
      const type = Number(call.body["type"]);
      if (!mayRespond(interaction, type)) {
        throw invalidBody([
          {
            at: ["type"],
            code: "INTERACTION_APPLICATION_RESPONSE_TYPE_INVALID",
            message: `Response type ${type} may not be used here.`,
          },
        ]);
      }
      respond(call, interaction, type, fieldsOf(call.body["data"]));
      interaction.response = { type, at: call.world.now() };
      return call.query["with_response"] === "true" ? callbackJson(call, interaction, type) : undefined;
    },
  },
};

const withMessages = [Kind.ApplicationCommand, Kind.MessageComponent, Kind.ModalSubmit];

/** Which interactions may be answered in which way. */
const allowed: Record<number, readonly Kind[]> = {
  [Response.ChannelMessageWithSource]: withMessages,
  [Response.DeferredChannelMessageWithSource]: withMessages,
  [Response.DeferredMessageUpdate]: [Kind.MessageComponent, Kind.ModalSubmit],
  [Response.UpdateMessage]: [Kind.MessageComponent, Kind.ModalSubmit],
  [Response.ApplicationCommandAutocompleteResult]: [Kind.ApplicationCommandAutocomplete],
  [Response.Modal]: [Kind.ApplicationCommand, Kind.MessageComponent],
};

const updates: readonly number[] = [Response.DeferredMessageUpdate, Response.UpdateMessage];

function mayRespond({ kind, message }: StoredInteraction, type: number): boolean {
  return (allowed[type] ?? []).includes(kind) && (!updates.includes(type) || message !== undefined);
}

function respond(call: Call, interaction: StoredInteraction, type: number, data: Fields): void {
  switch (type) {
    case Response.ChannelMessageWithSource:
      interaction.original = answerWith(call, interaction, data);
      return;
    case Response.DeferredChannelMessageWithSource:
      interaction.original = think(call, interaction, data);
      return;
    case Response.DeferredMessageUpdate:
      interaction.original = interaction.message;
      return;
    case Response.UpdateMessage:
      if (interaction.message !== undefined) {
        rewrite(call, interaction.message, data);
      }
      interaction.original = interaction.message;
      return;
    case Response.ApplicationCommandAutocompleteResult:
      interaction.choices = choicesIn(data);
      return;
    case Response.Modal:
      checkModal(data);
      interaction.modal = {
        customId: textOf(data["custom_id"]) ?? "",
        title: textOf(data["title"]) ?? "",
        components: settleComponents(listOf(data["components"]).map(fieldsOf)),
        user: interaction.user,
        channel: interaction.channel,
        message: interaction.message,
      };
      return;
  }
}

function choicesIn(data: Fields): Choice[] {
  checkChoices(data["choices"]);
  return listOf(data["choices"]).flatMap((it) => {
    const { name, value } = fieldsOf(it);
    const isValue = typeof value === "string" || typeof value === "number";
    return typeof name === "string" && isValue ? [{ name, value }] : [];
  });
}

function placeOf({ world }: Call, interaction: StoredInteraction): Channel {
  const channel = world.channels.get(interaction.channel);
  if (channel === undefined) {
    throw new ApiError(404, 10003, "Unknown Channel");
  }
  return channel;
}

const isEphemeral = (data: Fields) => (Number(data["flags"] ?? 0) & MessageFlags.Ephemeral) !== 0;

/** A new message that belongs to the interaction: its answer, or one more. */
export function answerWith(call: Call, interaction: StoredInteraction, data: Fields): StoredMessage {
  const { world, origin } = call;
  const channel = placeOf(call, interaction);
  const body = written(call, data);
  const message = addMessage(world, {
    ...body,
    channel: channel.id,
    author: world.bot.id,
    pings: pinged(world, channel, data, body),
    onlyFor: isEphemeral(data) ? interaction.user : undefined,
    interaction: interaction.id,
  });
  if (message.onlyFor === undefined) {
    world.dispatch("MESSAGE_CREATE", messageEvent(world, message, origin));
  }
  return message;
}

function think(call: Call, interaction: StoredInteraction, data: Fields): StoredMessage {
  return addMessage(call.world, {
    content: "",
    embeds: [],
    components: [],
    attachments: [],
    flags: 0,
    channel: placeOf(call, interaction).id,
    author: call.world.bot.id,
    pings: noPings,
    isThinking: true,
    onlyFor: isEphemeral(data) ? interaction.user : undefined,
    interaction: interaction.id,
  });
}

/** Edits a message by an interaction's right. */
export function rewrite(call: Call, message: StoredMessage, data: Fields): void {
  const { world, origin } = call;
  if (message.isDeleted) {
    throw new ApiError(404, 10008, "Unknown Message");
  }
  editMessage(world, message, written(call, data, message));
  if (message.onlyFor === undefined) {
    world.dispatch("MESSAGE_UPDATE", messageEvent(world, message, origin));
  }
}

function callbackJson(call: Call, interaction: StoredInteraction, type: number): Fields {
  const { world, origin } = call;
  const { id, kind, original } = interaction;
  const hasMessage = type !== Response.DeferredMessageUpdate && isFields(original);
  return {
    interaction: compact({
      id,
      type: kind,
      response_message_id: original?.id,
      response_message_loading: original?.isThinking ?? false,
      response_message_ephemeral: original?.onlyFor !== undefined,
      channel_id: interaction.channel,
      guild_id: world.guild.id,
    }),
    resource: compact({
      type,
      message: hasMessage && original !== undefined ? messageJson(world, original, origin) : undefined,
    }),
  };
}
