import type { FinalState } from "../activation/state.ts";
import { deadlines } from "../config/deadlines.ts";
import { parseHostFacts, readHostFactsArgv } from "../nix/host-facts.ts";
import { mustRun } from "../remote/shell.ts";
import { concludeFinal } from "./conclude.ts";
import { type Ended, end, type PhaseContext } from "./context.ts";
import { type Deployment, type HostFacts, systemToRun } from "./deployment.ts";

/**
 * How a supervised switch ended: the supervisor's last word, compared with what the machine itself says. The word stands in a
 * file that everything which runs as root there can write, so the record never believes it alone.
 */
export async function concludeSeen(
  context: PhaseContext,
  state: FinalState,
  details: readonly string[],
  isDegraded = details.length > 0,
): Promise<Ended> {
  const { host } = context;
  const facts = await readFacts(context);
  if (typeof facts === "string") {
    return end({
      outcome: "unknown",
      message: `the supervisor of ${host.name} says “${wordOf(state)}”, and what the machine runs could not be read: ${facts}`,
      help: "Look again here when it answers.",
      lastState: state.kind,
    });
  }
  const against = contradiction(context.record(), state, facts);
  if (against === null) {
    return concludeFinal(context, state, details, isDegraded);
  }
  await context.save({ isContradicted: true });
  return contradicted(host.name, state, against);
}

/** What the machine says against the last word; null where both agree. */
export function contradiction(
  record: Pick<Deployment, "mode" | "before" | "toplevel" | "runs">,
  state: FinalState,
  facts: HostFacts,
): string | null {
  const { mode, before, toplevel } = record;
  const old = before?.current ?? null;
  switch (state.kind) {
    case "committed": {
      const runs = mode === "boot" ? old : systemToRun(record);
      return facts.current === runs && facts.profile === state.profile && facts.profileSystem === toplevel
        ? null
        : factsText(facts);
    }
    case "rolled-back":
    case "refused":
      return facts.current === old ? null : factsText(facts);
    // They claim nothing that the machine could deny: somebody has to look at it anyway.
    case "rollback-failed":
    case "superseded":
      return null;
  }
}

/** Both sides, and no guess which is true. */
export function contradicted(host: string, state: FinalState, against: string): Ended {
  return end({
    outcome: "unknown",
    message: `the supervisor of ${host} says “${wordOf(state)}”, but the machine says that ${against}`,
    help: `${host} is locked: look at it before anything is deployed there, then /unlock ${host}. Something that runs as root there wrote the supervisor's state, or changed the system at the same moment.`,
    lastState: state.kind,
  });
}

function wordOf(state: FinalState): string {
  return `${state.kind} ${state.kind === "committed" ? state.profile : state.why}`.slice(0, 300);
}

function factsText({ current, profile, profileSystem }: HostFacts): string {
  return `it runs ${current}, and that its profile ${profile ?? "(none)"} names ${profileSystem ?? "nothing"}`;
}

async function readFacts({ host, target, clock }: PhaseContext): Promise<HostFacts | string> {
  const until = clock.now() + deadlines.factsAfterSwitch;
  for (;;) {
    try {
      const exit = await mustRun(target, `reading what ${host.name} runs`, {
        argv: readHostFactsArgv(),
        timeout: deadlines.hostCommand,
      });
      return parseHostFacts(host.name, exit.stdout);
    } catch (error) {
      if (clock.now() >= until) {
        return error instanceof Error ? error.message : String(error);
      }
      await clock.sleep(deadlines.supervisorPoll);
    }
  }
}
