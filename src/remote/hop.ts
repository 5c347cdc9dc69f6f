import { quoteArgv } from "./quote.ts";
import { type Command, type Exit, lastLines, type Shell, ShellError } from "./shell.ts";

export interface Target {
  readonly name: string;
  /** Any name the builder's ssh can reach; `local` means: the builder itself. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Seconds for reaching the host. */
  readonly connectTimeout: number;
}

/**
 * The builder's own ssh options. `shared` connections are kept for a minute, which saves a handshake a
 * command; a `fresh` one proves that the host can be reached now.
 */
export function sshOptions(target: Target, connection: "shared" | "fresh"): string[] {
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    `ConnectTimeout=${target.connectTimeout}`,
    "ServerAliveInterval=10",
    "ServerAliveCountMax=3",
    ...(connection === "fresh"
      ? ["ControlMaster=no", "ControlPath=none"]
      : ["ControlMaster=auto", "ControlPath=%d/.ssh/switchyard-%C", "ControlPersist=60"]),
  ];
  return [...options.flatMap((option) => ["-o", option]), "-p", String(target.port)];
}

/** The argv that runs `argv` on the target from the builder. The host ends it by itself when the bot cannot any more. */
export function hopArgv(
  target: Target,
  argv: readonly string[],
  timeout: number,
  connection: "shared" | "fresh",
): string[] {
  const limit = Math.ceil(timeout / 1000) + 5;
  const remote = quoteArgv(["timeout", "--kill-after=10", String(limit), ...asRoot(target.user, argv)]);
  return ["ssh", ...sshOptions(target, connection), "--", `${target.user}@${target.address}`, remote];
}

/** Everything the bot does on a host needs root: another user goes through sudo, which must not ask. */
export function asRoot(user: string, argv: readonly string[]): string[] {
  return user === "root" ? [...argv] : ["sudo", "-n", "--", ...argv];
}

/** A host, reached through the builder. ssh exits with 255 when it could not connect or lost the connection. */
export function hopShell(builder: Shell, target: Target, connection: "shared" | "fresh"): Shell {
  const { name } = target;
  async function run(command: Command): Promise<Exit> {
    const argv =
      target.address === "local"
        ? asRoot(target.user, command.argv)
        : hopArgv(target, command.argv, command.timeout, connection);
    const exit = await builder.run({ ...command, argv });
    if (target.address !== "local" && exit.exitCode === 255) {
      const why = lastLines(exit.stderr, 1)[0] ?? "no answer";
      throw new ShellError("unreachable", `${name}: ssh from ${builder.name} to ${target.address}: ${why}`);
    }
    return exit;
  }
  return { name, run, close: async () => {} };
}
