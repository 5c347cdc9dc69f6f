import type { types } from "@slack/bolt";
import type { MessageRef } from "../../src/chat/channel.ts";
import type { Reply } from "../../src/chat/desk.ts";
import { attachmentsOf } from "../../src/chat/pictures/attachments.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import { refusalBlocks } from "../../src/chat/platform/refusal-blocks.ts";
import type { Roots } from "../../src/chat/platform/roots.ts";
import { type Telling, tellPerson, tryTimes } from "../../src/chat/platform/tell-person.ts";
import { oneLine } from "../../src/chat/platform/text.ts";
import { fallbackText, limits } from "./limits.ts";
import type { Place } from "./parse.ts";
import { linkToThread } from "./permalink.ts";
import { type Rendered, renderMessage } from "./render.ts";
import { deliveryError, reasonOf } from "./slack-error.ts";
import { escapeTo } from "./text.ts";
import type { WebClient } from "./types.ts";
import { upload } from "./upload.ts";

export interface AnswerParts {
  readonly client: WebClient;
  /** The bot's own user. */
  readonly bot: string;
  readonly roots: Roots;
  readonly log: PlatformLog;
  readonly telling: Telling;
}

const responseTimeout = 5_000;

/**
 * Says to one person what came of what they asked; false where that could not be said. The thread of a deployment is not drawn
 * here.
 */
export async function answer(parts: AnswerParts, user: string, place: Place, reply: Reply): Promise<boolean> {
  const said = await wording(parts, reply);
  const isForAll = place.from === "direct" || (place.from === "mention" && reply.kind === "answer");
  const ways = isForAll
    ? [visibly, ephemerally]
    : place.from === "click"
      ? [ephemerally, byUrl, alone]
      : [byUrl, ephemerally, alone];
  const { clock } = parts.telling.pacing;
  const asked = clock.now();
  let seen: Told = null;
  const isTold = await tellPerson(
    parts.telling,
    `Slack's ${user}`,
    async () => {
      const now = clock.now() - asked > lateAfter ? lateOf(said, asked) : said;
      seen = await firstWay(parts, ways, user, place, now);
    },
    explainAnswer,
  );
  if (seen !== null) {
    await showPictures(parts, seen, reply);
  }
  return isTold;
}

/** The first way that works; otherwise what all of them met. */
async function firstWay(
  parts: AnswerParts,
  ways: readonly Way[],
  user: string,
  place: Place,
  said: Rendered,
): Promise<Told> {
  const errors: unknown[] = [];
  for (const way of ways) {
    try {
      const seen = await way(parts, user, place, said);
      if (seen !== null) {
        return seen;
      }
    } catch (error) {
      parts.log.warn({ user, channel: place.channel, reason: reasonOf(error) }, "slack: answering a person");
      errors.push(error);
    }
  }
  throw new AggregateError(errors, errors.map(reasonOf).join("; ") || "there is no place to say it in");
}

/** Only where Slack has refused every way is there nothing to be tried again. */
export function explainAnswer(error: unknown) {
  const failures = (error instanceof AggregateError ? error.errors : [error]).map((one: unknown) =>
    deliveryError("answering", one),
  );
  return {
    reason: error instanceof Error ? error.message : String(error),
    isFinal: failures.every(({ failure }) => failure === "refused" || failure === "permanent"),
    retryAfter: Math.max(0, ...failures.map(({ retryAfter }) => retryAfter ?? 0)),
  };
}

/** An answer that comes later than this says so, in milliseconds. */
const lateAfter = 60_000;

function lateOf(said: Rendered, asked: number): Rendered {
  const at = new Date(asked).toISOString().slice(11, 16);
  const line = `You asked at ${at} UTC; Slack took no answer before.`;
  const block: types.KnownBlock = { type: "context", elements: [{ type: "mrkdwn", text: line }] };
  return {
    text: `${line} ${said.text}`,
    blocks: said.blocks.length === 0 ? [] : [block, ...said.blocks].slice(0, limits.messageBlocks),
  };
}

/** Where everybody can read it; `whispered` where one person alone can; null when it was not said. */
type Told = MessageRef | "whispered" | null;
type Way = (parts: AnswerParts, user: string, place: Place, said: Rendered) => Promise<Told>;

/** A file belongs to a message that stays, so whoever is told alone reads what a picture shows. */
async function showPictures(
  { client, bot, log, telling }: AnswerParts,
  told: MessageRef | "whispered",
  reply: Reply,
): Promise<void> {
  if (told === "whispered" || reply.kind !== "answer") {
    return;
  }
  for (const { name, content } of attachmentsOf(reply.blocks, log)) {
    const file = { key: name, thread: told, threadName: "", name, title: "Chart", content };
    const why = await tryTimes(telling, () => upload({ client, bot, log }, file, null), explainAnswer);
    if (why !== null) {
      log.warn({ channel: told.channel, reason: why }, "slack: showing a picture");
      const line = `The chart could not be shown (${escapeTo(why, 300)}); the numbers are in the answer.`;
      await client.chat
        .postMessage({ channel: told.channel, thread_ts: told.id, text: line })
        .catch((error: unknown) =>
          telling.lost(`the thread in ${told.channel}`, `${why}; ${reasonOf(error)}`),
        );
    }
  }
}

/** docs.slack.dev/interactivity/handling-user-interaction: five answers within 30 minutes, without any scope. */
const byUrl: Way = async (_, __, place, said) => {
  if (place.responseUrl === null) {
    return null;
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
  return "whispered";
};

const ephemerally: Way = async ({ client }, user, place, said) => {
  if (place.channel === null) {
    return null;
  }
  await client.chat.postEphemeral({
    channel: place.channel,
    user,
    ...said,
    ...(place.thread === null ? {} : { thread_ts: place.thread }),
  });
  return "whispered";
};

const visibly: Way = async ({ client }, _, place, said) => {
  if (place.channel === null) {
    return null;
  }
  const posted = await client.chat.postMessage({
    channel: place.channel,
    ...said,
    ...(place.thread === null ? {} : { thread_ts: place.thread }),
    unfurl_links: false,
    unfurl_media: false,
  });
  return { channel: posted.channel ?? place.channel, id: place.thread ?? posted.ts ?? "" };
};

/** In a direct message, where there is no channel to say it in, such as the App Home. */
const alone: Way = async ({ client }, user, _, said) => {
  const posted = await client.chat.postMessage({
    channel: user,
    ...said,
    unfurl_links: false,
    unfurl_media: false,
  });
  return { channel: posted.channel ?? user, id: posted.ts ?? "" };
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
