import { Routes } from "discord.js";
import { type ButtonAction, decodeAction } from "../../src/chat/action.ts";
import type { BeforeYes, Delivery, Desk, Reply } from "../../src/chat/desk.ts";
import { attachmentsOf } from "../../src/chat/pictures/attachments.ts";
import { within } from "../../src/chat/platform/backoff.ts";
import { broken } from "../../src/chat/platform/broken.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import type { Roots } from "../../src/chat/platform/roots.ts";
import { type Telling, tellPerson } from "../../src/chat/platform/tell-person.ts";
import { oneLine } from "../../src/chat/platform/text.ts";
import { sameWord, wordFor } from "../../src/chat/second-word.ts";
import { placeOf } from "./accept.ts";
import type { Api, Ask } from "./api.ts";
import { commandLine } from "./command-line.ts";
import { choicesFor } from "./complete.ts";
import { deliveryError, reasonOf } from "./discord-error.ts";
import { identityOf } from "./identity.ts";
import { escapeText } from "./markdown.ts";
import { nonceOf } from "./marker.ts";
import { readModal, switchModal } from "./modal.ts";
import type { Handle, Input, Mention, Speaker } from "./parse.ts";
import { elsewhere, mistyped, notNow, unreadable } from "./refusals.ts";
import type { Responses, Whisper } from "./responses.ts";
import { wording } from "./wording.ts";

export interface HandlerParts {
  readonly desk: Desk;
  readonly api: Api;
  readonly responses: Responses;
  readonly roots: Roots;
  readonly guildId: string;
  /** Where somebody is told that an answer could not be shown to them alone. */
  readonly channelId: string;
  readonly telling: Telling;
  readonly log: PlatformLog;
}

export interface Handlers {
  /** False where a person could not be told what came of it; so for all of these. */
  handle(input: Input): Promise<boolean>;
  mentioned(mention: Mention): Promise<boolean>;
  /** What an earlier process took and did not answer. */
  answerLost(delivery: Delivery): Promise<boolean>;
}

/** A click on a button that decides. */
type Yes = Omit<Extract<ButtonAction, { kind: "decide" }>, "kind">;

type InputOf<Kind extends Input["kind"]> = Extract<Input, { kind: Kind }>;

/** Milliseconds for what has to be known before the first response, which is due within a second. */
const lookWithin = 600;
/** Completion has three seconds, with the way there and back; what comes later is there at the next key. */
const suggestWithin = 2_000;

function explainAnswer(error: unknown) {
  const { failure, retryAfter } = deliveryError("answering", error);
  return {
    reason: reasonOf(error),
    isFinal: failure !== "temporary" && failure !== "rate-limited",
    retryAfter,
  };
}

/** What people do, and what they are told. Nothing here throws. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { desk, api, responses, roots, guildId, channelId, telling, log } = parts;
  const identify = (who: Speaker) => identityOf(who, guildId);

  async function replyTo(work: () => Promise<Reply>): Promise<Reply> {
    try {
      return await work();
    } catch (error) {
      log.error({ err: error }, "discord: handling a request");
      return broken;
    }
  }

  async function whisper(reply: Reply): Promise<Whisper> {
    const root = reply.kind === "started" ? await roots.of(reply.run) : null;
    return wording(reply, root, guildId, attachmentsOf(reply.kind === "answer" ? reply.blocks : [], log));
  }

  /** What was asked for is done even when nobody can be told: it shows in the channel. */
  async function tell(
    way: "fill" | "follow",
    to: Handle,
    user: string | null,
    reply: Reply,
  ): Promise<boolean> {
    const said = await whisper(reply);
    const who = `Discord's ${user ?? "user"}`;
    let why = "";
    const isTold = await tellPerson(
      telling,
      who,
      () => responses[way](to, said),
      (error) => {
        why = reasonOf(error);
        log.warn({ reason: why }, "discord: an answer could not be given");
        return explainAnswer(error);
      },
    );
    if (isTold || user === null || telling.stopping.aborted) {
      return isTold;
    }
    const content = `<@${user}> what came of your request could not be shown to you alone (${escapeText(oneLine(why), 200)}). Threads and the page show what was begun; for anything else, ask again.`;
    const nonce = nonceOf(`untold/${to.id}`);
    const body = { content, allowed_mentions: { users: [user] }, nonce, enforce_nonce: true };
    return tellPerson(telling, who, () => post(channelId, { body }), explainAnswer);
  }

  async function post(channel: string, ask: Ask): Promise<void> {
    await api("POST", Routes.channelMessages(channel), ask);
  }

  /** Where the first response came too late nobody can be told anything any more. */
  async function answer(handle: Handle, who: Speaker, work: () => Promise<Reply>): Promise<boolean> {
    const acknowledged = await responses.defer(handle);
    if (acknowledged === "taken") {
      return true;
    }
    const reply = await replyTo(work);
    return acknowledged !== "told" || tell("fill", handle, who.user, reply);
  }

  /** What was decided shows on the card itself; only a refusal is told. */
  async function decide(handle: Handle, who: Speaker, yes: Yes): Promise<boolean> {
    const acknowledged = await responses.deferUpdate(handle);
    if (acknowledged === "taken") {
      return true;
    }
    const reply = await replyTo(() => desk.press({ ...yes, kind: "decide" }, identify(who), handle.id));
    return reply.kind !== "refused" || acknowledged !== "told" || tell("follow", handle, who.user, reply);
  }

  async function refuse(handle: Handle, who: Speaker, reply: Reply): Promise<boolean> {
    return (await responses.deferUpdate(handle)) !== "told" || tell("follow", handle, who.user, reply);
  }

  /** What the present set wants before a yes: what cannot be looked at is never switched. */
  async function before(who: Speaker, { about, digest }: Yes): Promise<BeforeYes> {
    try {
      return await within(lookWithin, "asking who may", desk.mayDecide(about, identify(who), digest));
    } catch (error) {
      log.warn({ err: error }, "discord: asking what comes before a yes");
      return unreadable;
    }
  }

  async function click({ handle, who, customId }: InputOf<"click">): Promise<boolean> {
    const action = decodeAction(customId);
    if (action === null) {
      // A button of another version of the bot; nothing is done, and the person is not left with a spinner.
      await responses.deferUpdate(handle);
      return true;
    }
    if (action.kind !== "decide") {
      return answer(handle, who, () => desk.press(action, identify(who), handle.id));
    }
    return action.decision === "switch" ? switchOrAsk(handle, who, action) : decide(handle, who, action);
  }

  async function switchOrAsk(handle: Handle, who: Speaker, yes: Yes): Promise<boolean> {
    const found = await before(who, yes);
    switch (found.kind) {
      case "refused":
        return refuse(handle, who, found);
      case "go":
        return decide(handle, who, yes);
      case "ask":
        await responses.modal(handle, switchModal(yes.about, yes.digest, found.hosts));
        return true;
    }
  }

  async function submit({ handle, who, customId, values }: InputOf<"form">): Promise<boolean> {
    const form = readModal(customId, values);
    if (form === null) {
      return refuse(handle, who, notNow);
    }
    const yes: Yes = { about: form.about, decision: "switch", digest: form.digest };
    const found = await before(who, yes);
    if (found.kind === "refused") {
      return refuse(handle, who, found);
    }
    const wanted = found.kind === "ask" ? wordFor(found.hosts) : null;
    return wanted === null || sameWord(form.typed, wanted)
      ? decide(handle, who, yes)
      : refuse(handle, who, mistyped(form.typed, wanted));
  }

  async function answerMessage(channel: string, message: string, reply: Reply): Promise<boolean> {
    // Everybody reads this: what would allow somebody something is theirs alone.
    const isPrivate = reply.kind === "refused" && reply.code === "not-allowed";
    const { body, files } = await whisper(
      isPrivate ? { ...reply, help: "The slash command tells you alone what would allow it." } : reply,
    );
    const message_reference = { message_id: message, fail_if_not_exists: false };
    const ask = {
      body: { ...body, message_reference, nonce: nonceOf(`answer/${message}`), enforce_nonce: true },
      ...(files === undefined ? {} : { files }),
    };
    return tellPerson(telling, "Discord's mention", () => post(channel, ask), explainAnswer);
  }

  /** The application may be in other servers, too; nothing is shown or done there. */
  async function turnAway({ kind, handle, who }: Input): Promise<boolean> {
    if (kind === "typing") {
      await responses.choices(handle, []);
      return true;
    }
    return (await responses.defer(handle)) !== "told" || tell("fill", handle, who.user, elsewhere);
  }

  return {
    async handle(input) {
      if (input.who.guild !== guildId) {
        return turnAway(input);
      }
      switch (input.kind) {
        case "command":
          return answer(input.handle, input.who, () =>
            desk.say(
              commandLine(input.name, input.options, desk.commands()),
              identify(input.who),
              input.handle.id,
            ),
          );
        case "typing": {
          const choices = await choicesFor(desk, input, identify(input.who), suggestWithin, log);
          await responses.choices(input.handle, choices);
          return true;
        }
        case "click":
          return click(input);
        case "form":
          return submit(input);
      }
    },

    async mentioned({ who, channel, message, text }) {
      return answerMessage(channel, message, await replyTo(() => desk.say(text, identify(who), message)));
    },

    async answerLost(delivery) {
      const place = placeOf(delivery.answerTo);
      if (place === null) {
        return true;
      }
      const reply = await replyTo(() => desk.whatCameOf(delivery));
      return "handle" in place
        ? tell(place.fills ? "fill" : "follow", place.handle, delivery.user, reply)
        : answerMessage(place.channel, place.message, reply);
    },
  };
}
