import {
  dispensable,
  lackingProgramsArgv,
  lackingTools,
  switchProgram,
  toolPaths,
  toolsHelp,
} from "../activation/tools.ts";
import { deadlines } from "../config/deadlines.ts";
import { isTailnetAddress, readTailnet, type TailnetState, tailscaleStatus } from "../fleet/tailnet.ts";
import { mustRun } from "../remote/shell.ts";
import { type PhaseContext, PhaseError } from "./context.ts";
import { checked, finding } from "./findings.ts";

/** Prints `missing PATH` or `empty PATH` for each path that is not a file with something in it. */
const secretsScript =
  'for path; do if [ ! -e "$path" ]; then printf "missing %s\\n" "$path"; elif [ ! -s "$path" ]; then printf "empty %s\\n" "$path"; fi; done';

/** The files that fleet.yaml names under `secrets:` have to be on the host. Their content is never read. */
export async function checkSecrets(context: PhaseContext): Promise<void> {
  const { host, target, signal } = context;
  if (host.secrets.length === 0) {
    return;
  }
  const check = async () => {
    const exit = await mustRun(target, `looking for the secrets of ${host.name}`, {
      argv: ["sh", "-c", secretsScript, "secrets", ...host.secrets],
      timeout: deadlines.hostCommand,
      signal,
    });
    const wrong = exit.stdout.split("\n").filter((line) => /^(missing|empty) \//.test(line));
    if (wrong.length > 0) {
      throw new PhaseError(
        `${host.name} lacks secrets that it needs: ${wrong.join(", ")}`,
        "Bring them there (sops-nix, agenix, or by hand with mode 0600), or mend `secrets:` of this host in fleet.yaml.",
      );
    }
  };
  await checked(context.note, "secrets", check, () => {
    const { length } = host.secrets;
    return length === 1 ? "the one it needs is there" : `all ${length} that it needs are there`;
  });
}

/**
 * A roll back runs the switch program of what ran before, with the tools of that system, so a system without them
 * (`system.switch.enable = false`, a `sw/bin` that was cut down) is found before anything is built. A roll back that somebody asks
 * for goes on with a warning: it is the way out of such a system.
 */
export async function checkSwitchPrograms(context: PhaseContext, current: string): Promise<void> {
  const { host, target, signal } = context;
  const { mode, toplevel } = context.record();
  const isRollback = mode === "rollback";
  const goal = isRollback && toplevel !== null ? [`${toplevel}/${switchProgram}`] : [];
  const exit = await mustRun(target, `looking for the switch program of ${host.name}`, {
    argv: lackingProgramsArgv([`${current}/${switchProgram}`, ...toolPaths(current), ...goal]),
    timeout: deadlines.hostCommand,
    signal,
  });
  const lacking = exit.stdout.split("\n").filter((line) => line !== "");
  const help = `Is system.switch.enable false there? Such a system is left by a reboot into another generation: /generations ${host.name} lists them.`;
  if (goal.some((path) => lacking.includes(path))) {
    throw new PhaseError(
      `the generation to go to has no ${switchProgram}, so nothing can switch to it`,
      help,
    );
  }
  if (lacking.includes(`${current}/${switchProgram}`)) {
    const what = `the running system of ${host.name} has no ${switchProgram}, so nothing could roll back to it`;
    if (!isRollback) {
      throw new PhaseError(what, help);
    }
    await context.note(finding("roll back", "warning", `${what}.`, help));
    return;
  }
  const tools = lackingTools(lacking, current);
  if (tools.length > 0) {
    const what = `the running system of ${host.name} lacks ${tools.join(", ")} in sw/bin, which the switch is supervised with`;
    if (!isRollback && tools.some((tool) => !dispensable.has(tool))) {
      throw new PhaseError(what, toolsHelp);
    }
    await context.note(finding("roll back", "warning", `${what}.`, toolsHelp));
  }
}

/** What the builder's tailscale says of the host; null where it has nothing to say. */
async function tailnetOf({ builder, host }: PhaseContext): Promise<TailnetState | null> {
  // A host that the bot reaches itself need not be in the builder's tailnet.
  if (host.target.via === "direct" || host.target.address === "local") {
    return null;
  }
  const exit = await builder.run({ argv: tailscaleStatus, timeout: deadlines.hostLook }).catch(() => null);
  return exit === null ? null : readTailnet(exit, host.target.address);
}

/** Why a host does not answer, where the builder's tailnet knows it: a sentence, and what to do. */
export async function explainUnreachable(
  context: PhaseContext,
): Promise<{ readonly why: string; readonly help: string } | null> {
  const { host } = context;
  const state = await tailnetOf(context);
  switch (state?.kind) {
    case "down":
      return {
        why: `tailscale is down on the builder (${state.why})`,
        help: "Bring it up there: `sudo tailscale up`.",
      };
    case "offline":
      return {
        why: `tailscale says that ${host.name} is offline${state.since === null ? "" : ` since ${sayTime(state.since)}`}`,
        help: `Is ${host.name} switched on, and does its tailscaled run?`,
      };
    case "online":
      return {
        why: `tailscale says that ${host.name} is online`,
        help: "So it is not the network: does its sshd run, and does it listen on this port?",
      };
    case "unknown":
      return isTailnetAddress(host.target.address)
        ? {
            why: `the builder's tailnet has no ${host.target.address}`,
            help: "Correct targetHost in fleet.yaml, or let the machine join the tailnet.",
          }
        : null;
    default:
      return null;
  }
}

/** `2026-11-23T07:41:08.85Z` → `2026-11-23 07:41 UTC`; a time in another zone is put into UTC. */
function sayTime(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The revision that the running system says it was built from, perhaps with `-dirty`; null where it does not say. */
export async function runningRevision(context: PhaseContext, current: string): Promise<string | null> {
  const exit = await context.target.run({
    argv: ["timeout", "5", `${current}/sw/bin/nixos-version`, "--configuration-revision"],
    timeout: deadlines.hostCommand,
    signal: context.signal,
  });
  // A system built from uncommitted files says `…-dirty`.
  return /^[0-9a-f]{40}(-dirty)?$/.exec(exit.stdout.trim())?.[0] ?? null;
}
