import type { Actor } from "../deploy/actor.ts";
import type { Standing } from "./identity.ts";

/** A place where people talk to the bot. Nothing in the engine waits for one. */
export interface Surface {
  readonly name: string;
  start(): Promise<void>;
  /** Stops taking requests and ends open connections; returns within a few seconds. */
  stop(): Promise<void>;
  /** How an account stands there now. Left out where an account is all that there is. */
  standingOf?(actor: Actor): Promise<Standing>;
  health(): { readonly ok: boolean; readonly detail: string };
}
