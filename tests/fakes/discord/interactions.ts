import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { InteractionType } from "discord.js";
import type { Fields } from "../slack/json.ts";
import type { Message, Modal, StoredMessage } from "./types.ts";
import type { World } from "./world.ts";

export interface Choice {
  readonly name: string;
  readonly value: string | number;
}

export interface StoredInteraction {
  readonly id: string;
  readonly token: string;
  readonly kind: InteractionType;
  readonly user: string;
  readonly channel: string;
  /** The message that was clicked, or from which the form came. */
  readonly message: StoredMessage | undefined;
  readonly at: number;
  payload: Fields;
  response: { readonly type: number; readonly at: number } | undefined;
  /** Nobody answered in time; it is too late now. */
  isLate: boolean;
  /** What `@original` is. */
  original: StoredMessage | undefined;
  modal: Modal | undefined;
  choices: readonly Choice[];
}

/** What came of something that a person did. It goes on changing while the bot goes on answering. */
export interface Outcome {
  /** The interaction's id. */
  readonly interaction: string;
  /** The bot's first response: its type (4 a message, 5 later, 6 nothing, 7 an edit, 8 choices, 9 a form). */
  readonly acknowledged: { readonly type: number; readonly milliseconds: number } | undefined;
  /** What the person reads when the bot did not respond in time. */
  readonly failed: string | undefined;
  /** The message that answers, or for an update the one that was clicked. */
  readonly reply: Message | undefined;
  /** All that only this person sees of the answer. */
  readonly whispers: readonly Message[];
  /** The form that was opened. */
  readonly modal: Modal | undefined;
}

export interface Completed extends Outcome {
  readonly choices: readonly Choice[];
}

export interface InteractionOptions {
  /** How long the bot may take for its first response. */
  readonly ackMilliseconds?: number;
}

export interface Interactions {
  readonly all: readonly Outcome[];
  /** From now on, each delivery waits for so long. */
  delayMilliseconds: number;
  /** The next interactions are delivered twice, with the same id. */
  duplicates: number;
  send(what: Begun): Promise<Completed>;
  /** Whether it is too late for a first response. */
  isLate(interaction: StoredInteraction): boolean;
}

export type Begun = Pick<StoredInteraction, "kind" | "user" | "channel" | "message"> & {
  payload(id: string, token: string): Fields;
};

export function createInteractions(
  world: World,
  { ackMilliseconds = 3000 }: InteractionOptions,
): Interactions {
  const all: Outcome[] = [];

  function begin({ kind, user, channel, message, payload }: Begun): StoredInteraction {
    const id = world.newId();
    const token = Buffer.from(`interaction:${id}:${randomBytes(60).toString("hex")}`).toString("base64url");
    const interaction: StoredInteraction = {
      id,
      token,
      kind,
      user,
      channel,
      message,
      at: world.now(),
      payload: payload(id, token),
      response: undefined,
      isLate: false,
      original: undefined,
      modal: undefined,
      choices: [],
    };
    world.interactions.set(id, interaction);
    return interaction;
  }

  const interactions: Interactions = {
    all,
    delayMilliseconds: 0,
    duplicates: 0,
    isLate: (it) => it.isLate || world.now() - it.at > ackMilliseconds,
    async send(what) {
      const interaction = begin(what);
      const outcome = outcomeOf(world, interaction);
      all.push(outcome);
      if (interactions.delayMilliseconds > 0) {
        await sleep(interactions.delayMilliseconds);
      }
      world.dispatch("INTERACTION_CREATE", interaction.payload);
      if (interactions.duplicates > 0) {
        interactions.duplicates -= 1;
        world.dispatch("INTERACTION_CREATE", interaction.payload);
      }
      await world
        .until(() => interaction.response !== undefined || interaction.isLate, ackMilliseconds)
        .catch(() => {
          interaction.isLate = true;
        });
      return outcome;
    },
  };
  return interactions;
}

function outcomeOf(world: World, interaction: StoredInteraction): Completed {
  return {
    interaction: interaction.id,
    get acknowledged() {
      const { response, at } = interaction;
      return response && { type: response.type, milliseconds: response.at - at };
    },
    get failed() {
      return interaction.isLate ? "The application did not respond" : undefined;
    },
    get reply() {
      return interaction.original;
    },
    get whispers() {
      return world.messages.filter(
        (it) => it.interaction === interaction.id && it.onlyFor !== undefined && !it.isDeleted,
      );
    },
    get modal() {
      return interaction.modal;
    },
    get choices() {
      return interaction.choices;
    },
  };
}
