import { Routes } from "discord.js";
import { type Channel, DeliveryError, type MessageRef, type OutMessage } from "../../src/chat/channel.ts";
import { fieldsOf, textOf } from "../../src/chat/platform/json.ts";
import { codes, deliveryError, hasCode, reasonOf } from "./discord-error.ts";
import { type FindParts, findMessage, hasMarker, since as idSince } from "./find-post.ts";
import { editableFor } from "./limits.ts";
import { markerOf, nonceOf } from "./marker.ts";
import { type Rendered, renderMessage } from "./render.ts";
import { timeOf } from "./snowflake.ts";
import { createThreads } from "./threads.ts";
import { upload } from "./upload.ts";

export interface ChannelParts extends FindParts {
  /** The id of the channel for everything that has no thread yet. */
  readonly channel: string;
  readonly now: () => number;
  /** Told about every root, so that an answer can link to its thread. */
  readonly onPost: (key: string, ref: MessageRef) => void;
}

export function discordChannel(parts: ChannelParts): Channel {
  const { api, channel, now, log } = parts;
  const ensureThread = createThreads(api);

  /** Sends the message as blocks; where Discord does not take them, as its one line. */
  async function show(message: OutMessage, send: (body: Rendered) => Promise<unknown>): Promise<unknown> {
    const marker = markerOf(message.key);
    try {
      return await send(renderMessage({ ...message, marker }));
    } catch (error) {
      if (!hasCode(error, codes.invalidBody)) {
        throw error;
      }
      log.error(
        { key: message.key, reason: reasonOf(error) },
        "discord: a message is shown without its blocks",
      );
      return send(renderMessage({ ...message, blocks: [], marker }));
    }
  }

  async function create(
    into: string,
    message: OutMessage,
    nonce: string,
    more: object = {},
  ): Promise<MessageRef> {
    const answer = await show(message, (body) =>
      api("POST", Routes.channelMessages(into), {
        body: { ...body, ...more, nonce: nonceOf(nonce), enforce_nonce: true },
      }),
    );
    const id = textOf(fieldsOf(answer)["id"]);
    if (id === null) {
      throw new Error("Discord gave no id for the message");
    }
    return { channel: into, id };
  }

  async function findOrCreate(
    into: string,
    message: OutMessage,
    since: number | null,
    more: object = {},
  ): Promise<MessageRef> {
    const marker = markerOf(message.key);
    const known =
      since === null ? null : await findMessage(parts, into, idSince(since), (one) => hasMarker(one, marker));
    return known === null ? create(into, message, message.key, more) : { channel: into, id: known };
  }

  /** A line in the channel that points to a message of the thread, for everybody who does not follow that. */
  function announce(root: MessageRef, message: OutMessage, since: number | null): Promise<MessageRef> {
    const line = {
      ...message,
      key: `${message.key}/channel`,
      blocks: message.blocks.slice(0, 2),
      mention: null,
    };
    return findOrCreate(root.channel, line, since, {
      message_reference: { message_id: root.id, fail_if_not_exists: false },
    });
  }

  async function post(message: OutMessage, since: number | null): Promise<MessageRef> {
    const root = message.thread;
    if (root === null) {
      const ref = await findOrCreate(channel, message, since);
      parts.onPost(message.key, ref);
      return ref;
    }
    await ensureThread(root, message.threadName);
    if (message.broadcast) {
      await announce(root, message, since);
    }
    return findOrCreate(root.id, message, since);
  }

  /** Posts a message of a thread anew, which also brings an archived thread back, and takes the old one away. */
  async function replace(ref: MessageRef, message: OutMessage): Promise<MessageRef> {
    const marker = markerOf(message.key);
    // An earlier replacement may be there already, where the bot ended before it was noted.
    const known = await findMessage(parts, ref.channel, ref.id, (one) => hasMarker(one, marker));
    const quiet = { ...message, mention: null };
    const fresh =
      known === null
        ? await create(ref.channel, quiet, `${message.key}/${ref.id}`)
        : await change({ channel: ref.channel, id: known }, quiet);
    await api("DELETE", Routes.channelMessage(ref.channel, ref.id)).catch((error: unknown) => {
      log.warn({ reason: reasonOf(error) }, "discord: taking away a message that was replaced");
    });
    return fresh;
  }

  async function change(ref: MessageRef, message: OutMessage): Promise<MessageRef> {
    await show(message, (body) => api("PATCH", Routes.channelMessage(ref.channel, ref.id), { body }));
    return ref;
  }

  return {
    surface: "discord",
    async post(message, since) {
      try {
        return await post(message, since);
      } catch (error) {
        // Without its root, or its thread, a message has no place any more.
        throw deliveryError(
          "posting a message",
          error,
          message.thread === null ? [] : [codes.unknownChannel],
        );
      }
    },

    async edit(ref, message) {
      const isInThread = message.thread !== null;
      try {
        if (isInThread && now() - timeOf(ref.id) > editableFor) {
          return await replace(ref, message);
        }
        return await change(ref, message).catch((error: unknown) => {
          if (isInThread && hasCode(error, codes.archivedThread)) {
            return replace(ref, message);
          }
          throw error;
        });
      } catch (error) {
        throw deliveryError("editing a message", error, isInThread ? [codes.unknownChannel] : []);
      }
    },

    async upload(file, since) {
      try {
        await ensureThread(file.thread, file.threadName);
        await upload(parts, file, since);
      } catch (error) {
        // Without its thread a file has no place; the page has it.
        throw hasCode(error, codes.unknownMessage)
          ? new DeliveryError("permanent", `discord: sending a file: ${reasonOf(error)}`)
          : deliveryError("sending a file", error);
      }
    },
  };
}
