import { deadlines } from "../config/deadlines.ts";
import { cameInstead, framed, framedLines, unframed } from "./frame.ts";
import type { Masters } from "./masters.ts";
import { marked } from "./owner.ts";
import { type Command, type Exit, lastLines, type Shell, ShellError } from "./shell.ts";

export interface Target {
  readonly name: string;
  /** Any name that the builder's ssh can reach, or the bot where it is direct; `local` means: the builder itself. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** `direct`: the bot itself connects to it, and only `nix copy` goes from the builder. */
  readonly via: "builder" | "direct";
  /** Seconds for reaching the host. */
  readonly connectTimeout: number;
}

/** A connection that commands share, by the word in the name of its socket; a `fresh` one proves that the host can be reached now. */
export type Connection = "fresh" | { readonly shared: string };

/** The builder's own ssh options. Sharing saves a handshake a command. */
export function sshOptions(target: Target, connection: Connection): string[] {
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    `ConnectTimeout=${target.connectTimeout}`,
    "ServerAliveInterval=10",
    "ServerAliveCountMax=3",
    ...connectionOptions(connection),
  ];
  return [...options.flatMap((option) => ["-o", option]), "-p", String(target.port)];
}

function connectionOptions(connection: Connection): readonly string[] {
  return connection === "fresh"
    ? ["ControlMaster=no", "ControlPath=none"]
    : [
        "ControlMaster=auto",
        `ControlPath=%d/.ssh/switchyard-${connection.shared}-%C`,
        `ControlPersist=${deadlines.connectionLife / 1000}`,
      ];
}

/** The argv that runs `argv` on the target from the builder. */
export function hopArgv(
  target: Target,
  argv: readonly string[],
  timeout: number,
  connection: Connection,
): string[] {
  const remote = framed(limited(asRoot(target.user, argv), timeout));
  return ["ssh", ...sshOptions(target, connection), "--", `${target.user}@${target.address}`, remote];
}

/** The far side ends a command by itself, a little later than the bot would: the bot may not be there any more. */
export function limited(argv: readonly string[], timeout: number): string[] {
  return ["timeout", "--kill-after=10", String(Math.ceil(timeout / 1000) + 5), ...argv];
}

/** By the path that the rule in sudoers names: the user's own profile may have another `env`, which comes first on the PATH. */
const rootEnv = "/run/current-system/sw/bin/env";

/**
 * Everything the bot does on a host needs root: another user goes through sudo, which must not ask. It is always `env` that
 * is asked for, so that one rule in sudoers is enough and no other program has to be named there.
 */
export function asRoot(user: string, argv: readonly string[]): string[] {
  return user === "root"
    ? [...argv]
    : ["sudo", "-n", "--", rootEnv, ...(argv[0] === "env" ? argv.slice(1) : argv)];
}

/** A host, reached through the builder. ssh exits with 255 when it could not connect or lost the connection. */
export function hopShell(builder: Shell, target: Target, masters: Masters | "fresh"): Shell {
  const { name } = target;

  async function run(command: Command): Promise<Exit> {
    if (masters === "fresh") {
      return runOver("fresh", command);
    }
    const shared = masters.wordFor(target);
    try {
      return await runOver({ shared }, command);
    } catch (error) {
      if (!(error instanceof ShellError && error.failure === "aborted")) {
        masters.drop(target, shared);
      }
      throw error;
    }
  }

  async function runOver(connection: Connection, command: Command): Promise<Exit> {
    // The host's processes carry the mark, not the builder's ssh, whose connection others may share.
    const wanted = marked(command.argv, command.owner);
    const argv =
      target.address === "local"
        ? asRoot(target.user, wanted)
        : hopArgv(target, wanted, command.timeout, connection);
    if (target.address === "local") {
      return builder.run({ ...command, argv, owner: undefined });
    }
    const { began, onLine } = framedLines(command.onLine);
    const exit = await builder.run({ ...command, argv, owner: undefined, ...(onLine && { onLine }) });
    const stdout = unframed(exit.stdout);
    // Of a long output only the tail is kept, and its mark was seen among the lines.
    if (stdout !== null || began()) {
      return { ...exit, stdout: stdout ?? exit.stdout, stderr: unframed(exit.stderr) ?? exit.stderr };
    }
    if (exit.exitCode === 255) {
      // ssh ends its lines as for a terminal, with a carriage return.
      const why = lastLines(exit.stderr, 1)[0]?.trim() ?? "no answer";
      throw new ShellError("unreachable", `${name}: ssh from ${builder.name} to ${target.address}: ${why}`);
    }
    throw new ShellError(
      "lost",
      `${name}: the shell of ${target.user} did not run the command (exit ${exit.exitCode}); ${cameInstead(exit.stdout, exit.stderr)}. Is its login shell a POSIX one, and do its start files exit or replace it?`,
    );
  }
  return { name, run, close: async () => {} };
}
