import type { Clock } from "../../src/config/clock.ts";
import { type Command, type Exit, type Shell, ShellError } from "../../src/remote/shell.ts";

export interface Ran {
  /** The shell's name. */
  readonly on: string;
  readonly argv: readonly string[];
  readonly input: string | undefined;
}

/** A part of the words joined by spaces, or a question about them. */
export type Match = string | RegExp | ((argv: readonly string[]) => boolean);
export type Answer = Partial<Exit> | Error | ((command: Command) => Partial<Exit> | Promise<Partial<Exit>>);

/** A working shell without a machine: rules say what commands answer, and every argv is kept as it was given. */
export interface FakeShell extends Shell {
  readonly ran: readonly Ran[];
  /** From now on a command that matches is answered so. The newest rule counts. */
  on(match: Match, answer: Answer): void;
  /** As `on`, for the next command that matches only. */
  once(match: Match, answer: Answer): void;
  /** The next command that matches hangs until it is released, aborted or out of time. */
  hold(match: Match): Held;
  forget(): void;
}

export interface Held {
  readonly hasStarted: () => boolean;
  /** Goes on: with this answer, or with what the rules say. */
  release(answer?: Answer): void;
}

export interface FakeShellOptions {
  readonly clock: Clock;
  /** Answers what no rule does. Without it such a command is an error. */
  readonly otherwise?: (command: Command) => Partial<Exit> | Promise<Partial<Exit>>;
  /** Where several shells keep one list. */
  readonly ran?: Ran[];
  /** What runs on the machine. What was ended from afar, or whose connection was lost, goes on. */
  readonly processes?: Set<FakeProcess>;
}

/** A process on a machine, for whoever owns it. */
export interface FakeProcess {
  readonly owner: string;
  readonly argv: readonly string[];
}

interface Rule {
  readonly match: Match;
  readonly answer: Answer;
  readonly isOnce: boolean;
}

export function fakeShell(
  name: string,
  { clock, otherwise, ran = [], processes = new Set() }: FakeShellOptions,
): FakeShell {
  const rules: Rule[] = [];

  function add(rule: Rule): void {
    rules.unshift(rule);
  }

  async function answerOf(command: Command): Promise<Partial<Exit>> {
    const rule = rules.find(({ match }) => matches(match, command.argv));
    if (rule?.isOnce) {
      rules.splice(rules.indexOf(rule), 1);
    }
    if (rule !== undefined) {
      return give(rule.answer, command);
    }
    if (otherwise === undefined) {
      throw new Error(`${name}: no rule answers ${JSON.stringify(command.argv)}`);
    }
    return otherwise(command);
  }

  async function run(command: Command): Promise<Exit> {
    ran.push({ on: name, argv: [...command.argv], input: command.input });
    command.signal?.throwIfAborted();
    const over = new AbortController();
    const process = { owner: command.owner ?? "", argv: command.argv };
    processes.add(process);
    const answer = answerOf(command);
    void answer.catch(() => {}).then(() => processes.delete(process));
    try {
      const exit = await Promise.race([
        answer,
        outOfTime(name, command, clock, over.signal),
        aborted(name, command, over.signal),
      ]);
      return deliver(command, { exitCode: 0, stdout: "", stderr: "", ...exit });
    } finally {
      over.abort();
    }
  }

  return {
    name,
    ran,
    run,
    close: async () => {},
    on: (match, answer) => add({ match, answer, isOnce: false }),
    once: (match, answer) => add({ match, answer, isOnce: true }),
    hold(match) {
      let started = false;
      let release: (answer?: Answer) => void = () => {};
      const released = new Promise<Answer | undefined>((resolve) => {
        release = resolve;
      });
      add({
        match,
        isOnce: true,
        async answer(command) {
          started = true;
          const answer = await released;
          return answer === undefined ? answerOf(command) : give(answer, command);
        },
      });
      return { hasStarted: () => started, release };
    },
    forget: () => void ran.splice(0),
  };
}

async function give(answer: Answer, command: Command): Promise<Partial<Exit>> {
  if (answer instanceof Error) {
    throw answer;
  }
  return typeof answer === "function" ? answer(command) : answer;
}

export function matches(match: Match, argv: readonly string[]): boolean {
  if (typeof match === "function") {
    return match(argv);
  }
  const words = argv.join(" ");
  return typeof match === "string" ? words.includes(match) : match.test(words);
}

async function outOfTime(name: string, command: Command, clock: Clock, over: AbortSignal): Promise<never> {
  try {
    await clock.sleep(command.timeout, over);
  } catch {
    return new Promise(() => {});
  }
  throw new ShellError("timeout", `${name}: ${command.argv[0]} was ended: timeout`);
}

function aborted(name: string, { argv, signal }: Command, over: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener(
      "abort",
      () => reject(new ShellError("aborted", `${name}: ${argv[0]} was ended: aborted`)),
      { once: true, signal: over },
    );
  });
}

/** Lines go to whoever listens, as a real shell gives them. */
function deliver(command: Command, exit: Exit): Exit {
  for (const stream of ["stdout", "stderr"] as const) {
    const lines = exit[stream].split("\n");
    if (lines.at(-1) === "") {
      lines.pop();
    }
    for (const line of lines) {
      command.onLine?.(line, stream);
    }
  }
  return exit;
}
