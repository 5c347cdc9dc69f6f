import { createHash, randomBytes } from "node:crypto";
import { chown, mkdir, readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { onDisk } from "./disk-trouble.ts";

/**
 * A login link holds a code, not a token: it works once, and for a quarter of an hour. Each code is a file of its own, named by its
 * hash, so that the bot and `npm run token` need no lock, and whoever takes the file away has spent it.
 */

/** Milliseconds. */
export const codeLasts = 15 * 60_000;
/** So many may be open; the oldest give way. */
const mostCodes = 50;

const codeSchema = z.object({ token: z.string().length(64), until: z.number() });

const folderOf = (dataDir: string) => join(dataDir, "login-codes");
const fileOf = (dataDir: string, code: string) =>
  join(folderOf(dataDir), createHash("sha256").update(code).digest("hex"));

/** Makes a code for the holder of the token with this hash. The file belongs to whoever has the directory. */
export async function makeLoginCode(dataDir: string, tokenHash: string, now: number): Promise<string> {
  const folder = folderOf(dataDir);
  const { uid, gid } = await stat(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // The command may be root's, and the bot has to read and take away what stands there.
  if (process.getuid?.() === 0) {
    await chown(folder, uid, gid);
  }
  const open = await readCodes(folder);
  const kept = open.filter(({ until }) => until > now).slice(-(mostCodes - 1));
  await Promise.all(
    open.filter((one) => !kept.includes(one)).map(({ path }) => unlink(path).catch(() => {})),
  );
  const code = randomBytes(24).toString("base64url");
  const content = JSON.stringify({ token: tokenHash, until: now + codeLasts });
  await onDisk("making a login link", () =>
    writeFileAtomic(fileOf(dataDir, code), content, { mode: 0o600, chown: { uid, gid } }),
  );
  return code;
}

/**
 * The hash of the token that this code was made for, once; null for one that was spent, is too old or never was. One whose token is not
 * known (yet: a running bot looks at the tokens once a second) is not spent.
 */
export async function spendLoginCode(
  dataDir: string,
  code: string,
  now: number,
  isKnown: (tokenHash: string) => boolean = () => true,
): Promise<string | null> {
  const path = fileOf(dataDir, code);
  const found = await readCode(path);
  if (found !== null && found.until > now && !isKnown(found.token)) {
    return null;
  }
  // Of two who come at once, one takes the file away.
  const isTaken = await unlink(path).then(
    () => true,
    () => false,
  );
  return found === null || !isTaken || found.until <= now ? null : found.token;
}

async function readCode(path: string): Promise<z.infer<typeof codeSchema> | null> {
  try {
    return codeSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

/** The oldest first. */
async function readCodes(folder: string): Promise<{ readonly path: string; readonly until: number }[]> {
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  const found = await Promise.all(
    paths.map(async (path) => ({ path, until: (await readCode(path))?.until ?? 0 })),
  );
  return found.toSorted((a, b) => a.until - b.until);
}
