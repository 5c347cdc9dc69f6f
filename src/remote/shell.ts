/** One command on one machine. `argv` stays an array until a library quotes it for the last hop. */
export interface Command {
  readonly argv: readonly string[];
  /** Milliseconds after which the command and its children are ended and {@link ShellError} `timeout` is thrown. */
  readonly timeout: number;
  /** Given on stdin, which is then closed. Without it stdin is closed at once. */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** Whose work this is. Its processes carry it in their environment, so that they are found without any connection. */
  readonly owner?: string | undefined;
  /** Sees every line as it comes. With it, only the tail of the output is kept in the result. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Asked after each chunk: what it prints is not read any further until this has resolved. */
  readonly whenReady?: () => Promise<void> | null;
}

export interface Exit {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine that runs commands. A non-zero exit is a result; only a command that could not be followed to its end throws. */
export interface Shell {
  /** What people call the machine. */
  readonly name: string;
  run(command: Command): Promise<Exit>;
  close(): Promise<void>;
}

export type ShellFailure = "unreachable" | "lost" | "timeout" | "aborted" | "too-much-output" | "not-found";

/** The command's end is not known: it may or may not have had its effect. */
export class ShellError extends Error {
  readonly failure: ShellFailure;

  constructor(failure: ShellFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ShellError";
    this.failure = failure;
  }
}

/** A command that ran and said no: what it was for, its exit code and its last words. */
export class CommandError extends Error {
  readonly exit: Exit;

  constructor(action: string, exit: Exit) {
    const last = lastLines(exit.stderr || exit.stdout, 1)[0] ?? "no output";
    super(`${action}: exit ${exit.exitCode}: ${last}`);
    this.name = "CommandError";
    this.exit = exit;
  }
}

/** Runs a command that has to succeed. `action` says what it is for, as in "reading the generations of yoga". */
export async function mustRun(shell: Shell, action: string, command: Command): Promise<Exit> {
  const exit = await shell.run(command);
  if (exit.exitCode !== 0) {
    throw new CommandError(action, exit);
  }
  return exit;
}

export function lastLines(output: string, count: number): string[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}
