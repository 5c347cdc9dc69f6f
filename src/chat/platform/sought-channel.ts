import type { Channel } from "../channel.ts";

/** A channel that is looked for when there is something to say in it, and again after that failed. */
export function soughtChannel(surface: Channel["surface"], find: () => Promise<Channel>): Channel {
  let found: Promise<Channel> | null = null;
  async function real(): Promise<Channel> {
    found ??= find();
    return found.catch((error: unknown) => {
      found = null;
      throw error;
    });
  }
  return {
    surface,
    post: async (message, since) => (await real()).post(message, since),
    edit: async (ref, message) => (await real()).edit(ref, message),
    upload: async (file, since) => (await real()).upload(file, since),
  };
}
