import { access, open, unlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Holding, holdFile } from "../remote/held-file.ts";
import { type DoctorLine, failed, ok, reasonOf } from "./line.ts";

/** What the start does first, tried: the lock on the data directory, and the port. */
export async function checkStart(
  directory: string,
  listen: { readonly host: string; readonly port: number },
): Promise<DoctorLine[]> {
  if (!(await isThere(directory))) {
    // The start makes it; whether it can is a line of its own.
    return [await checkPort(listen, false)];
  }
  const { line, isTaken } = await checkLock(directory);
  return [line, await checkPort(listen, isTaken)];
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

const part = "lock";

/** A lock file that this makes would belong to the wrong user where root looks, so then another name is tried. */
async function checkLock(directory: string): Promise<{ line: DoctorLine; isTaken: boolean }> {
  const path = join(directory, "lock");
  const known = await isThere(path);
  const tried = known ? path : join(directory, ".doctor-lock");
  try {
    if (known) {
      await (await open(path, "r+")).close();
    }
    const holding = await holdFile(tried, () => {});
    if (holding.kind === "held") {
      await holding.file.release();
    }
    return { line: lockLine(holding), isTaken: holding.kind === "taken" };
  } catch (error) {
    const mend = "Give the directory and its files to the bot's user: chown -R.";
    return { line: failed(part, reasonOf(error), mend), isTaken: false };
  } finally {
    if (!known) {
      await unlink(tried).catch(() => {});
    }
  }
}

function lockLine(holding: Holding): DoctorLine {
  switch (holding.kind) {
    case "held":
      return ok(part, "the data directory can be locked");
    case "taken":
      return ok(part, "a bot is at work on the data directory");
    case "no-flock":
      return failed(
        part,
        "there is no flock on the bot's PATH",
        "Install util-linux, and see that PATH names it, also in the service.",
      );
    case "failed":
      return failed(
        part,
        holding.why,
        "Set SWITCHYARD_DATA_DIR to a directory on a disk of this machine that the bot's user may write.",
      );
  }
}

const portMends: Readonly<Record<string, string>> = {
  EADDRINUSE: "Stop what listens there (ss -ltnp shows it), or set SWITCHYARD_LISTEN.",
  EADDRNOTAVAIL: "Set SWITCHYARD_LISTEN to an address of this machine.",
  EACCES: "Set SWITCHYARD_LISTEN to a port from 1024 on.",
};

/** A bot that is at work has its port, as it should. */
async function checkPort(
  { host, port }: { readonly host: string; readonly port: number },
  isBotAtWork: boolean,
): Promise<DoctorLine> {
  const name = `${host}:${port}`;
  const code = await new Promise<string | null>((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });
  if (code === null) {
    return ok("page", `${name} is free`);
  }
  return code === "EADDRINUSE" && isBotAtWork
    ? ok("page", `the bot listens on ${name}`)
    : failed(
        "page",
        `${name} cannot be listened on (${code})`,
        portMends[code] ?? "Correct SWITCHYARD_LISTEN.",
      );
}
