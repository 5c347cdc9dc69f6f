import { parentOf, ranBefore, systemsOf } from "../nix/systems.ts";
import { type CommandRequest, commandRequest } from "./command-request.ts";
import { type Deployment, isOpen, type Outcome } from "./deployment.ts";
import type { Run } from "./run.ts";
import { isAlarmed, isWatched } from "./watching.ts";

/** What a record's buttons ask for. A button names the record and the act; the record knows the rest. */

export const recordActs = ["retry", "rollback", "boot"] as const;
export type RecordAct = (typeof recordActs)[number];

/** Null where the record has no such act. */
export function actOfRun(act: RecordAct, run: Run, members: readonly Deployment[]): CommandRequest | null {
  return act === "retry" ? retryRequest(run, members) : null;
}

export function actOfDeployment(act: RecordAct, deployment: Deployment): CommandRequest | null {
  switch (act) {
    case "retry":
      return null;
    case "rollback":
      return rollbackRequest(deployment);
    case "boot":
      return bootRequest(deployment);
  }
}

const wellEnded: ReadonlySet<Outcome> = new Set([
  "built",
  "tested",
  "unchanged",
  "deployed",
  "deployed-degraded",
  "done",
]);

export function isPassed(deployment: Deployment): boolean {
  const { outcome } = deployment;
  return outcome !== null && wellEnded.has(outcome) && !isAlarmed(deployment);
}

/** The hosts of a run that were left out or went wrong. Who cancelled wanted it so, and an alarm is rolled back. */
export function retriedHosts(members: readonly Deployment[]): string[] {
  return members
    .filter((one) => !isOpen(one) && !isPassed(one) && one.outcome !== "cancelled" && !isAlarmed(one))
    .map(({ host }) => host);
}

/** Exactly what was asked for, for these hosts alone; null while the run goes on, and where nothing is left. */
export function retryRequest(run: Run, members: readonly Deployment[]): CommandRequest | null {
  const hosts = retriedHosts(members);
  const [first] = members;
  if (run.kind !== "deploy" || hosts.length === 0 || first === undefined || members.some(isOpen)) {
    return null;
  }
  const { command, flags } = run.request ?? askedFor(run, first);
  const { canary, ...others } = flags;
  const kept = typeof canary === "string" && hosts.includes(canary) ? { canary } : {};
  return commandRequest(command, hosts, { ...others, ...kept });
}

/** What a run of an older bot was asked for, as its records say. */
function askedFor(run: Run, { mode, ref, reason, isForced, flakeCheck, watch }: Deployment): CommandRequest {
  return commandRequest("deploy", [], {
    ...(mode === "deploy" ? {} : { [mode]: true as const }),
    ...(ref === null ? {} : { ref }),
    ...(reason === null ? {} : { reason }),
    ...(isForced ? { force: true as const } : {}),
    ...(flakeCheck ? { check: true as const } : {}),
    ...(watch === null ? {} : { watch: `${watch} ms` }),
    ...(run.keepGoing === true ? { "keep-going": true as const } : {}),
    ...(typeof run.canary === "string" ? { canary: run.canary } : {}),
    ...(run.wave === undefined || run.wave === 1 ? {} : { wave: String(run.wave) }),
  });
}

const switched: ReadonlySet<Outcome> = new Set(["deployed", "deployed-degraded"]);

/** By its number: `previous` means another one once something newer was deployed. Null where no system was brought. */
export function rollbackRequest(deployment: Deployment): CommandRequest | null {
  const { mode, outcome, host, before } = deployment;
  const isThere = isWatched(deployment) || isAlarmed(deployment) || switched.has(outcome ?? "failed");
  if (!isThere || mode !== "deploy") {
    return null;
  }
  const number = ranBefore(before);
  return number === null || before === null
    ? commandRequest("rollback", [host, "previous"])
    : commandRequest("rollback", [host, generationWord(number, parentOf(systemsOf(before).running))]);
}

/** A number may stand for another system one day: the button is for the one that it shows. */
export function generationWord(number: number, toplevel: string): string {
  const hash = /^\/nix\/store\/([0-9a-z]{12})/.exec(toplevel)?.[1];
  return hash === undefined ? String(number) : `${number}@${hash}`;
}

const notSwitched: ReadonlySet<Outcome> = new Set(["failed", "rolled-back"]);

/** The same code, put where the next boot takes it, for a host that must not be switched to it. */
export function bootRequest(deployment: Deployment): CommandRequest | null {
  const { mode, outcome, isInhibited, host, ref, reason, isForced, flakeCheck } = deployment;
  if (mode !== "deploy" || !isInhibited || outcome === null || !notSwitched.has(outcome)) {
    return null;
  }
  return commandRequest("deploy", [host], {
    boot: true,
    ...(ref === null ? {} : { ref }),
    ...(reason === null ? {} : { reason }),
    ...(isForced ? { force: true as const } : {}),
    ...(flakeCheck ? { check: true as const } : {}),
  });
}
