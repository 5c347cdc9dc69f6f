import { channelJson } from "./channel-json.ts";
import type { Channel, StoredMessage } from "./types.ts";
import type { World } from "./world.ts";

type Change = Partial<Pick<Channel, "name" | "isArchived" | "isLocked" | "autoArchiveMinutes">>;

/** Changes a thread and tells those who listen. */
export function changeThread(world: World, thread: Channel, change: Change): void {
  if (change.isArchived !== undefined && change.isArchived !== thread.isArchived) {
    thread.archivedAt = world.now();
  }
  Object.assign(thread, change);
  world.dispatch("THREAD_UPDATE", channelJson(world, thread));
  world.changed();
}

/** Starts a thread from a message, whose id it takes. */
export function startThread(world: World, message: StoredMessage, name: string, minutes: number): Channel {
  const thread: Channel = {
    id: message.id,
    name,
    kind: "thread",
    at: world.now(),
    overwrites: new Map(),
    parent: message.channel,
    owner: world.bot.id,
    isArchived: false,
    isLocked: false,
    archivedAt: world.now(),
    autoArchiveMinutes: minutes,
  };
  world.channels.set(thread.id, thread);
  message.thread = thread;
  world.dispatch("THREAD_CREATE", { ...channelJson(world, thread), newly_created: true });
  world.changed();
  return thread;
}
