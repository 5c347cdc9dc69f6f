import { Routes } from "discord.js";
import type { Desk, Reply } from "../../src/chat/desk.ts";
import { within } from "../../src/chat/platform/backoff.ts";
import type { Roots } from "../../src/chat/platform/roots.ts";
import { cut } from "../../src/chat/platform/text.ts";
import type { Api } from "./api.ts";
import { decodeAction } from "./buttons.ts";
import { commandLine, kindOf } from "./command-line.ts";
import { reasonOf } from "./discord-error.ts";
import { identityOf } from "./identity.ts";
import { limits } from "./limits.ts";
import { nonceOf } from "./marker.ts";
import { asksTwice, readModal, switchModal } from "./modal.ts";
import type { Handle, Input, Mention, Speaker } from "./parse.ts";
import type { Responses } from "./responses.ts";
import type { DiscordLog } from "./types.ts";
import { broken, wording } from "./wording.ts";

export interface HandlerParts {
  readonly desk: Desk;
  readonly api: Api;
  readonly responses: Responses;
  readonly roots: Roots;
  readonly guildId: string;
  readonly log: DiscordLog;
}

export interface Handlers {
  handle(input: Input): Promise<void>;
  mentioned(mention: Mention): Promise<void>;
}

/** Milliseconds: a first response has to travel, too, before its 3 s are over. */
const lookWithin = 1_500;

/** What people do, and what they are told. Everything is acknowledged first, and nothing here throws. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { desk, api, responses, roots, guildId, log } = parts;
  const identify = (who: Speaker) => identityOf(who, guildId);

  /** What was asked for is done even when nobody can be told: it shows in the channel. */
  async function tell(what: string, work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => log.warn({ reason: reasonOf(error) }, `discord: ${what}`));
  }

  async function replyTo(work: () => Promise<Reply>): Promise<Reply> {
    try {
      return await work();
    } catch (error) {
      log.error({ err: error }, "discord: handling a request");
      return broken;
    }
  }

  async function whisper(reply: Reply) {
    return wording(reply, reply.kind === "started" ? await roots.of(reply.run) : null, guildId);
  }

  async function say(handle: Handle, who: Speaker, text: string): Promise<void> {
    await tell("acknowledging a command", responses.defer(handle));
    const reply = await replyTo(() => desk.say(text, identify(who), handle.id));
    await tell("answering a command", responses.fill(handle, await whisper(reply)));
  }

  /** What was decided shows on the card itself. */
  async function decide(
    handle: Handle,
    who: Speaker,
    deployment: string,
    decision: "switch" | "cancel",
  ): Promise<void> {
    await tell("acknowledging a click", responses.deferUpdate(handle));
    const reply = await replyTo(() => desk.decide(deployment, decision, identify(who)));
    if (reply.kind === "refused") {
      await tell("answering a click", responses.follow(handle, await whisper(reply)));
    }
  }

  async function click({ handle, who, customId }: Extract<Input, { kind: "click" }>): Promise<void> {
    const action = decodeAction(customId);
    if (action === null) {
      // A button of another version of the bot; nothing is done, and the person is not left with a spinner.
      return tell("acknowledging a click", responses.deferUpdate(handle));
    }
    if (action.kind === "command") {
      return say(handle, who, action.text);
    }
    if (action.decision === "switch") {
      const found = await within(
        lookWithin,
        "reading a deployment",
        desk.deployment(action.deployment),
      ).catch(() => undefined);
      if (found !== undefined && asksTwice(found)) {
        return tell("asking once more", responses.modal(handle, switchModal(found)));
      }
    }
    return decide(handle, who, action.deployment, action.decision);
  }

  async function submit({ handle, who, customId, values }: Extract<Input, { kind: "form" }>): Promise<void> {
    const form = readModal(customId, values);
    const found =
      form === null
        ? undefined
        : await within(lookWithin, "reading a deployment", desk.deployment(form.deployment)).catch(
            () => undefined,
          );
    if (form !== null && found !== undefined && form.typed.toLowerCase() === found.host.toLowerCase()) {
      return decide(handle, who, form.deployment, "switch");
    }
    await tell("acknowledging a form", responses.deferUpdate(handle));
    await tell(
      "answering a form",
      responses.follow(handle, await whisper(mistyped(form?.typed ?? "", found?.host))),
    );
  }

  async function complete(input: Extract<Input, { kind: "typing" }>): Promise<void> {
    const { handle, who, name, options, focused } = input;
    const of = kindOf(name, focused, desk.commands());
    const host = options["host"];
    const asking = {
      of: of ?? ("text" as const),
      typed: String(options[focused] ?? ""),
      host: typeof host === "string" ? host : null,
    };
    const found = await within(lookWithin, "suggesting", desk.suggest(asking, identify(who))).catch(
      (error: unknown) => {
        log.debug({ reason: reasonOf(error) }, "discord: suggesting what may be typed");
        return [];
      },
    );
    const choices = found
      .filter(({ value }) => value !== "" && value.length <= limits.choiceText)
      .slice(0, limits.choices)
      .map(({ value, about }) => ({
        name: cut(about === "" ? value : `${value} · ${about}`, limits.choiceText),
        value,
      }));
    await tell("suggesting what may be typed", responses.choices(handle, choices));
  }

  /** The application may be in other servers, too; nothing is shown or done there. */
  async function turnAway({ kind, handle }: Input): Promise<void> {
    if (kind === "typing") {
      return tell("suggesting what may be typed", responses.choices(handle, []));
    }
    await tell("acknowledging a stranger", responses.defer(handle));
    await tell("answering a stranger", responses.fill(handle, await whisper(elsewhere)));
  }

  return {
    handle(input) {
      if (input.who.guild !== guildId) {
        return turnAway(input);
      }
      switch (input.kind) {
        case "command":
          return say(input.handle, input.who, commandLine(input.name, input.options, desk.commands()));
        case "typing":
          return complete(input);
        case "click":
          return click(input);
        case "form":
          return submit(input);
      }
    },

    async mentioned({ who, channel, message, text }) {
      const reply = await replyTo(() => desk.say(text, identify(who), message));
      const { body, files } = await whisper(reply);
      const said = api("POST", Routes.channelMessages(channel), {
        body: {
          ...body,
          message_reference: { message_id: message, fail_if_not_exists: false },
          nonce: nonceOf(`answer/${message}`),
          enforce_nonce: true,
        },
        ...(files === undefined ? {} : { files }),
      });
      await tell(
        "answering a mention",
        said.then(() => {}),
      );
    },
  };
}

const elsewhere: Reply = {
  kind: "refused",
  code: "not-allowed",
  message: "This bot serves another server.",
  help: "Its DISCORD_GUILD_ID says which.",
};

function mistyped(typed: string, host: string | undefined): Reply {
  return {
    kind: "refused",
    code: "bad-command",
    message:
      host === undefined
        ? "That deployment is not there any more."
        : `${JSON.stringify(typed)} is not ${host}: nothing was switched.`,
    help: host === undefined ? null : `Click on Switch again, and type ${host}.`,
  };
}
