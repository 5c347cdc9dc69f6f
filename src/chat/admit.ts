import { bounds } from "../config/bounds.ts";
import type { Clock } from "../config/clock.ts";
import type { FleetFile } from "../config/fleet-file.ts";
import { actorOf } from "../deploy/parts.ts";
import { type AuditEntry, bot } from "../logs/audit.ts";
import type { Refused } from "./desk.ts";
import { outcomeOf } from "./desk-replies.ts";
import type { Identity } from "./identity.ts";
import { isDecider } from "./permissions.ts";
import { type AskKind, createRates } from "./rate.ts";
import { createTally } from "./tally.ts";

export interface Admission {
  /** Null when this may be done now, else the refusal. `about` is for the audit. */
  refusalFor(who: Identity, kind: AskKind, about: string): Promise<Refused | null>;
  /** Writes what somebody may not do: the first of a minute in full, the rest as a count. */
  noteRefused(who: Identity, about: string, reply: Refused): Promise<void>;
  takerOf(who: Identity): { readonly person: string; readonly isDecider: boolean };
  /** Writes what was only counted of windows that are over; of all at a stop. */
  sumUp(isLast?: boolean): Promise<void>;
}

const urgent: ReadonlySet<string> = new Set(bounds.urgent);

/** How a command is counted. */
export const kindOf = (command: string): AskKind => (urgent.has(command) ? "urgent" : "usual");

const whatIs: Record<AskKind, string> = {
  usual: "commands",
  urgent: "commands",
  "before-yes": "questions before a yes",
  look: "requests",
  complete: "completions",
};

/** Keeps one person from taking the bot from the others, on every surface alike. */
export function createAdmission(
  fleet: () => FleetFile,
  clock: Clock,
  note: (entry: AuditEntry) => Promise<void>,
): Admission {
  const rates = createRates(clock);
  const tally = createTally(clock);

  const takerOf = (who: Identity) => ({
    person: who.person ?? `${who.surface}:${who.id}`,
    isDecider: isDecider(fleet(), who),
  });

  async function sumUp(isLast = false): Promise<void> {
    for (const { person, reason, more, since } of tally.sums(isLast)) {
      const start = new Date(since).toISOString();
      const detail = `${reason}: ${more} more in the minute from ${start}`;
      await note({ who: bot, what: "refused", about: person, detail });
    }
  }

  async function noteFirst(
    who: Identity,
    reason: string,
    entry: Pick<AuditEntry, "about" | "detail">,
  ): Promise<void> {
    const isFirst = tally.isFirst(takerOf(who).person, reason);
    await sumUp();
    if (isFirst) {
      await note({ who: actorOf(who), what: "refused", ...entry });
    }
  }

  return {
    takerOf,
    sumUp,
    async refusalFor(who, kind, about) {
      const rated = rates.ask({ ...takerOf(who), kind });
      await sumUp();
      if (rated.kind === "go") {
        return null;
      }
      await noteFirst(who, `too-many ${whatIs[kind]}`, { about, detail: "too-many" });
      return {
        kind: "refused",
        code: "too-many",
        message: `Too many ${whatIs[kind]} in a minute${rated.isFullOfOthers ? " from people who decide nothing" : ""}: this one was not begun.`,
        help: `Ask again in ${rated.seconds} s.`,
        retryAfter: rated.seconds,
      };
    },
    noteRefused(who, about, reply) {
      const role = reply.role === undefined ? "" : ` without the role ${reply.role}`;
      return noteFirst(who, `${reply.code}: ${commandIn(about)}${role}`, {
        about,
        detail: outcomeOf(reply).detail,
      });
    },
  };
}

/** The command's name in what was typed. */
export function commandIn(text: string): string {
  return /^\s*\/?(\S*)/.exec(text.slice(0, 100))?.[1]?.toLowerCase() ?? "";
}

/** Looks every minute, so that a sum is written also when nobody asks for anything any more. */
export async function keepSummingUp(
  desk: { sumUp(): Promise<void> },
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(bounds.commands.within, signal).catch(() => {});
    if (!signal.aborted) {
      await desk.sumUp();
    }
  }
}
