import { type Channel, DeliveryError } from "../../src/chat/channel.ts";

export interface LaterChannel {
  readonly channel: Channel;
  /** From now on everything goes there, what waited first. */
  open(real: Channel): void;
  close(): void;
}

/** A channel whose calls wait until Slack can be posted to: what begins and ends in the meantime is told then. */
export function laterChannel(): LaterChannel {
  const { promise: real, resolve, reject } = Promise.withResolvers<Channel>();
  real.catch(() => {});
  return {
    channel: {
      surface: "slack",
      post: async (message, since) => (await real).post(message, since),
      edit: async (ref, message) => (await real).edit(ref, message),
      upload: async (file, since) => (await real).upload(file, since),
    },
    open: resolve,
    close: () => reject(new DeliveryError("temporary", "slack: the bot stops before Slack could be reached")),
  };
}
