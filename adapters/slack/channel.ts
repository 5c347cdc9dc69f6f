import type { types } from "@slack/bolt";
import type { Channel, MessageRef, OutMessage } from "../../src/chat/channel.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import { eventType, findPost } from "./find-post.ts";
import { type Rendered, renderMessage } from "./render.ts";
import { deliveryError, reasonOf, slackError } from "./slack-error.ts";
import type { WebClient } from "./types.ts";
import { upload } from "./upload.ts";

export interface ChannelParts {
  readonly client: WebClient;
  /** The id of the channel for everything that has no thread yet. */
  readonly channel: string;
  /** The bot's own user id. */
  readonly bot: string;
  readonly log: PlatformLog;
  /** Told about every root, so that an answer can link to its thread. */
  readonly onPost: (key: string, ref: MessageRef) => void;
}

/** Errors that say: these blocks will never be taken. */
const badBlocks: ReadonlySet<string> = new Set([
  "invalid_blocks",
  "invalid_blocks_format",
  "msg_blocks_too_long",
  "blocks_too_long",
  "msg_too_long",
]);

export function slackChannel(parts: ChannelParts): Channel {
  const { client, channel, log } = parts;
  /** Whether this workspace takes `plan`; once it did not, it is not tried again. */
  let plan = true;

  /** Sends what can be shown: first with a plan, then plainly, then as text. */
  async function show<Answer>(
    message: OutMessage,
    send: (rendered: Rendered) => Promise<Answer>,
  ): Promise<Answer> {
    const hasPlan = plan && message.blocks.some(({ kind }) => kind === "steps");
    try {
      return await send(renderMessage(message, { plan }));
    } catch (error) {
      if (!isBadBlocks(error)) {
        throw error;
      }
      log.info({ reason: reasonOf(error), plan: hasPlan }, "slack: blocks were not taken");
    }
    const plainly = renderMessage(message, { plan: false });
    if (hasPlan) {
      try {
        const answer = await send(plainly);
        plan = false;
        return answer;
      } catch (error) {
        if (!isBadBlocks(error)) {
          throw error;
        }
      }
    }
    log.error(
      { key: message.key },
      "slack: a message is shown without its blocks, since Slack takes none of them",
    );
    return send({ text: plainly.text, blocks: [] });
  }

  return {
    surface: "slack",

    async post(message, since) {
      const into = message.thread?.channel ?? channel;
      const thread = message.thread?.id ?? null;
      try {
        const known =
          since === null ? null : await findPost(parts, { channel: into, thread, key: message.key, since });
        if (known !== null) {
          parts.onPost(message.key, known);
          return known;
        }
        const answer = await show(message, (rendered) =>
          client.chat.postMessage({
            channel: into,
            ...content(rendered),
            ...inThread(thread, message.broadcast),
            unfurl_links: false,
            unfurl_media: false,
            metadata: metadata(message.key),
          }),
        );
        const ref = { channel: answer.channel ?? into, id: answer.ts ?? "" };
        parts.onPost(message.key, ref);
        return ref;
      } catch (error) {
        throw deliveryError("posting a message", error);
      }
    },

    async edit(ref, message) {
      try {
        await show(message, (rendered) =>
          client.chat.update({
            channel: ref.channel,
            ts: ref.id,
            ...content(rendered),
            metadata: metadata(message.key),
          }),
        );
        return ref;
      } catch (error) {
        throw deliveryError("editing a message", error);
      }
    },

    async upload(file, since) {
      try {
        await upload(parts, file, since);
      } catch (error) {
        throw deliveryError("sending a file", error);
      }
    },
  };
}

function inThread(thread: string | null, broadcast: boolean) {
  return thread === null ? {} : { thread_ts: thread, reply_broadcast: broadcast };
}

/** Without blocks an edit has to say so, or the old ones stay. */
function content(rendered: Rendered): { text: string; blocks: types.KnownBlock[] } {
  return { text: rendered.text, blocks: rendered.blocks };
}

function metadata(key: string) {
  return { event_type: eventType, event_payload: { key } };
}

function isBadBlocks(error: unknown): boolean {
  return badBlocks.has(slackError(error).word ?? "");
}
