import { Routes } from "discord.js";
import type { MessageRef } from "../../src/chat/channel.ts";
import { cut, oneLine } from "../../src/chat/platform/text.ts";
import type { Api } from "./api.ts";
import { codes, hasCode } from "./discord-error.ts";
import { limits } from "./limits.ts";

/** Minutes without a message after which Discord puts a thread away: a day. */
const archiveAfter = 1_440;
const mostRemembered = 1_000;

/** Sees to it that a root has its thread, which has the same id as the root. */
export function createThreads(api: Api): (root: MessageRef, name: string) => Promise<void> {
  const known = new Set<string>();
  return async (root, name) => {
    if (known.has(root.id)) {
      return;
    }
    try {
      await api("POST", Routes.threads(root.channel, root.id), {
        body: {
          name: cut(oneLine(name), limits.threadName) || "deployment",
          auto_archive_duration: archiveAfter,
        },
      });
    } catch (error) {
      if (!hasCode(error, codes.threadExists)) {
        throw error;
      }
    }
    known.add(root.id);
    const [oldest] = known;
    if (known.size > mostRemembered && oldest !== undefined) {
      known.delete(oldest);
    }
  };
}
