import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A lock on a file that the kernel gives back when its holder is gone, however it went. */
export interface HeldFile {
  /** Resolves when the file is free again. */
  release(): Promise<void>;
}

export type Holding =
  | { readonly kind: "held"; readonly file: HeldFile }
  | { readonly kind: "taken" }
  | { readonly kind: "no-flock" }
  | { readonly kind: "failed"; readonly why: string };

/** A service manager sends its SIGTERM to the child as well, and the bot still needs the lock while it drains. */
const script = 'trap "" HUP INT TERM; exec flock -n "$1" cat';

/** Milliseconds until flock has answered. */
const answersWithin = 10_000;

/**
 * Holds the file by a child, util-linux' `flock -n FILE cat`, whose stdin is ours: a bot that is killed closes it, and a
 * bot that is paused does not. `onLost` is told when the child ends before `release`.
 */
export async function holdFile(path: string, onLost: (why: string) => void): Promise<Holding> {
  // A session of its own: Ctrl-C is for the bot alone.
  const child = spawn("sh", ["-c", script, "sh", path], { detached: true, stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = `${said}${chunk}`.slice(0, 1_000)));
  child.stdin.on("error", () => {});
  child.stdin.write("\n");
  const answer = await answerOf(child);
  if (answer === "echo") {
    return { kind: "held", file: held(child, onLost) };
  }
  child.stdin.destroy();
  if (answer === 127) {
    return { kind: "no-flock" };
  }
  return answer === 1 && said.trim() === ""
    ? { kind: "taken" }
    : { kind: "failed", why: said.trim() || `flock ended with ${answer}` };
}

/** `cat` runs, and says so by its echo, only when the lock is held. */
async function answerOf(child: ChildProcess): Promise<"echo" | number | string> {
  const given = new AbortController();
  const { signal } = given;
  const late = setTimeout(() => child.kill("SIGKILL"), answersWithin);
  try {
    return await Promise.race([
      once(child.stdout ?? child, "data", { signal }).then(() => "echo" as const),
      once(child, "close", { signal }).then(([code, ended]) => code ?? String(ended)),
    ]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(late);
    given.abort();
  }
}

function held(child: ChildProcess, onLost: (why: string) => void): HeldFile {
  let isReleased = false;
  const gone = once(child, "exit");
  void gone.then(([code, signal]) => {
    // Its `cat` still holds the file where flock alone was killed; without its stdin it ends, too.
    child.stdin?.destroy();
    if (!isReleased) {
      onLost(`the process that held the lock ended (${signal ?? `exit ${code}`})`);
    }
  });
  return {
    async release() {
      isReleased = true;
      child.stdin?.end();
      await gone;
    },
  };
}
