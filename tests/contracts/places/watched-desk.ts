import type { Desk, Reply } from "../../../src/chat/desk.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";

/** What the desk said to a command or a click; null while it has not, or when it threw. */
export interface Noted {
  reply: Reply | null;
  isOver: boolean;
}

/** The desk, and all that it says, in order. */
export function watchedDesk(desk: FakeDesk): { readonly desk: Desk; readonly replies: readonly Noted[] } {
  const replies: Noted[] = [];
  async function noted(work: Promise<Reply>): Promise<Reply> {
    const entry: Noted = { reply: null, isOver: false };
    replies.push(entry);
    try {
      entry.reply = await work;
      return entry.reply;
    } finally {
      entry.isOver = true;
    }
  }
  return {
    replies,
    desk: {
      ...desk,
      say: (text, who, key) => noted(desk.say(text, who, key)),
      async mayDecide(id, who, digest) {
        const before = await desk.mayDecide(id, who, digest);
        // A refusal is the answer; what else there is comes before one.
        return before.kind === "refused" ? ((await noted(Promise.resolve(before))) as typeof before) : before;
      },
      press: (action, who, key) => noted(desk.press(action, who, key)),
      decide: (id, decision, who, digest) => noted(desk.decide(id, decision, who, digest)),
    },
  };
}
