import { createHash, randomBytes } from "node:crypto";
import { unwatchFile, watchFile } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { systemClock } from "../config/clock.ts";
import { deadlines } from "../config/deadlines.ts";
import { type HeldFile, holdFile } from "../remote/held-file.ts";
import { isFullDisk, onDisk } from "./disk-trouble.ts";
import { NewerFormatError, refuseNewer } from "./json-file.ts";
import { giveUpHalf } from "./reserve.ts";

/** A person's token for the web page. The token itself is shown once, when it is made, and kept nowhere. */
export interface WebToken {
  readonly name: string;
  /** SHA-256 in hex: 256 random bits need no slow hash. */
  readonly hash: string;
  readonly createdAt: string;
}

const fileSchema = z.object({
  version: z.literal(1),
  tokens: z.array(z.object({ name: z.string(), hash: z.string().length(64), createdAt: z.iso.datetime() })),
});

/** How often the file is looked at for changes, in milliseconds. */
const lookEvery = 1_000;
/** How often its lock is asked for again, in milliseconds. */
const retryPause = 100;

/** `token` is the owner's, who needs no role: nobody may take that name. */
const reserved: ReadonlySet<string> = new Set(["token", "owner", "you"]);

export function webTokensPath(dataDir: string): string {
  return join(dataDir, "web-tokens.json");
}

export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Why a name cannot be had; null when it can. */
export function refuseTokenName(name: string): string | null {
  if (!/^[a-z][a-z0-9._-]{0,31}$/.test(name)) {
    return "a name has small letters, digits, dots and dashes, at most 32, and begins with a letter";
  }
  return reserved.has(name) ? `${name} is the owner's own` : null;
}

export async function readWebTokens(path: string): Promise<readonly WebToken[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return [];
    }
    throw new Error(`reading ${path}: may the bot's user read it?`, { cause: error });
  }
  try {
    const value: unknown = JSON.parse(text);
    refuseNewer(path, value, 1);
    return fileSchema.parse(value).tokens;
  } catch (error) {
    if (error instanceof NewerFormatError) {
      throw error;
    }
    throw new Error(`reading ${path}: it is damaged. Move it away and make the tokens anew.`, {
      cause: error,
    });
  }
}

/** Makes a person's token, in the place of an older one, and gives it back: it cannot be read again. */
export async function addWebToken(path: string, name: string, now: Date): Promise<string> {
  const token = `swy_${randomBytes(32).toString("base64url")}`;
  await changeWebTokens(path, (tokens) => [
    ...tokens.filter((one) => one.name !== name),
    { name, hash: hashToken(token), createdAt: now.toISOString() },
  ]);
  return token;
}

/** False when nobody of that name has a token. */
export async function revokeWebToken(path: string, name: string): Promise<boolean> {
  let wasThere = false;
  const revoke = () =>
    changeWebTokens(path, (tokens) => {
      wasThere = tokens.some((one) => one.name === name);
      return tokens.filter((one) => one.name !== name);
    });
  await revoke().catch(async (error: unknown) => {
    // To take a right away cannot wait for room on the disk.
    if (!isFullDisk(error) || !(await giveUpHalf(dirname(path)))) {
      throw error;
    }
    await revoke();
  });
  return wasThere;
}

/** One change at a time, also from two terminals. The file belongs to whoever has the directory, whoever runs the command. */
async function changeWebTokens(
  path: string,
  change: (tokens: readonly WebToken[]) => readonly WebToken[],
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lock = await lockTokens(path);
  try {
    const tokens = change(await readWebTokens(path));
    const { uid, gid } = await stat(dirname(path));
    const content = `${JSON.stringify({ version: 1, tokens }, null, 1)}\n`;
    await onDisk(`writing ${path}`, () =>
      writeFileAtomic(path, content, { mode: 0o600, chown: { uid, gid } }),
    );
  } finally {
    await lock.release();
  }
}

/** The kernel frees it when its command ends, however that is. */
async function lockTokens(path: string): Promise<HeldFile> {
  const until = systemClock.now() + deadlines.tokenLock;
  for (;;) {
    const holding = await holdFile(`${path}.lock`, () => {});
    if (holding.kind === "held") {
      return holding.file;
    }
    if (holding.kind !== "taken" || systemClock.now() >= until) {
      const why = {
        taken: "another command is changing them; try again",
        "no-flock": "there is no flock on the PATH. Install util-linux (macOS: brew install flock)",
        failed: holding.kind === "failed" ? holding.why : "",
      }[holding.kind];
      throw new Error(`changing ${path}: ${why}`);
    }
    await systemClock.sleep(retryPause);
  }
}

export interface WebTokens {
  current(): readonly WebToken[];
  stop(): void;
}

/** The tokens as the file has them, read again when it changes. While it cannot be read, the last ones stay in force: `onRead` gets the error, and null when it could be read again. */
export async function openWebTokens(path: string, onRead: (error: unknown) => void): Promise<WebTokens> {
  let current = await readWebTokens(path);
  const look = () => {
    readWebTokens(path).then((tokens) => {
      current = tokens;
      onRead(null);
    }, onRead);
  };
  watchFile(path, { interval: lookEvery, persistent: false }, look);
  return { current: () => current, stop: () => unwatchFile(path, look) };
}
