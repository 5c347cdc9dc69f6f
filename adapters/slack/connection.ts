import type { App, Receiver } from "@slack/bolt";

/** How Slack's deliveries reach the bot. It keeps itself up, and says how it is. */
export interface Connection {
  /** What Bolt gets. */
  readonly receiver: Receiver;
  start(): void;
  stop(): Promise<void>;
  health(): { readonly ok: boolean; readonly detail: string };
}

/** Bolt wants a receiver when the app is made; ours hands the app to whatever receives at the moment. */
export function appHolder(): { readonly receiver: Receiver; readonly app: () => App } {
  let app: App | null = null;
  return {
    receiver: {
      init(given) {
        app = given;
      },
      start: async () => {},
      stop: async () => {},
    },
    app() {
      if (app === null) {
        throw new Error("the receiver has no app yet");
      }
      return app;
    },
  };
}
