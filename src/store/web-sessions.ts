import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../config/clock.ts";
import { noTroubles, type Troubles } from "../troubles/troubles.ts";
import { diskTrouble } from "./disk-trouble.ts";
import { openJsonFile } from "./json-file.ts";
import { alone, type Lease } from "./lease.ts";

/** Who is signed in to the web page, by hashes alone: what stands in the file opens nothing. */
export interface WebSessions {
  /** The hash of the token that a session was begun with; null for one that is over. */
  tokenOf(session: string): string | null;
  begin(session: string, token: string): Promise<void>;
  end(session: string): Promise<void>;
}

const sessionSchema = z.object({ token: z.string(), until: z.number() });
const fileSchema = z.object({ version: z.literal(1), sessions: z.record(z.string(), sessionSchema) });

/** Milliseconds that a session lasts, and how many are kept: the oldest give way. */
export const sessionLasts = 30 * 24 * 60 * 60 * 1000;
const most = 1_000;
/** So many of one token, so that nobody signs others out by signing in. */
export const mostOfOne = 20;

export interface SessionFile extends WebSessions {
  /** Writes once more what the disk did not take. */
  retry(): Promise<void>;
}

/**
 * A damaged file signs everybody out, and is kept beside it (`damage.ts`). A disk that takes nothing keeps nobody from signing in or
 * out: that is remembered in memory, and told.
 */
export async function openWebSessions(
  dataDir: string,
  clock: Clock,
  lease: Lease = alone,
  troubles: Troubles = noTroubles,
): Promise<SessionFile> {
  const { file } = await openJsonFile(
    join(dataDir, "web-sessions.json"),
    fileSchema,
    { version: 1, sessions: {} },
    new Date(clock.now()),
    lease,
  );
  type Data = z.infer<typeof fileSchema>;
  let isBehind = false;

  async function change(how: (data: Data) => void): Promise<void> {
    try {
      await file.update(how);
      isBehind = false;
      troubles.clear("sessions");
    } catch (error) {
      const trouble = diskTrouble(error);
      if (trouble === null) {
        throw error;
      }
      how(file.data);
      isBehind = true;
      troubles.report(
        "sessions",
        `web-sessions.json cannot be written (${trouble.what}): who signs in or out of the page now has done so until the bot stops.`,
        trouble.mend,
      );
    }
  }

  return {
    tokenOf(session) {
      const found = Object.hasOwn(file.data.sessions, session) ? file.data.sessions[session] : undefined;
      return found === undefined || found.until <= clock.now() ? null : found.token;
    },
    begin: (session, token) =>
      change((data) => {
        const now = clock.now();
        const all = { ...data.sessions, [session]: { token, until: now + sessionLasts } };
        const valid = Object.entries(all)
          .filter(([, { until }]) => until > now)
          .sort(([, a], [, b]) => a.until - b.until);
        const own = valid.filter(([, one]) => one.token === token);
        const over = new Set(own.slice(0, -mostOfOne).map(([name]) => name));
        data.sessions = Object.fromEntries(valid.filter(([name]) => !over.has(name)).slice(-most));
      }),
    end: (session) =>
      change((data) => {
        data.sessions = Object.fromEntries(
          Object.entries(data.sessions).filter(([name]) => name !== session),
        );
      }),
    retry: () => (isBehind ? change(() => {}) : Promise.resolve()),
  };
}
