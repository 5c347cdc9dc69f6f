import { type Channel, DeliveryError } from "../channel.ts";

export interface LaterChannel {
  readonly channel: Channel;
  /** From now on everything goes there, what waited first. */
  open(real: Channel): void;
  close(): void;
}

/** A channel whose calls wait until the platform can be posted to: what begins and ends in the meantime is told then. */
export function laterChannel(surface: Channel["surface"]): LaterChannel {
  const { promise: real, resolve, reject } = Promise.withResolvers<Channel>();
  real.catch(() => {});
  return {
    channel: {
      surface,
      post: async (message, since) => (await real).post(message, since),
      edit: async (ref, message) => (await real).edit(ref, message),
      upload: async (file, since) => (await real).upload(file, since),
    },
    open: resolve,
    close: () =>
      reject(new DeliveryError("temporary", `${surface}: the bot stops before it could be reached`)),
  };
}
