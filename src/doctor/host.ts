import {
  dispensable,
  lackingProgramsArgv,
  lackingTools,
  switchProgram,
  toolPaths,
  toolsHelp,
} from "../activation/tools.ts";
import type { Clock } from "../config/clock.ts";
import { deadlines } from "../config/deadlines.ts";
import { judgeMachine } from "../deploy/machines.ts";
import { type Host, isLocal } from "../fleet/host.ts";
import type { Machine } from "../fleet/machine.ts";
import { readTailnet, tailscaleStatus } from "../fleet/tailnet.ts";
import { hintFor } from "../nix/hints.ts";
import { parseHostFacts, readHostFactsArgv } from "../nix/host-facts.ts";
import { runningText } from "../nix/systems.ts";
import { CommandError, mustRun, type Shell } from "../remote/shell.ts";
import { checkClock } from "./clock-skew.ts";
import { type DoctorLine, failed, ok, reasonOf, warn } from "./line.ts";

export interface HostParts {
  readonly host: Host;
  readonly shell: Shell;
  readonly builder: Shell;
  readonly clock: Clock;
  /** The machines that host names stand for. What answers here is added, so that two names that are one machine are found. */
  readonly machines: Record<string, Machine>;
  readonly names: readonly string[];
}

/** Whether a host can be deployed: reached, as root, a NixOS with the tools that a switch needs. */
export async function checkHost(parts: HostParts): Promise<DoctorLine[]> {
  const { host, shell, clock } = parts;
  const part = `host ${host.name}`;
  try {
    const exit = await mustRun(shell, `reading what ${host.name} runs`, {
      argv: readHostFactsArgv(),
      timeout: deadlines.hostCommand,
    });
    const facts = parseHostFacts(host.name, exit.stdout);
    const as = host.target.user === "root" || isLocal(host) ? "" : `, as root by sudo of ${host.target.user}`;
    return [
      facts.profile === null
        ? warn(part, "it answers, and has no system profile yet", "Its first deployment makes one.")
        : ok(part, `it answers${as}, and runs ${runningText(facts)}`),
      ...checkIdentity(part, parts, facts.machine ?? null),
      ...(await checkPrograms(part, parts, facts.current)),
      ...(await checkTools(part, parts)),
      ...(await checkSecrets(part, parts)),
      await checkClock(part, shell, clock),
    ];
  } catch (error) {
    return [await explain(part, parts, error)];
  }
}

/** The same verdict as before a deployment; a host that is well needs no line. */
function checkIdentity(
  part: string,
  { host, machines, names }: HostParts,
  seen: Machine | null,
): DoctorLine[] {
  const verdict = judgeMachine(host.name, seen, machines, names);
  if (verdict.kind === "first" && seen !== null) {
    machines[host.name] = seen;
  }
  switch (verdict.kind) {
    case "first":
      return [];
    case "other":
      return [failed(part, verdict.message, verdict.help)];
    case "same":
      return verdict.warning === null
        ? []
        : [warn(part, verdict.warning, "Was it installed anew? A deployment shows the same warning.")];
  }
}

/**
 * The switch program to go back with, and the tools of the supervisor, where they are looked for: in the running system. What
 * checks need is asked for where there are any, on the PATH of a login.
 */
async function checkPrograms(
  part: string,
  { host, shell }: HostParts,
  system: string,
): Promise<DoctorLine[]> {
  const program = `${system}/${switchProgram}`;
  const exit = await mustRun(shell, `looking for the programs of ${host.name}`, {
    argv: lackingProgramsArgv([program, ...toolPaths(system)]),
    timeout: deadlines.hostCommand,
  });
  const lacking = exit.stdout.split("\n").filter(Boolean);
  const tools = lackingTools(lacking, system);
  const say = tools.some((tool) => !dispensable.has(tool)) ? failed : warn;
  return [
    ...(lacking.includes(program)
      ? [
          failed(
            part,
            `its running system has no ${switchProgram}, so nothing could roll back to it`,
            "Is system.switch.enable false there? Reboot it into another generation.",
          ),
        ]
      : []),
    ...(tools.length > 0
      ? [say(part, `its running system lacks ${tools.join(", ")} in sw/bin`, toolsHelp)]
      : []),
  ];
}

async function checkTools(part: string, { host, shell }: HostParts): Promise<DoctorLine[]> {
  const needs = [
    ...(host.checks.some((check) => "http" in check) ? ["curl"] : []),
    ...(host.checks.some((check) => "tcp" in check) ? ["nc"] : []),
  ];
  if (needs.length === 0) {
    return [];
  }
  const exit = await mustRun(shell, `looking for tools on ${host.name}`, {
    argv: ["sh", "-c", 'for tool; do command -v "$tool" >/dev/null || echo "$tool"; done', "tools", ...needs],
    timeout: deadlines.hostCommand,
  });
  const missing = exit.stdout.split("\n").filter(Boolean);
  return missing.length === 0
    ? []
    : [
        failed(
          part,
          `it lacks ${missing.join(", ")} on the PATH of ${host.target.user}`,
          "Add them to environment.systemPackages, or leave out the checks that need them.",
        ),
      ];
}

async function checkSecrets(part: string, { host, shell }: HostParts): Promise<DoctorLine[]> {
  if (host.secrets.length === 0) {
    return [];
  }
  const exit = await mustRun(shell, `looking for the secrets of ${host.name}`, {
    argv: ["sh", "-c", 'for path; do [ -s "$path" ] || echo "$path"; done', "secret-files", ...host.secrets],
    timeout: deadlines.hostCommand,
  });
  const missing = exit.stdout.split("\n").filter(Boolean);
  return missing.length === 0
    ? [ok(part, `its ${host.secrets.length} secrets are there`)]
    : [
        failed(
          part,
          `it lacks ${missing.join(", ")}`,
          "Bring them there (sops-nix, agenix, or by hand), or correct `secrets:` in fleet.yaml.",
        ),
      ];
}

async function explain(part: string, parts: HostParts, error: unknown): Promise<DoctorLine> {
  const { host } = parts;
  const why = reasonOf(error);
  if (error instanceof CommandError && /sudo: /.test(error.exit.stderr)) {
    return failed(
      part,
      `${host.target.user} may not become root there: ${error.exit.stderr.trim().split("\n").at(-1)}`,
      `Let it: security.sudo.extraRules with NOPASSWD for ${host.target.user}, or targetUser: root.`,
    );
  }
  const known = hintFor([why]);
  if (/ needs SWITCHYARD_/.test(why)) {
    return failed(part, why, "Set them (see .env.example), or leave out `via: direct`.");
  }
  if (known !== null || host.target.via === "direct") {
    return failed(part, why, known ?? "Is it up? Try ssh to it from the bot's machine.");
  }
  const answer = await parts.builder
    .run({ argv: tailscaleStatus, timeout: deadlines.hostLook })
    .then((exit) => readTailnet(exit, host.target.address))
    .catch(() => null);
  switch (answer?.kind) {
    case "down":
      return failed(
        part,
        `${why}; tailscale is down on the builder (${answer.why})`,
        "sudo tailscale up, there.",
      );
    case "offline":
      return failed(
        part,
        `${why}; tailscale says that it is offline${answer.since === null ? "" : ` since ${answer.since}`}`,
        "Is it switched on, and does its tailscaled run?",
      );
    default:
      return failed(
        part,
        why,
        "Is it up, and is targetHost in fleet.yaml its address? Try ssh from the builder.",
      );
  }
}
