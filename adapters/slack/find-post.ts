import type { MessageRef } from "../../src/chat/channel.ts";
import { fieldsOf, listOf, textOf } from "../../src/chat/platform/json.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import { reasonOf, slackError } from "./slack-error.ts";
import type { WebClient } from "./types.ts";

/** The name of our metadata on messages. */
export const eventType = "switchyard";

export interface Search {
  readonly channel: string;
  readonly thread: string | null;
  readonly since: number;
}

/** Slack's clock and ours may differ by this much, in milliseconds. */
const clockSlack = 5 * 60_000;
const pageSize = 200;
/** A busy channel has about this many messages between a try and the next one. */
const mostPages = 10;

interface Parts {
  readonly client: WebClient;
  readonly bot: string;
  readonly log: PlatformLog;
}

/** What an earlier try posted under this key, although its answer never came. */
export async function findPost(
  parts: Parts,
  search: Search & { readonly key: string },
): Promise<MessageRef | null> {
  const found = await findMessage(parts, search, (message) => {
    const { event_type, event_payload } = fieldsOf(message["metadata"]);
    return event_type === eventType && fieldsOf(event_payload)["key"] === search.key;
  });
  return found === null ? null : { channel: search.channel, id: found };
}

/** The `ts` of the bot's own message that this is true of; null when there is none. */
export async function findMessage(
  { client, log, bot }: Parts,
  { channel, thread, since }: Search,
  isWanted: (message: Readonly<Record<string, unknown>>) => boolean,
): Promise<string | null> {
  const range = {
    channel,
    oldest: ((since - clockSlack) / 1_000).toFixed(6),
    limit: pageSize,
    include_all_metadata: true,
  };
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const query: typeof range & { cursor?: string } = cursor === null ? range : { ...range, cursor };
    try {
      const answer =
        thread === null
          ? await client.conversations.history(query)
          : await client.conversations.replies({ ...query, ts: thread });
      const found = listOf(answer.messages)
        .map(fieldsOf)
        .find((message) => message["user"] === bot && isWanted(message));
      cursor = textOf(answer.response_metadata?.next_cursor);
      const ts = textOf(found?.["ts"]);
      if (ts !== null || cursor === null) {
        return ts;
      }
    } catch (error) {
      if (slackError(error).word !== "missing_scope") {
        throw error;
      }
      // Twice is better than never.
      log.warn({ reason: reasonOf(error) }, "slack: looking whether a message was posted already");
      return null;
    }
  }
  return null;
}
