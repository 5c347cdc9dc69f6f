import type { Clock } from "../config/clock.ts";
import { deadlines } from "../config/deadlines.ts";
import { lastLines, type Shell } from "../remote/shell.ts";
import type { CheckResult } from "./verdict.ts";

/** A check from fleet.yaml; each runs on the host, so `localhost` is the host. */
export type Check =
  | { readonly http: string }
  | { readonly tcp: string }
  | { readonly command: readonly string[] };

const tries = 3;
const pause = 2_000;

export function checkName(check: Check): string {
  if ("http" in check) {
    return check.http;
  }
  return "tcp" in check ? check.tcp : check.command.join(" ");
}

export function checkArgv(check: Check): string[] {
  if ("http" in check) {
    return [
      "curl",
      "--fail",
      "--silent",
      "--show-error",
      "--max-time",
      "8",
      "--output",
      "/dev/null",
      "--",
      check.http,
    ];
  }
  if ("tcp" in check) {
    const at = check.tcp.lastIndexOf(":");
    return ["nc", "-z", "-w", "8", "--", check.tcp.slice(0, at), check.tcp.slice(at + 1)];
  }
  return [...check.command];
}

/** Runs the checks side by side. One that fails is tried again: a service may need a moment after its start. */
export function runChecks(shell: Shell, checks: readonly Check[], clock: Clock): Promise<CheckResult[]> {
  return Promise.all(checks.map((check) => runCheck(shell, check, clock)));
}

async function runCheck(shell: Shell, check: Check, clock: Clock): Promise<CheckResult> {
  let failure = "";
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const exit = await shell.run({ argv: checkArgv(check), timeout: deadlines.healthCheck });
      if (exit.exitCode === 0) {
        return { name: checkName(check), failure: null };
      }
      failure = lastLines(exit.stderr || exit.stdout, 1)[0] ?? `exit ${exit.exitCode}`;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    if (attempt < tries) {
      await clock.sleep(pause);
    }
  }
  return { name: checkName(check), failure };
}
