import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../config/clock.ts";
import { openJsonFile } from "./json-file.ts";

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

export async function openWebSessions(dataDir: string, clock: Clock): Promise<WebSessions> {
  const { file } = await openJsonFile(
    join(dataDir, "web-sessions.json"),
    fileSchema,
    { version: 1, sessions: {} },
    new Date(clock.now()),
  );
  return {
    tokenOf(session) {
      const found = Object.hasOwn(file.data.sessions, session) ? file.data.sessions[session] : undefined;
      return found === undefined || found.until <= clock.now() ? null : found.token;
    },
    async begin(session, token) {
      const now = clock.now();
      file.data.sessions[session] = { token, until: now + sessionLasts };
      const valid = Object.entries(file.data.sessions).filter(([, { until }]) => until > now);
      const kept = valid.sort(([, a], [, b]) => a.until - b.until).slice(-most);
      file.data.sessions = Object.fromEntries(kept);
      await file.write();
    },
    async end(session) {
      delete file.data.sessions[session];
      await file.write();
    },
  };
}
