import {
  type APIModalInteractionResponseCallbackData,
  InteractionResponseType,
  MessageFlags,
  Routes,
} from "discord.js";
import type { Api, Ask } from "./api.ts";
import { codes, discordError } from "./discord-error.ts";
import type { Handle } from "./parse.ts";
import type { Rendered } from "./render.ts";

/** A message that one person sees. */
export interface Whisper {
  readonly body: Rendered;
  readonly files: Ask["files"];
}

/** What can be said to an interaction. The first response has to come within 3 s, the others within 15 minutes. */
export interface Responses {
  /** "The bot is thinking", for this person alone. */
  defer(to: Handle): Promise<void>;
  /** Takes a click without any sign; what it changes shows on the card itself. */
  deferUpdate(to: Handle): Promise<void>;
  modal(to: Handle, modal: APIModalInteractionResponseCallbackData): Promise<void>;
  choices(to: Handle, choices: readonly { readonly name: string; readonly value: string }[]): Promise<void>;
  /** Fills in what was deferred. */
  fill(to: Handle, whisper: Whisper): Promise<void>;
  /** One more message for this person. */
  follow(to: Handle, whisper: Whisper): Promise<void>;
}

export function discordResponses(api: Api, applicationId: string): Responses {
  async function respond({ id, token }: Handle, body: object): Promise<void> {
    const ask = { body, auth: false };
    try {
      await api("POST", Routes.interactionCallback(id, token), ask);
    } catch (error) {
      // Without an answer of Discord's own there is time for one more try; it may have got through the first time.
      if ((discordError(error).status ?? 500) < 500) {
        throw error;
      }
      await api("POST", Routes.interactionCallback(id, token), ask).catch((again: unknown) => {
        if (discordError(again).code !== codes.alreadyAcknowledged) {
          throw again;
        }
      });
    }
  }

  return {
    defer: (to) =>
      respond(to, {
        type: InteractionResponseType.DeferredChannelMessageWithSource,
        data: { flags: MessageFlags.Ephemeral },
      }),
    deferUpdate: (to) => respond(to, { type: InteractionResponseType.DeferredMessageUpdate }),
    modal: (to, data) => respond(to, { type: InteractionResponseType.Modal, data }),
    choices: (to, choices) =>
      respond(to, {
        type: InteractionResponseType.ApplicationCommandAutocompleteResult,
        data: { choices },
      }),
    async fill({ token }, { body, files }) {
      await api("PATCH", Routes.webhookMessage(applicationId, token, "@original"), sending(body, files));
    },
    async follow({ token }, { body, files }) {
      const flags = body.flags | MessageFlags.Ephemeral;
      await api("POST", Routes.webhook(applicationId, token), sending({ ...body, flags }, files));
    },
  };
}

/** These routes have the interaction's token in them, and take no other. */
function sending(body: object, files: Ask["files"]): Ask {
  return files === undefined ? { body, auth: false } : { body, files, auth: false };
}
