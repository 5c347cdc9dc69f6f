import type { Filled } from "./form.ts";
import type { Completed, Outcome } from "./interactions.ts";
import type { Options } from "./typed-options.ts";
import type { Message, Modal } from "./types.ts";

/** A channel or a thread, its id, or a channel's name with or without "#". */
export type In = string | { readonly id: string };

export interface Where {
  /** The first channel, unless it is said. */
  readonly channel?: In;
}

export interface ClickOptions {
  /** Clicks on an older version of the message: it was edited while the finger was on its way. 0 is the first. */
  readonly version?: number;
}

/**
 * Somebody in the guild. Each deed resolves when the bot has responded, or has not in time; it throws where Discord's
 * own clients would not let it happen: a command that is not registered, a button that is not there.
 */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** Roles by their ids: add one, take one away. */
  readonly roles: Set<string>;
  /** Messages that only this person sees. */
  readonly whispers: readonly Message[];
  /** The form on the screen, if one is open. */
  readonly modal: Modal | undefined;
  /** A slash command, with its subcommand if it has some: "deploy", "switchyard deploy". */
  uses(command: string, options?: Options, where?: Where): Promise<Outcome>;
  /** Types into an option of a command, and looks at what is offered. */
  completes(command: string, options: Options, focused: string, where?: Where): Promise<Completed>;
  /** Clicks on a button, by its label or its `custom_id`. */
  clicks(on: Message, button: string, options?: ClickOptions): Promise<Outcome>;
  /** Picks options of a menu, by their labels or values. */
  chooses(on: Message, ...options: string[]): Promise<Outcome>;
  submits(form: Modal, filled?: Filled): Promise<Outcome>;
  /** Says something; it is no command. */
  says(text: string, where?: Where): Message;
}
