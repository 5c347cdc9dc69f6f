import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import type { Roots } from "../../src/chat/platform/roots.ts";
import { reasonOf } from "./slack-error.ts";
import type { WebClient } from "./types.ts";

/** A link to the thread of a run, for an answer; null when there is none to give. */
export async function linkToThread(
  { client, roots, log }: { readonly client: WebClient; readonly roots: Roots; readonly log: PlatformLog },
  run: string,
): Promise<string | null> {
  const ref = await roots.of(run);
  if (ref === null) {
    return null;
  }
  try {
    const { permalink } = await client.chat.getPermalink({ channel: ref.channel, message_ts: ref.id });
    // It stands between < and |, so nothing in it may end the link.
    return permalink !== undefined && /^https:\/\/[^\s<>|]+$/.test(permalink) ? permalink : null;
  } catch (error) {
    log.debug({ run, reason: reasonOf(error) }, "slack: a link to a thread");
    return null;
  }
}
