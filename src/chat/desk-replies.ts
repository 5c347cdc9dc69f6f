import type { AuditEntry } from "../logs/audit.ts";
import { diskTrouble } from "../store/disk-trouble.ts";
import type { Reply } from "./desk.ts";

/** What came of a command or a click, for the audit: what was decided, and why. */
export function outcomeOf(reply: Reply): Pick<AuditEntry, "what" | "detail" | "more"> {
  switch (reply.kind) {
    case "refused":
      return { what: "refused", detail: `${reply.code}: ${reply.message}` };
    case "started":
      return {
        what: "answered",
        detail: `started ${reply.deployments.join(" ")}`,
        more: { run: reply.run },
      };
    case "answer":
      return { what: "answered", detail: reply.text.slice(0, 300) };
  }
}

/** What was not written was not done, so it is a refusal; anything else that threw goes on. */
export function refuseForDisk(error: unknown): Reply {
  const trouble = diskTrouble(error);
  if (trouble === null) {
    throw error;
  }
  return {
    kind: "refused",
    code: "unavailable",
    message: `The bot cannot write to its data directory: ${trouble.what}. Nothing was done.`,
    help: `${trouble.mend} Then ask again.`,
  };
}

/** The bot was stopped between taking a request and answering it, and no run came of it. */
export function lostReply(said: string): Reply {
  return {
    kind: "refused",
    code: "unavailable",
    message: `The bot was restarted before it had answered: ${said}. No deployment was begun by it.`,
    help: "Say it again. Where it was a click on a card, the card shows whether it still asks.",
  };
}
