import type { types } from "@slack/bolt";
import type { Reply } from "../../src/chat/desk.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import { refusalBlocks } from "../../src/chat/platform/refusal-blocks.ts";
import type { Roots } from "../../src/chat/platform/roots.ts";
import { oneLine } from "../../src/chat/platform/text.ts";
import { fallbackText } from "./limits.ts";
import type { Place } from "./parse.ts";
import { linkToThread } from "./permalink.ts";
import { type Rendered, renderMessage } from "./render.ts";
import { reasonOf } from "./slack-error.ts";
import { escapeTo } from "./text.ts";
import type { WebClient } from "./types.ts";

export interface AnswerParts {
  readonly client: WebClient;
  readonly roots: Roots;
  readonly log: PlatformLog;
}

const responseTimeout = 5_000;

/** Says to one person what came of what they asked. The thread of a deployment is not drawn here. */
export async function answer(parts: AnswerParts, user: string, place: Place, reply: Reply): Promise<void> {
  const said = await wording(parts, reply);
  const isForAll = place.from === "direct" || (place.from === "mention" && reply.kind === "answer");
  const ways = isForAll
    ? [visibly, ephemerally]
    : place.from === "click"
      ? [ephemerally, byUrl, alone]
      : [byUrl, ephemerally, alone];
  for (const way of ways) {
    try {
      if (await way(parts, user, place, said)) {
        return;
      }
    } catch (error) {
      parts.log.warn({ user, channel: place.channel, reason: reasonOf(error) }, "slack: answering a person");
    }
  }
}

type Way = (parts: AnswerParts, user: string, place: Place, said: Rendered) => Promise<boolean>;

/** docs.slack.dev/interactivity/handling-user-interaction: five answers within 30 minutes, without any scope. */
const byUrl: Way = async (_, __, place, said) => {
  if (place.responseUrl === null) {
    return false;
  }
  const sent = await fetch(place.responseUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      response_type: "ephemeral",
      replace_original: false,
      ...(place.thread === null ? {} : { thread_ts: place.thread }),
      ...said,
    }),
    redirect: "error",
    signal: AbortSignal.timeout(responseTimeout),
  });
  const body = await sent.text();
  if (!sent.ok) {
    throw new Error(`the response_url answered ${sent.status} ${body.slice(0, 100)}`);
  }
  return true;
};

const ephemerally: Way = async ({ client }, user, place, said) => {
  if (place.channel === null) {
    return false;
  }
  await client.chat.postEphemeral({
    channel: place.channel,
    user,
    ...said,
    ...(place.thread === null ? {} : { thread_ts: place.thread }),
  });
  return true;
};

const visibly: Way = async ({ client }, _, place, said) => {
  if (place.channel === null) {
    return false;
  }
  await client.chat.postMessage({
    channel: place.channel,
    ...said,
    ...(place.thread === null ? {} : { thread_ts: place.thread }),
    unfurl_links: false,
    unfurl_media: false,
  });
  return true;
};

/** In a direct message, where there is no channel to say it in, such as the App Home. */
const alone: Way = async ({ client }, user, _, said) => {
  await client.chat.postMessage({ channel: user, ...said, unfurl_links: false, unfurl_media: false });
  return true;
};

async function wording(parts: AnswerParts, reply: Reply): Promise<Rendered> {
  switch (reply.kind) {
    case "started": {
      const link = await linkToThread(parts, reply.run);
      const follow = link === null ? "It shows in the channel." : `<${link}|Follow it in its thread>.`;
      const line = `Started: ${escapeTo(oneLine(reply.text), fallbackText - 500)}. ${follow}`;
      const block: types.KnownBlock = {
        type: "section",
        text: { type: "mrkdwn", text: line, verbatim: true },
      };
      return { text: line, blocks: [block] };
    }
    case "answer":
      return renderMessage({ text: reply.text, blocks: reply.blocks, mention: null }, { plan: false });
    case "refused":
      return renderMessage(
        { text: reply.message, blocks: refusalBlocks(reply), mention: null },
        { plan: false },
      );
  }
}
