import { type Block, buttons, fields, heading, requestButton, text } from "../chat/blocks.ts";
import type { Thread, ThreadMessage } from "../chat/thread.ts";
import { commandRequest } from "../deploy/command-request.ts";
import { everyHost, isOwnLock, type Lock } from "../deploy/locks.ts";
import type { Run } from "../deploy/run.ts";

/** A lock: who holds what, why and until when; and what became of it. */
export function lockBlocks(lock: Lock): Block[] {
  return [
    heading(title(lock), lock.ended === null ? "warning" : "neutral"),
    fields({
      By: lock.by.name,
      Reason: lock.reason,
      Since: minuteTime(lock.since),
      Until: lock.until === null ? "somebody unlocks it" : minuteTime(lock.until),
      "Set by": lock.deployment,
      Ended: endText(lock),
    }),
    ...(lock.ended === null
      ? [buttons(requestButton("Unlock", commandRequest("unlock", [hostWord(lock)])))]
      : []),
  ];
}

/** The thread of a lock: its root, and its end as news of its own. */
export function lockThread(run: Run, lock: Lock): Thread {
  const ended = endText(lock);
  const root: ThreadMessage = {
    key: "root",
    text: title(lock),
    blocks: lockBlocks(lock),
    mentionsRequester: false,
    broadcast: false,
  };
  const end: ThreadMessage[] =
    ended === null
      ? []
      : [
          {
            key: "end",
            text: `${title(lock)}: ${ended}`,
            blocks: [text(`${title(lock)}: ${ended}.`, "info")],
            mentionsRequester: true,
            broadcast: true,
          },
        ];
  return {
    run,
    name: `lock ${hostWord(lock)} · ${run.id.slice(-4)}`,
    deployments: [],
    messages: [root, ...end],
    files: [],
    isOver: lock.ended !== null,
  };
}

function title(lock: Lock): string {
  const what = lock.host === everyHost ? "Every host" : lock.host;
  return `${what} ${lock.ended === null ? "is locked" : "was locked, and is free again"}`;
}

/** A lock that somebody else ended is said to have been somebody else's. */
function endText({ ended, ...lock }: Lock): string | null {
  if (ended === null) {
    return null;
  }
  const at = minuteTime(ended.at);
  if (ended.by === null) {
    return `by itself, at ${at}`;
  }
  const isOthers = !isOwnLock({ ended, ...lock }, ended.by);
  return `unlocked by ${ended.by.name} at ${at}${isOthers ? `, who is an admin; it was ${lock.by.name}'s` : ""}`;
}

function hostWord({ host }: Lock): string {
  return host === everyHost ? "all" : host;
}

/** `2026-11-24T09:00:12.000Z` → `2026-11-24 09:00 UTC`. */
function minuteTime(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
