import type { FinalState } from "../activation/state.ts";
import { noTraces, readTraces, type Traces } from "../activation/traces.ts";
import { deadlines } from "../config/deadlines.ts";
import { parseHostFacts, readHostFactsArgv } from "../nix/host-facts.ts";
import { mustRun } from "../remote/shell.ts";
import { concludeFinal } from "./conclude.ts";
import { type Ended, end, type PhaseContext } from "./context.ts";
import { type Deployment, systemToRun } from "./deployment.ts";
import type { HostFacts } from "./host-facts.ts";

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
  const seen = await readFacts(context);
  if (typeof seen === "string") {
    return end({
      outcome: "unknown",
      message: `the supervisor of ${host.name} says “${wordOf(state)}”, and what the machine runs could not be read: ${seen}`,
      help: "Look again here when it answers.",
      lastState: state.kind,
    });
  }
  const against = contradiction(context.record(), state, seen.facts, seen.traces);
  if (against === null) {
    return concludeFinal(context, state, details, isDegraded);
  }
  await context.save({ isContradicted: true });
  return contradicted(host.name, state, against);
}

/** What the machine says against the last word; null where both agree. */
export function contradiction(
  record: Pick<Deployment, "mode" | "before" | "toplevel" | "runs" | "times">,
  state: FinalState,
  facts: HostFacts,
  traces: Traces = noTraces,
): string | null {
  const { mode, before, toplevel, times } = record;
  const { entry, hasFailed, isStopping } = traces;
  const old = before?.current ?? null;
  const said = factsText(facts, traces);
  const isNew = facts.profileSystem === toplevel && facts.profile !== before?.profile;
  const isBooted = facts.bootId !== before?.bootId;
  switch (state.kind) {
    case "committed": {
      // The word to commit goes out of validate and nowhere else.
      if (mode !== "boot" && times.validate === undefined) {
        return `${said}, and this bot never told it to keep the new system`;
      }
      // What was installed for the next boot may have been booted since.
      const runs = mode !== "boot" ? [systemToRun(record)] : isBooted ? [old, toplevel] : [old];
      // Another entry than the new system's may be a specialisation's, or a boot loader's that is not used any more. That of the
      // system before says that the entry was not written.
      const isLeft = entry !== null && entry !== toplevel && [old, before?.profileSystem].includes(entry);
      const boots = facts.profileSystem === toplevel && !isLeft;
      return runs.includes(facts.current) && facts.profile === state.profile && boots && !hasFailed
        ? null
        : said;
    }
    case "rolled-back": {
      const isBack =
        facts.profile === before?.profile && (entry !== toplevel || entry === facts.profileSystem);
      // Written while the host shuts down: until then anything may run, and then what it boots by default.
      if (state.why.startsWith("the host went down") && (isStopping || isBooted)) {
        const boots = [old, before?.profileSystem ?? null];
        return isBack && (!isBooted || boots.includes(facts.current)) ? null : said;
      }
      // A profile that somebody changed meanwhile is left so, and the word says that.
      const isTheirs = state.why.includes("the profile was changed to ");
      return facts.current === old && (isBack || isTheirs) ? null : said;
    }
    case "refused":
      return facts.current === old && (!isNew || old === toplevel) ? null : said;
    case "superseded": {
      // Nobody else was there where the machine is as a commit leaves it, or as the switch does before one.
      const isOurs = isNew || facts.profile === before?.profile;
      return facts.current === systemToRun(record) && old !== facts.current && isOurs ? said : null;
    }
    // It claims nothing that the machine could deny: somebody has to look at it anyway.
    case "rollback-failed":
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

function factsText({ current, profile, profileSystem }: HostFacts, { entry, hasFailed }: Traces): string {
  const boots =
    entry === null || entry === profileSystem ? "" : `, that its boot loader starts ${entry} next`;
  const unit = hasFailed ? ", and that the supervisor's unit ended as one that has not committed" : "";
  return `it runs ${current}, and that its profile ${profile ?? "(none)"} names ${profileSystem ?? "nothing"}${boots}${unit}`;
}

interface Seen {
  readonly facts: HostFacts;
  readonly traces: Traces;
}

async function readFacts({ host, target, clock, record }: PhaseContext): Promise<Seen | string> {
  const until = clock.now() + deadlines.factsAfterSwitch;
  for (;;) {
    try {
      const [facts, traces] = await Promise.all([
        mustRun(target, `reading what ${host.name} runs`, {
          argv: readHostFactsArgv(),
          timeout: deadlines.hostCommand,
        }),
        readTraces(target, record().id),
      ]);
      return { facts: parseHostFacts(host.name, facts.stdout), traces };
    } catch (error) {
      if (clock.now() >= until) {
        return error instanceof Error ? error.message : String(error);
      }
      await clock.sleep(deadlines.supervisorPoll);
    }
  }
}
