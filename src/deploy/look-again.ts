import { isFinal } from "../activation/state.ts";
import { isClaimed, isOver, look } from "../activation/supervisor.ts";
import { readTraces } from "../activation/traces.ts";
import { deadlines } from "../config/deadlines.ts";
import { hintFor } from "../nix/hints.ts";
import { parseHostFacts, readHostFactsArgv } from "../nix/host-facts.ts";
import { mustRun } from "../remote/shell.ts";
import type { Actor } from "./actor.ts";
import { concludeFinal, concludeFromFacts } from "./conclude.ts";
import { contradicted, contradiction } from "./conclude-seen.ts";
import { type Deployment, isOpen, systemToRun } from "./deployment.ts";
import type { HostFacts } from "./host-facts.ts";
import { lookAtReboot } from "./judge-reboot.ts";
import { strangerAt } from "./look.ts";
import { isSameMachine } from "./machines.ts";
import { type EngineParts, hostOf, now } from "./parts.ts";
import type { LookedAgain, Refusal } from "./requests.ts";
import { sweepHost } from "./sweep.ts";
import { masked } from "./tasks.ts";
import { correctDeployment, type End } from "./transitions.ts";

/** Reads from the host how a switch went that nobody could see, and corrects the record where that can be told now. */
export async function lookAgain(parts: EngineParts, id: string, by: Actor): Promise<LookedAgain | Refusal> {
  const found = await parts.store.deployment(id);
  if (found === undefined) {
    const message = `There is no deployment ${JSON.stringify(id)}.`;
    return { kind: "refused", code: "unknown-id", message, help: "/history lists them." };
  }
  if (isOpen(found)) {
    const message = `${id} is in ${found.phase}, and the bot follows it.`;
    return { kind: "refused", code: "not-ready", message, help: "Its card shows how it goes." };
  }
  if (found.outcome !== "unknown") {
    return { kind: "looked", deployment: found, text: `${id} is known: ${found.outcome}.` };
  }
  try {
    const end = await readEnd(parts, found);
    return end.outcome === "unknown"
      ? { kind: "looked", deployment: found, text: `It is still not known. Seen now: ${end.message}` }
      : await correct(parts, found, end, by);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const help = hintFor([message]) ?? `Is ${found.host} up? Look again when it answers.`;
    return { kind: "refused", code: "unavailable", message, help };
  }
}

/** What the supervisor says, or what runs where there is none any more. */
async function readEnd(parts: EngineParts, deployment: Deployment): Promise<End> {
  const host = hostOf(parts, deployment.host);
  const shell = parts.shells.host(host.target);
  const seen = await mustRun(shell, `reading what ${host.name} runs`, {
    argv: readHostFactsArgv(),
    timeout: deadlines.hostCommand,
  });
  const facts = parseHostFacts(host.name, seen.stdout);
  const stranger = await strangerAt(parts, host.name, facts);
  const was = deployment.before?.machine;
  if (
    stranger !== null ||
    (was !== undefined && facts.machine !== undefined && !isSameMachine(was, facts.machine))
  ) {
    throw new Error(
      stranger ?? `another machine answers as ${host.name} than the one that ${deployment.id} was for`,
    );
  }
  if (deployment.mode === "reboot") {
    return lookAtReboot(shell, deployment);
  }
  const context = { host, record: () => deployment };
  const link = { id: deployment.id, old: deployment.previous ?? "", shell };
  const sighting = await look(link, 0);
  if (sighting !== null && isFinal(sighting.state) && isOver(sighting)) {
    const against = isChangedSince(deployment, facts)
      ? null
      : contradiction(deployment, sighting.state, facts, await readTraces(shell, deployment.id));
    return against === null
      ? concludeFinal(context, sighting.state, [])
      : contradicted(host.name, sighting.state, against);
  }
  if (sighting === null ? !(await isClaimed(link)) : sighting.unit !== "inactive") {
    const message = `its supervisor is at work${sighting === null ? "" : ` (${sighting.state.kind})`}.`;
    return { outcome: "unknown", message };
  }
  const exit = await mustRun(shell, `reading what ${host.name} runs`, {
    argv: readHostFactsArgv(),
    timeout: deadlines.hostCommand,
  });
  const last = sighting?.state.kind ?? deployment.lastState;
  return concludeFromFacts(context, parseHostFacts(host.name, exit.stdout), last);
}

/** A third system runs by now, which says nothing about how this switch ended. */
function isChangedSince(deployment: Deployment, { current }: HostFacts): boolean {
  const own = [deployment.before?.current, deployment.toplevel, systemToRun(deployment)];
  return deployment.isContradicted !== true && !own.includes(current);
}

/** Writes the correction once: when two people look, the first one's counts. */
async function correct(
  parts: EngineParts,
  { id, host, log }: Deployment,
  end: End,
  by: Actor,
): Promise<LookedAgain> {
  const at = now(parts);
  let isOurs = false;
  const record = await parts.store.correct(id, (latest) => {
    const corrected = masked(parts, correctDeployment(latest, end, by, at), latest);
    isOurs = corrected !== latest;
    return corrected;
  });
  if (record === undefined) {
    throw new Error(`correcting ${id}: its record is gone`);
  }
  if (isOurs) {
    parts.onChange(record);
    await noteCorrection(parts, record, log);
    void sweepHost(parts, host);
  }
  return { kind: "looked", deployment: record, text: `${id}: ${record.outcome}. ${record.message}` };
}

/** The record is what counts: a full disk must not keep the answer back. */
async function noteCorrection(parts: EngineParts, record: Deployment, path: string): Promise<void> {
  const { correction, outcome, message } = record;
  if (correction === null) {
    return;
  }
  const detail = `${outcome}: ${message}`;
  const log = await parts.logs.reopen(path);
  log.line(`=== ${correction.by.name} looked again: ${detail}`);
  const written = await Promise.allSettled([
    log.close(),
    parts.logs.writeInfo(record),
    parts.audit({ who: correction.by, what: "corrected", about: record.id, detail }),
  ]);
  for (const result of written) {
    if (result.status === "rejected") {
      parts.log.warn({ err: result.reason, deployment: record.id }, "noting a correction");
    }
  }
}
