import { execa } from "execa";
import { OutputCollector } from "./output.ts";
import { ownerVariable } from "./owner.ts";
import { pacer } from "./pacer.ts";
import { type Command, type Exit, type Shell, ShellError } from "./shell.ts";

/** How long a command that was told to end may take before it is killed. */
const killAfter = 5_000;

/** How long a quiet output is still waited for after a command has ended. */
const outputGrace = 500;

/** The bot's own machine. Each command has its own process group, so that ending it ends its children too. */
export function localShell(name = "builder"): Shell {
  return { name, run: (command) => runLocally(name, command), close: async () => {} };
}

async function runLocally(name: string, command: Command): Promise<Exit> {
  const [file, ...args] = command.argv;
  if (file === undefined) {
    throw new Error("running a command: it is empty");
  }
  command.signal?.throwIfAborted();
  const child = execa(file, args, {
    ...(command.input === undefined ? { stdin: "ignore" } : { input: command.input }),
    ...(command.owner === undefined ? {} : { env: { [ownerVariable]: command.owner } }),
    detached: true,
    buffer: false,
    reject: false,
  });
  const ending = new Ending(child.pid);
  const stdout = new OutputCollector(command.onLine && ((line) => command.onLine?.(line, "stdout")));
  const stderr = new OutputCollector(command.onLine && ((line) => command.onLine?.(line, "stderr")));
  // A daemon that was left behind may hold the output open for ever; data that still comes is waited for.
  let quiet: NodeJS.Timeout | undefined;
  const pace = pacer([child.stdout, child.stderr], command.whenReady);
  child.stdout.on("data", (chunk: Buffer) => {
    quiet?.refresh();
    stdout.push(chunk) || ending.end("too-much-output");
    pace.look();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    quiet?.refresh();
    stderr.push(chunk) || ending.end("too-much-output");
    pace.look();
  });
  child.nodeChildProcess.once("exit", () => {
    quiet = setTimeout(() => {
      if (pace.isPaused()) {
        quiet?.refresh();
        return;
      }
      child.stdout.destroy();
      child.stderr.destroy();
    }, outputGrace);
  });
  const timer = setTimeout(() => ending.end("timeout"), command.timeout);
  const onAbort = () => ending.end("aborted");
  command.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const result = await child;
    const exit = { exitCode: result.exitCode ?? -1, stdout: stdout.end(), stderr: stderr.end() };
    if (ending.reason !== null) {
      throw new ShellError(ending.reason, `${name}: ${file} was ended: ${ending.reason}`);
    }
    if (result.exitCode === undefined && result.code !== undefined) {
      throw new ShellError("not-found", `${name}: starting ${file}: ${result.code}`, { cause: result });
    }
    return exit;
  } finally {
    clearTimeout(timer);
    clearTimeout(quiet);
    ending.over();
    command.signal?.removeEventListener("abort", onAbort);
  }
}

/** Ends a process group: TERM first, KILL if it lingers. */
class Ending {
  reason: "timeout" | "aborted" | "too-much-output" | null = null;
  #killer: NodeJS.Timeout | undefined;
  readonly #pid: number | undefined;

  constructor(pid: number | undefined) {
    this.#pid = pid;
  }

  end(reason: "timeout" | "aborted" | "too-much-output"): void {
    if (this.reason === null) {
      this.reason = reason;
      this.#kill("SIGTERM");
      this.#killer = setTimeout(() => this.#kill("SIGKILL"), killAfter);
    }
  }

  over(): void {
    clearTimeout(this.#killer);
  }

  #kill(signal: NodeJS.Signals): void {
    if (this.#pid === undefined) {
      return;
    }
    try {
      process.kill(-this.#pid, signal);
    } catch {
      // The group is gone already.
    }
  }
}
