import {
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  InteractionResponseType,
  MessageFlags,
  Routes,
} from "discord.js";
import { type Pacing, pauseOrEnd, realPacing, repairs, rest } from "../../src/chat/platform/backoff.ts";
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

export function discordResponses(
  api: Api,
  applicationId: string,
  stopping: AbortSignal,
  pacing: Pacing = realPacing,
): Responses {
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

  /** Tried again while that can help; a message whose blocks Discord does not take goes without them. */
  async function say(method: "PATCH" | "POST", route: `/${string}`, whisper: Whisper): Promise<void> {
    let { body, files } = whisper;
    for (let tries = 1; ; tries += 1) {
      try {
        // These routes have the interaction's token in them, and take no other.
        await api(method, route, { body, auth: false, ...(files === undefined ? {} : { files }) });
        return;
      } catch (error) {
        const { code, status, retryAfter } = discordError(error);
        const isWorthIt = code === codes.invalidBody || status === null || status === 429 || status >= 500;
        const failure = { isFinal: !isWorthIt, retryAfter };
        const pause = pauseOrEnd(repairs.answer, tries, failure, pacing.random);
        if (pause === null || stopping.aborted) {
          throw error;
        }
        if (code === codes.invalidBody) {
          body = withoutFiles(body);
          files = undefined;
        } else {
          await rest(pause, stopping, pacing.clock);
        }
      }
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

/** What is left where Discord does not take a file, or how it stands in the message. */
function withoutFiles({ attachments: _, components, ...body }: Rendered): Rendered {
  return { ...body, components: components.filter(({ type }) => !withFile.has(type)) };
}
