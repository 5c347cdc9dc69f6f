import { constants } from "node:os";
import { execa, type Options } from "execa";

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Called for each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program; a non-zero exit is a result here, only "could not run" and "took too long" throw. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error("nothing to run");
  const timeoutMs = options.timeoutMs ?? 30_000;
  const { onLine } = options;
  const settings = {
    reject: false,
    timeout: timeoutMs,
    forceKillAfterDelay: 2_000,
    stripFinalNewline: false,
    ...(options.env ? { env: options.env } : {}),
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
  } satisfies Options;
  const child = execa(program, args, settings);
  if (onLine) {
    for (const stream of [child.stdout, child.stderr]) eachLine(stream, onLine);
  }
  // What a command left running in the background may keep its output open for ever.
  child.nodeChildProcess.once("exit", () => {
    setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, 300).unref();
  });
  const result = await child;
  if (result.timedOut) throw new Error(`${argv.join(" ")}: no end after ${timeoutMs / 1000} s`);
  const exitCode = result.exitCode ?? signalCode(result.signal);
  if (exitCode === undefined) {
    throw new Error(`${argv.join(" ")}: ${result.shortMessage ?? "could not be run"}`, {
      cause: result.cause,
    });
  }
  return { exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** Like `run`, and throws with the action's name and the last lines when the exit is not 0. */
export async function must(
  action: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await run(argv, options);
  if (result.exitCode === 0) return result.stdout;
  const lines = `${result.stdout}\n${result.stderr}`.trimEnd().split("\n").slice(-15).join("\n");
  throw new Error(`${action}: ${argv[0]} ended with ${result.exitCode}\n${lines}`);
}

/** As a shell says it: 128 and the signal's number. */
const signalCode = (signal: keyof typeof constants.signals | undefined): number | undefined =>
  signal === undefined ? undefined : 128 + constants.signals[signal];

function eachLine(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = "";
  stream?.on("data", (chunk: Buffer | string) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
}

/**
 * Wraps a command so that it lives in its own mount and process namespace and dies with us: whatever it mounts or
 * starts is gone when it ends, also when we are killed.
 */
export const contained = (argv: readonly string[]): readonly string[] => [
  ...["setpriv", "--pdeathsig", "KILL", "--"],
  ...["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--", ...argv],
];
