import {
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  InteractionResponseType,
  MessageFlags,
  Routes,
} from "discord.js";
import type { Api, Ask } from "./api.ts";
import { codes, discordError, hasCode } from "./discord-error.ts";
import type { Handle } from "./parse.ts";
import type { Rendered } from "./render.ts";

/** A message that one person sees. */
export interface Whisper {
  readonly body: Rendered;
  readonly files: Ask["files"];
}

/**
 * What came of a first response: `taken` when another process of this bot has answered, which then also does the work;
 * `late` when nobody can be told anything any more.
 */
export type Acknowledged = "told" | "taken" | "late";

/** What can be said to an interaction. The first response has to come within 3 s, the others within 15 minutes. */
export interface Responses {
  /** "The bot is thinking", for this person alone. */
  defer(to: Handle): Promise<Acknowledged>;
  /** Takes a click without any sign; what it changes shows on the card itself. */
  deferUpdate(to: Handle): Promise<Acknowledged>;
  modal(to: Handle, modal: APIModalInteractionResponseCallbackData): Promise<Acknowledged>;
  choices(
    to: Handle,
    choices: readonly { readonly name: string; readonly value: string }[],
  ): Promise<Acknowledged>;
  /** Fills in what was deferred. */
  fill(to: Handle, whisper: Whisper): Promise<void>;
  /** One more message for this person. */
  follow(to: Handle, whisper: Whisper): Promise<void>;
}

/** Milliseconds for one try of a first response: two have to fit into three seconds. */
const respondWithin = 1_200;

export function discordResponses(api: Api, applicationId: string): Responses {
  async function respond({ id, token }: Handle, body: object): Promise<Acknowledged> {
    const respondOnce = () =>
      api("POST", Routes.interactionCallback(id, token), { body, auth: false, timeout: respondWithin });
    try {
      await respondOnce();
      return "told";
    } catch (error) {
      if (hasCode(error, codes.alreadyAcknowledged)) {
        return "taken";
      }
      if ((discordError(error).status ?? 500) < 500) {
        return "late";
      }
    }
    try {
      await respondOnce();
      return "told";
    } catch (error) {
      // The first try got through, and its answer was lost.
      return hasCode(error, codes.alreadyAcknowledged) ? "told" : "late";
    }
  }

  /** A message whose blocks Discord does not take goes without its files. Who calls tries again. */
  async function say(method: "PATCH" | "POST", route: `/${string}`, { body, files }: Whisper): Promise<void> {
    // These routes have the interaction's token in them, and take no other.
    const send = (ask: Ask) => api(method, route, { ...ask, auth: false });
    try {
      await send({ body, ...(files === undefined ? {} : { files }) });
    } catch (error) {
      if (!hasCode(error, codes.invalidBody)) {
        throw error;
      }
      await send({ body: withoutFiles(body) });
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
    fill: ({ token }, whisper) =>
      say("PATCH", Routes.webhookMessage(applicationId, token, "@original"), whisper),
    follow: ({ token }, { body, files }) =>
      say("POST", Routes.webhook(applicationId, token), {
        body: { ...body, flags: body.flags | MessageFlags.Ephemeral },
        files,
      }),
  };
}

const withFile: ReadonlySet<ComponentType> = new Set([ComponentType.File, ComponentType.MediaGallery]);

/** What is left where Discord does not take a file, or how it stands in the message; that something is missing is said. */
function withoutFiles({ attachments: _, components, ...body }: Rendered): Rendered {
  const left = components.filter(({ type }) => !withFile.has(type));
  const note = {
    type: ComponentType.TextDisplay,
    content: "-# Discord did not take the file that belongs here.",
  } as const;
  return { ...body, components: left.length === components.length ? left : [...left, note] };
}
