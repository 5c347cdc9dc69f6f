import type { Host } from "../fleet/host.ts";
import type { LogFile } from "../logs/log-files.ts";
import { ownedShell } from "../remote/owner.ts";
import type { Actor } from "./actor.ts";
import type { Rule } from "./approvals.ts";
import { automaticDecision } from "./automatic-decision.ts";
import type { Confirmation, Decision } from "./confirmation.ts";
import type { PhaseContext } from "./context.ts";
import { awaitsDecision, type Deployment } from "./deployment.ts";
import { findingLine, withFinding } from "./findings.ts";
import { mostPast } from "./generation-history.ts";
import { keepInventory } from "./inventory.ts";
import { keepMachine } from "./keep-machine.ts";
import { type EngineParts, hostOf, now, ownerOf } from "./parts.ts";
import type { Around } from "./queue.ts";
import { actorsIn } from "./rights.ts";
import { rollbackBeside } from "./rollback-beside.ts";
import { Tail } from "./tail.ts";
import { expireDeployment } from "./transitions.ts";

/** Why a deployment was stopped before the switch. One that a shutdown stops stays open, and is begun again later. */
export type Stop =
  | { readonly kind: "cancelled"; readonly by: Actor }
  | { readonly kind: "shutdown" }
  /** Only for one that watches its host. */
  | { readonly kind: "rollback"; readonly by: Actor };

/** One deployment at work in this process. */
export interface Task {
  readonly id: string;
  readonly host: Host;
  readonly context: PhaseContext;
  readonly log: LogFile;
  /** Changes the record in the store by a pure function. */
  change(by: (latest: Deployment, around: Around) => Deployment): Promise<void>;
  /** Resolves when its host was looked at once. */
  readonly looked: Promise<void>;
  stop(why: Stop): void;
  stopped(): Stop | null;
  /** Called when a decision was stored, so that the waiting phase looks. */
  wake(): void;
}

/** How long after its expiry a click made before it is still carried out, in milliseconds. */
const lateness = 60_000;

/** Makes what the phases of a deployment work with. */
export function openTask(parts: EngineParts, first: Deployment, log: LogFile): Task {
  const host = hostOf(parts, first.host);
  const controller = new AbortController();
  const { clock, store, shells } = parts;
  const owner = ownerOf(parts, first.id);
  let record = first;
  let stop: Stop | null = null;
  let wake: () => void = () => {};
  const look = Promise.withResolvers<void>();

  async function change(by: (latest: Deployment, around: Around) => Deployment): Promise<void> {
    const changed = await persist(parts, () =>
      store.update(first.id, (latest, around) => masked(parts, by(latest, around), latest)),
    );
    if (changed !== undefined && changed !== record) {
      record = changed;
      parts.onChange(changed);
    }
  }

  /** Until the record no longer awaits a decision; the time to expire is kept by the clock. */
  async function decided(): Promise<void> {
    for (;;) {
      record = (await store.deployment(first.id)) ?? record;
      const expiresAt = Date.parse(record.confirmation?.expiresAt ?? "");
      controller.signal.throwIfAborted();
      if (!awaitsDecision(record)) {
        return;
      }
      if (clock.now() > expiresAt) {
        await change((latest) => expireDeployment(latest, now(parts)));
        continue;
      }
      const woken = new AbortController();
      wake = () => woken.abort();
      const signal = AbortSignal.any([woken.signal, controller.signal]);
      // It wakes now and then all the same: a click on another surface must never be missed.
      await clock.sleep(Math.min(expiresAt - clock.now() + 1, 5_000), signal).catch(() => {});
    }
  }

  async function ask(gate: Confirmation["gate"], rule: Rule): Promise<Decision | null> {
    if (record.confirmation === null) {
      const expiresAt = new Date(clock.now() + host.approveWithin).toISOString();
      const decision = automaticDecision(record, gate, now(parts));
      const asked = { gate, expiresAt, ...rule, approvals: [], decision };
      await change((latest) => ({ ...latest, confirmation: { ...asked, toplevel: latest.toplevel } }));
    }
    await decided();
    const { confirmation } = record;
    // The bot may have been away between a click and now.
    const isLate = clock.now() > Date.parse(confirmation?.expiresAt ?? "") + lateness;
    return isLate ? null : (confirmation?.decision ?? null);
  }

  function progress(text: string, done: number, expected: number): void {
    const safe = parts.redact.text(text);
    parts.onProgress({ deployment: first.id, phase: record.phase, text: safe, done, expected });
  }

  const context: PhaseContext = {
    host,
    fleet: parts.fleet(),
    owner,
    repository: parts.settings.flake,
    builder: ownedShell(shells.builder, owner),
    target: ownedShell(shells.host(host.target), owner),
    fresh: ownedShell(shells.fresh(host.target), owner),
    clock,
    answers: parts.answers,
    log,
    signal: controller.signal,
    supervisorLog: { offset: 0 },
    supervisorSaid: new Tail(supervisorLines, parts.redact.stream()),
    run: () => readRun(store, record),
    past: async () =>
      (await store.deployments({ host: first.host, limit: mostPast })).filter(({ id }) => id !== first.id),
    looked: look.resolve,
    record: () => record,
    note(finding) {
      log.line(findingLine(finding));
      return change((latest) => ({ ...latest, checks: withFinding(latest.checks, finding) }));
    },
    save: (patch) => change((latest) => ({ ...latest, ...patch })),
    say(text) {
      log.line(text);
      progress(text, 0, 0);
    },
    progress,
    lineMask: () => parts.redact.stream(),
    inventory: () => store.inventory(),
    machines: () => store.machines(),
    keepMachine: (machine, isAdopted) =>
      persist(parts, () => keepMachine(store, host.name, machine, isAdopted)),
    setInventory: (hosts) => keepInventory(parts, hosts),
    rollbackBeside: () => rollbackBeside(parts, record),
    rollBack: (alarm) => parts.rollBack(record, alarm),
    rightsNow: async () => ({
      rights: await parts.rights(actorsIn(record)),
      host: hostOf(parts, first.host),
    }),
    ask,
  };

  return {
    id: first.id,
    host,
    context,
    log,
    change,
    looked: look.promise,
    stop(why) {
      stop ??= why;
      controller.abort(new Error(`the deployment was stopped: ${stop.kind}`));
    },
    stopped: () => stop,
    wake: () => wake(),
  };
}

/** A run of one host needs no look at others. */
async function readRun(store: EngineParts["store"], record: Deployment) {
  const run = await store.run(record.run);
  if (run === undefined) {
    throw new Error(`reading ${record.run}: it is not there`);
  }
  const all = await Promise.all(run.deployments.map((id) => store.deployment(id)));
  return { run, deployments: all.filter((one) => one !== undefined) };
}

/** Of what the supervisor said: enough for a program's last words. */
const supervisorLines = 15;

/** Milliseconds: how often, and for how long, a write is tried that the disk refuses. */
const writePause = 2_000;
const writePatience = 10 * 60_000;

/** A full disk is often mended in minutes, and a switch under way must not lose its bot for it. */
async function persist<T>(parts: EngineParts, write: () => Promise<T>): Promise<T> {
  const until = parts.clock.now() + writePatience;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (parts.clock.now() >= until) {
        throw error;
      }
      parts.log.error({ err: error }, "writing a record: it is tried again");
      await parts.clock.sleep(writePause);
    }
  }
}

/** The record with secrets masked, since it goes to every surface. */
export function masked(parts: Pick<EngineParts, "redact">, next: Deployment, latest: Deployment): Deployment {
  return next === latest ? latest : parts.redact.value(next);
}
