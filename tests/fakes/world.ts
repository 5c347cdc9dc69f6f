import type { TestContext } from "node:test";
import type { Actor } from "../../src/deploy/actor.ts";
import type { Deployment } from "../../src/deploy/deployment.ts";
import type { Engine } from "../../src/deploy/engine.ts";
import type { EngineParts } from "../../src/deploy/parts.ts";
import type { DeployRequest } from "../../src/deploy/requests.ts";
import type { Run } from "../../src/deploy/run.ts";
import type { ActRequest } from "../../src/deploy/start-act.ts";
import type { Audit } from "../../src/logs/audit.ts";
import type { Redactor } from "../../src/logs/redact.ts";
import type { Command } from "../../src/remote/shell.ts";
import type { Store } from "../../src/store/store.ts";
import { type FakeBuilder, fakeBuilder } from "./fake-builder.ts";
import { type FakeHost, fakeHost } from "./fake-host.ts";
import { type FakeShell, fakeShell, type Ran } from "./fake-shell.ts";
import { type FakeSystem, fakeSystem } from "./fake-system.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { scratchDirectory } from "./scratch.ts";
import { startBot } from "./start-bot.ts";

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
      const bot = await startBot(world, { name: botName, asker: alice }, change);
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
