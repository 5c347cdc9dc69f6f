import type { App, Receiver } from "@slack/bolt";
import type { Connection } from "../../src/chat/platform/chat-surface.ts";

export interface SlackConnection extends Connection {
  /** What Bolt gets. */
  readonly receiver: Receiver;
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
