import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { keptFile } from "./kept-file.ts";

/** The web page's token, made on the first start. */
export function ownToken(directory: string): Promise<string> {
  return keptFile(join(directory, "web-token"), () => randomBytes(32).toString("base64url"));
}

/** What the words for supervisors are made from. A lost key costs the switches that are under way: their hosts go back. */
export function supervisorKey(directory: string): Promise<string> {
  return keptFile(join(directory, "supervisor-key"), () => randomBytes(32).toString("base64url"));
}

/** What this bot's processes and gc-roots are called, on machines that another bot may use too. */
export function botName(directory: string): Promise<string> {
  return keptFile(join(directory, "bot-name"), () => randomBytes(4).toString("hex"));
}

/** The bot's own key, so that none of its lines is ever shown; null where it cannot be read, as the shells will say. */
export async function ownKey(path: string | null): Promise<string | null> {
  return path === null ? null : readFile(path, "utf8").catch(() => null);
}
