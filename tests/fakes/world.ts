import type { TestContext } from "node:test";
import { pino } from "pino";
import { answerWords } from "../../src/activation/answer-words.ts";
import { parseFleetFile } from "../../src/config/fleet-file.ts";
import type { Actor } from "../../src/deploy/actor.ts";
import { digestOf } from "../../src/deploy/consent.ts";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { awaitsDecision } from "../../src/deploy/deployment.ts";
import { createEngine, type Engine } from "../../src/deploy/engine.ts";
import type { MakeId } from "../../src/deploy/ids.ts";
import type { EngineParts } from "../../src/deploy/parts.ts";
import type { DeployRequest } from "../../src/deploy/requests.ts";
import type { AskRights } from "../../src/deploy/rights.ts";
import { asking } from "../../src/deploy/rollout.ts";
import type { Run } from "../../src/deploy/run.ts";
import type { ActRequest } from "../../src/deploy/start-act.ts";
import { type Audit, auditFile } from "../../src/logs/audit.ts";
import { logFiles } from "../../src/logs/log-files.ts";
import { type Redactor, redactor } from "../../src/logs/redact.ts";
import type { Target } from "../../src/remote/hop.ts";
import type { Command, Shell } from "../../src/remote/shell.ts";
import type { Shells } from "../../src/remote/shells.ts";
import { lowdbStore } from "../../src/store/lowdb-store.ts";
import type { Store } from "../../src/store/store.ts";
import { noTroubles } from "../../src/troubles/troubles.ts";
import { type FakeBuilder, fakeBuilder, repository } from "./fake-builder.ts";
import { type FakeHost, fakeHost } from "./fake-host.ts";
import { type FakeShell, fakeShell, type Ran } from "./fake-shell.ts";
import { type FakeSystem, fakeSystem } from "./fake-system.ts";
import { type ManualClock, manualClock, quiet } from "./manual-clock.ts";
import { scratchDirectory } from "./scratch.ts";

export const alice: Actor = { surface: "web", id: "token", name: "Alice" };
export const bob: Actor = { surface: "slack", id: "U2", name: "Bob" };

/** Somebody under `people`, as a surface shows them. */
export function somebody(person: string, surface = "slack"): Actor {
  return { surface, id: `${surface}-${person}`, name: person, person };
}

/** What the bots of a world are called, one after the other in the same data directory. */
export const botName = "b07b07b0";

/** The bot at work: the real engine and the real store over a fleet in memory. */
export interface Bot {
  readonly engine: Engine;
  readonly store: Store;
  readonly changes: readonly Deployment[];
  readonly runs: readonly Run[];
  readonly progress: readonly { readonly phase: string; readonly text: string }[];
  /** What it logged at level error. */
  readonly errors: readonly string[];
  readonly audit: Audit;
  readonly redact: Redactor;
  /** Starts a deployment, and gives its id. Throws where it is refused. */
  deploy(host: string, request?: Partial<DeployRequest>): Promise<string>;
  rollback(host: string, to: number | "previous"): Promise<string>;
  act(host: string, request: Partial<ActRequest> & Pick<ActRequest, "mode">): Promise<string>;
  record(id: string): Promise<Deployment>;
  /** Goes on until the card asks. */
  asks(id: string): Promise<Deployment>;
  /** Goes on until the deployment has ended. */
  ends(id: string): Promise<Deployment>;
  /** Goes on until this holds of the record. */
  reaches(id: string, condition: (deployment: Deployment) => boolean): Promise<Deployment>;
  /** The process dies here and now: nothing it had under way goes on. */
  kill(): void;
}

export interface World {
  readonly clock: ManualClock;
  readonly directory: string;
  readonly builder: FakeBuilder;
  /** The builder's shell, and each host's: rules put there come before the model. */
  readonly builderShell: FakeShell;
  host(name: string): FakeHost;
  shell(host: string): FakeShell;
  freshShell(host: string): FakeShell;
  /** Every command, in order. */
  readonly ran: Ran[];
  fleet: string;
  startBot(change?: Partial<EngineParts>): Promise<Bot>;
}

/** A fleet where every host runs generation 1, and the flake's origin/main has something newer for each. */
export async function createWorld(
  t: TestContext,
  hosts: readonly string[] = ["hetzner-vps", "yoga"],
  place?: string,
): Promise<World> {
  const bots: Bot[] = [];
  const scratch = await scratchDirectory(t, () => {
    bots.forEach((bot) => {
      bot.kill();
    });
  });
  const directory = place ?? scratch;
  const clock = manualClock();
  const builder = fakeBuilder(clock);
  const ran: Ran[] = [];
  const builderShell = fakeShell("builder", {
    clock,
    ran,
    processes: builder.processes,
    otherwise: (command) => builder.run(command),
  });
  const machines = new Map<string, Machine>();
  const before: Record<string, FakeSystem> = {};
  const after: Record<string, FakeSystem> = {};
  for (const name of hosts) {
    before[name] = fakeSystem(`${name}-1`, { packages: { nginx: "1.26.0" } });
    after[name] = fakeSystem(`${name}-2`, { packages: { nginx: "1.27.0" } });
  }
  builder.commit("first", before);
  for (const name of hosts) {
    const first = before[name] ?? fakeSystem(name);
    const host = fakeHost(name, first, builder.systems, clock);
    const { processes } = host;
    const over = (connection: "shared" | "fresh") => (command: Command) => host.run(command, connection);
    machines.set(name, {
      host,
      shell: fakeShell(name, { clock, ran, processes, otherwise: over("shared") }),
      fresh: fakeShell(`${name} anew`, { clock, ran, processes, otherwise: over("fresh") }),
    });
  }
  builder.commit("nginx: 1.27", after);
  builder.onCopy = (address, toplevel) => machine(address).host.store.add(toplevel);

  function machine(name: string): Machine {
    const found = machines.get(name);
    if (found === undefined) {
      throw new Error(`the fake fleet has no ${name}`);
    }
    return found;
  }

  const world: World = {
    clock,
    directory,
    builder,
    builderShell,
    host: (name) => machine(name).host,
    shell: (name) => machine(name).shell,
    freshShell: (name) => machine(name).fresh,
    ran,
    fleet: "",
    startBot: async (change = {}) => {
      const bot = await startBot(world, change);
      bots.push(bot);
      return bot;
    },
  };
  return world;
}

interface Machine {
  readonly host: FakeHost;
  readonly shell: FakeShell;
  readonly fresh: FakeShell;
}

async function startBot(world: World, change: Partial<EngineParts>): Promise<Bot> {
  const { clock, directory } = world;
  const life = new AbortController();
  const store = mortalStore(await lowdbStore(directory, clock), life.signal);
  const changes: Deployment[] = [];
  const runs: Run[] = [];
  const progress: { phase: string; text: string }[] = [];
  const errors: string[] = [];
  const fleet = () => {
    const result = parseFleetFile(world.fleet);
    if (result.kind === "wrong") {
      throw new Error(result.mistakes.join("; "));
    }
    return result.file;
  };
  const mortalClock = {
    now: () => clock.now(),
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      untilDeath(life.signal, () => clock.sleep(milliseconds, signal)),
  };
  const shells: Shells = {
    builder: mortalShell(world.builderShell, life.signal),
    control: mortalShell(world.builderShell, life.signal),
    host: (target: Target) => mortalShell(world.shell(target.name), life.signal),
    fresh: (target: Target) => mortalShell(world.freshShell(target.name), life.signal),
    close: async () => {},
  };
  const redact = change.redact ?? redactor([]);
  const audit =
    change.audit ??
    auditFile({
      directory,
      clock: mortalClock,
      redact,
      onTrouble: (message) => void errors.push(message),
    }).append;
  const engine = createEngine({
    settings: { flake: repository },
    bot: botName,
    fleet,
    rights: allMay,
    store,
    shells,
    clock: mortalClock,
    answers: answerWords("a key of this world"),
    logs: logFiles(directory, mortalClock, redact, () => fleet().defaults.logSize),
    audit,
    log: pino({ level: "error" }, { write: (line: string) => void errors.push(line) }),
    makeId: counted(world),
    redact,
    troubles: noTroubles,
    makeRoom: async () => {},
    onChange: (deployment) => void changes.push(deployment),
    onRun: (run) => void runs.push(run),
    onProgress: (said) => void progress.push(said),
    ...change,
  });

  async function record(id: string): Promise<Deployment> {
    const found = await store.deployment(id);
    if (found === undefined) {
      throw new Error(`there is no ${id}`);
    }
    return found;
  }

  async function reaches(id: string, condition: (deployment: Deployment) => boolean): Promise<Deployment> {
    let latest = await record(id);
    const isThere = async () => {
      latest = await record(id);
      return condition(latest);
    };
    await clock.until(isThere, `${id}`).catch((error: unknown) => {
      throw new Error(`${id} stays in ${latest.phase} (${latest.outcome}: ${latest.message})`, {
        cause: error,
      });
    });
    await quiet();
    return latest;
  }

  return {
    engine: clicking(engine, store),
    store,
    changes,
    runs,
    progress,
    errors,
    record,
    reaches,
    asks: (id) => reaches(id, (deployment) => awaitsDecision(deployment) || deployment.outcome !== null),
    ends: (id) => reaches(id, (deployment) => deployment.outcome !== null),
    kill: () => life.abort(),
    audit,
    redact,
    deploy: (host, request) =>
      clock.settle(
        started(
          engine.deploy({
            host,
            mode: "deploy",
            ref: null,
            reason: null,
            by: alice,
            allowAnyRef: false,
            command: `/deploy ${host}`,
            ...request,
          }),
        ),
      ),
    rollback: (host, to) =>
      clock.settle(started(engine.rollback({ host, to, by: alice, command: `/rollback ${host} ${to}` }))),
    act: (host, request) =>
      clock.settle(
        started(
          engine.act({
            host,
            verify: false,
            keep: null,
            olderThan: null,
            by: alice,
            command: `/${request.mode} ${host}`,
            ...request,
          }),
        ),
      ),
  };
}

/** Everybody may, and is the person that they came as. Tests of rights bring the real ones. */
const allMay: AskRights = async () => ({
  personOf: ({ person }) => person ?? null,
  refuses: () => null,
});

async function started(answer: ReturnType<Engine["deploy"]>): Promise<string> {
  const result = await answer;
  const id = result.kind === "started" ? result.deployments[0]?.id : undefined;
  if (id === undefined) {
    throw new Error(`refused: ${JSON.stringify(result)}`);
  }
  return id;
}

/** Ids that count up, also over restarts: d-20261123-0001, … */
const counts = new WeakMap<World, number>();
function counted(world: World): MakeId {
  return (kind, now) => {
    const count = (counts.get(world) ?? 0) + 1;
    counts.set(world, count);
    return `${kind}-${now.toISOString().slice(0, 10).replaceAll("-", "")}-${count.toString(16).padStart(4, "0")}`;
  };
}

/** Work of a process that was killed neither succeeds nor fails: it never comes back. */
async function untilDeath<T>(life: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (!life.aborted) {
    try {
      const value = await work();
      if (!life.aborted) {
        return value;
      }
    } catch (error) {
      if (!life.aborted) {
        throw error;
      }
    }
  }
  return new Promise(() => {});
}

function mortalShell(shell: Shell, life: AbortSignal): Shell {
  return { ...shell, run: (command) => untilDeath(life, () => shell.run(command)) };
}

function mortalStore(store: Store, life: AbortSignal): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" && name !== "notices"
        ? (...args: unknown[]) => untilDeath(life, () => Reflect.apply(value, target, args))
        : value;
    },
  });
}

/** People who click on the card as it stands: without a digest of the test's own, a yes carries the present one. */
function clicking(engine: Engine, store: Store): Engine {
  const presentDigest = async (ids: readonly string[], isRun: boolean) => {
    const found = await Promise.all(ids.map((id) => store.deployment(id)));
    const members = found.filter((one) => one !== undefined);
    return digestOf(isRun ? asking(members) : members);
  };
  return {
    ...engine,
    decide: async (id, action, by, isApprover, digest) =>
      engine.decide(
        id,
        action,
        by,
        isApprover,
        digest === undefined ? await presentDigest([id], false) : digest,
      ),
    decideRun: async (id, action, by, isApprover, digest) =>
      engine.decideRun(
        id,
        action,
        by,
        isApprover,
        digest === undefined ? await presentDigest((await store.run(id))?.deployments ?? [], true) : digest,
      ),
  };
}
