/** A place where people talk to the bot. Nothing in the engine waits for one. */
export interface Surface {
  readonly name: string;
  start(): Promise<void>;
  /** Stops taking requests and ends open connections; returns within a few seconds. */
  stop(): Promise<void>;
  health(): { readonly ok: boolean; readonly detail: string };
}
