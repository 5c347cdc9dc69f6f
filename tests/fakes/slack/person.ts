import type { Outcome } from "./deliveries.ts";
import type { Filled } from "./form.ts";
import type { Fields } from "./json.ts";
import type { Channel, Message, View } from "./types.ts";

/** A channel, its id, or its name with or without "#". */
export type In = string | { readonly id: string };

export interface Where {
  readonly channel?: In;
  /** Any message of the thread. */
  readonly thread?: Message;
}

export interface ClickOptions {
  /** The answer to the confirm dialog; a button that has one cannot be clicked without. */
  readonly confirm?: boolean;
  /** Clicks on an older version of the message: it was edited while the finger was on its way. 0 is the first. */
  readonly version?: number;
}

export interface Said extends Outcome {
  readonly message: Message;
}

export interface Submitted extends Outcome {
  /** What is written beside the inputs, by block_id, when the form was not accepted. */
  readonly errors: Fields | undefined;
}

/** Somebody in the workspace. Each deed resolves when the bot has acknowledged it, or has not in time. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** The direct conversation with the bot. */
  readonly dm: Channel;
  /** The modal on top, if one is open. */
  readonly modal: View | undefined;
  readonly home: View | undefined;
  /** Messages that only this person sees. */
  readonly whispers: readonly Message[];
  /** A slash command: "/deploy yoga". In the direct conversation, unless a channel is given. */
  types(text: string, where?: Where): Promise<Outcome>;
  /** "@bot …" in a channel or a thread. */
  mentions(text: string, where: Where): Promise<Said>;
  /** Something that is not meant for the bot; or it is, in the direct conversation. */
  says(text: string, where?: Where): Promise<Said>;
  clicks(on: Message | View, button: string, options?: ClickOptions): Promise<Outcome>;
  /** Picks an option of a menu. */
  chooses(on: Message | View, option: string): Promise<Outcome>;
  submits(view: View, filled?: Filled): Promise<Submitted>;
  closes(view: View): Promise<Outcome | undefined>;
  opensHome(): Promise<Outcome>;
  /** A shortcut, or with a message the one in that message's menu. */
  shortcut(callbackId: string, message?: Message): Promise<Outcome>;
  reacts(message: Message, emoji: string): Promise<Outcome>;
  /** Brings the bot into the channel. */
  invitesBot(channel: In): Promise<Outcome>;
}
