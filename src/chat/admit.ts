import { bounds } from "../config/bounds.ts";
import type { Clock } from "../config/clock.ts";
import type { FleetFile } from "../config/fleet-file.ts";
import { actorOf } from "../deploy/parts.ts";
import { type AuditEntry, bot } from "../logs/audit.ts";
import type { Reply } from "./desk.ts";
import type { Identity } from "./identity.ts";
import { isDecider } from "./permissions.ts";
import { createRates } from "./rate.ts";

export interface Admission {
  /** Null when this may be done now, else the refusal. `about` is for the audit. */
  refusalFor(who: Identity, command: string, about: string): Promise<Reply | null>;
  takerOf(who: Identity): { readonly person: string; readonly isDecider: boolean };
  /** Writes what was only counted of windows that are over; of all at a stop. */
  sumUp(isLast?: boolean): Promise<void>;
}

const urgent: ReadonlySet<string> = new Set(bounds.urgent);

/** Keeps one person from taking the bot from the others, on every surface alike. */
export function createAdmission(
  fleet: () => FleetFile,
  clock: Clock,
  note: (entry: AuditEntry) => Promise<void>,
): Admission {
  const rates = createRates(clock);

  const takerOf = (who: Identity) => ({
    person: who.person ?? `${who.surface}:${who.id}`,
    isDecider: isDecider(fleet(), who),
  });

  async function sumUp(isLast = false): Promise<void> {
    for (const { person, refused, since } of rates.sums(isLast)) {
      const start = new Date(since).toISOString();
      await note({
        who: bot,
        what: "refused",
        about: person,
        detail: `too-many: ${refused} more in the minute from ${start}`,
      });
    }
  }

  return {
    takerOf,
    sumUp,
    async refusalFor(who, command, about) {
      const rated = rates.ask({ ...takerOf(who), isUrgent: urgent.has(command) });
      await sumUp();
      if (rated.kind === "go") {
        return null;
      }
      if (rated.isFirst) {
        await note({ who: actorOf(who), what: "refused", about, detail: "too-many" });
      }
      return {
        kind: "refused",
        code: "too-many",
        message: `Too many commands in a minute${rated.isFullOfOthers ? " from people who decide nothing" : ""}: this one was not begun.`,
        help: `Ask again in ${rated.seconds} s.`,
        retryAfter: rated.seconds,
      };
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
