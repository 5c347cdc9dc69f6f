import type { App, Receiver, ReceiverEvent } from "@slack/bolt";
import type { Connection } from "../../src/chat/platform/chat-surface.ts";

export interface SlackConnection extends Connection {
  /** What Bolt gets. */
  readonly receiver: Receiver;
}

/** Whether this delivery is new. It is kept when the promise resolves. */
export type Accept = (event: Pick<ReceiverEvent, "body" | "customProperties">) => Promise<boolean>;

/**
 * Bolt wants a receiver when the app is made; ours hands the app to whatever receives at the moment. `accept` comes before Bolt,
 * which acknowledges events before anything else could see them; what it says no to is acknowledged and left alone.
 */
export function appHolder(
  accept: Accept,
  onLostAck: (error: unknown) => void,
): { readonly receiver: Receiver; readonly app: () => App } {
  let app: App | null = null;
  return {
    receiver: {
      init(given) {
        app = accepting(given, accept, onLostAck);
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

function accepting(app: App, accept: Accept, onLostAck: (error: unknown) => void): App {
  return new Proxy(app, {
    get(target, name) {
      if (name !== "processEvent") {
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async (event: ReceiverEvent): Promise<void> => {
        if (!(await accept(event))) {
          await event.ack();
          return;
        }
        // What was accepted is done, whatever becomes of its acknowledgement: a repetition would be left alone.
        await target.processEvent({ ...event, ack: (response) => event.ack(response).catch(onLostAck) });
      };
    },
  });
}
