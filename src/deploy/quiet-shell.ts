import { deadlines } from "../config/deadlines.ts";
import { sshOptions, type Target } from "../remote/hop.ts";
import { type PhaseContext, PhaseError } from "./context.ts";
import { checked } from "./findings.ts";

/**
 * What a login shell's start files print stands before everything that a program prints. The bot's own answers are framed, but
 * `nix copy` takes such a line for its protocol and gives up (“'nix-store --serve' protocol mismatch”). So the builder asks the
 * host as nix will, before anything is built.
 */
export async function checkQuietShell({ host, builder, signal, note }: PhaseContext): Promise<void> {
  const { target } = host;
  if (target.address === "local") {
    return;
  }
  const look = async () => {
    const exit = await builder.run({ argv: plainArgv(target), timeout: deadlines.hostCommand, signal });
    // One that does not answer is told of by the checks that read something.
    if (exit.exitCode === 0 && exit.stdout !== "") {
      const words = JSON.stringify(
        exit.stdout
          .replaceAll(/[\s\p{Cc}]+/gu, " ")
          .trim()
          .slice(0, 200),
      );
      throw new PhaseError(
        `the shell of ${target.user} on ${host.name} prints ${words} before each command, and nix copy cannot work over it`,
        "Let its start files (~/.bashrc, programs.bash.interactiveShellInit …) print only for people: case $- in *i*) echo hello ;; esac",
      );
    }
  };
  await checked(note, "shell", look, () => null);
}

function plainArgv(target: Target): string[] {
  return ["ssh", ...sshOptions(target, "fresh"), "--", `${target.user}@${target.address}`, "true"];
}
