import { createHash } from "node:crypto";
import type { Clock } from "../../src/config/clock.ts";
import { type Command, type Exit, ShellError } from "../../src/remote/shell.ts";
import { type FakeActs, fakeActs } from "./fake-host-acts.ts";
import { answer } from "./fake-host-answers.ts";
import type { FakeProcess } from "./fake-shell.ts";
import type { FakeSupervisor } from "./fake-supervisor.ts";
import type { FakeSystem } from "./fake-system.ts";

/** A NixOS machine in memory: what it runs, its profile, its units, its supervisors. */
export interface FakeHost {
  readonly name: string;
  current: string;
  /** The generation that the profile points at; null where there is no profile. */
  profile: number | null;
  readonly generations: Map<number, string>;
  bootId: string;
  /** Which machine it is. */
  machine: { hostKeys: string[]; machineId: string; hostName: string };
  bootedKernel: string;
  /** The system that was booted. */
  booted: string;
  /** How a garbage collection, a verification and an order to reboot go. */
  readonly acts: FakeActs;
  system: string;
  /** Store paths that were copied here, or were here before. */
  readonly store: Set<string>;
  readonly roots: Map<string, string>;
  /** What runs on it for somebody. */
  readonly processes: Set<FakeProcess>;
  readonly supervisors: Map<string, FakeSupervisor>;
  /** Switches that the bot gave up before they began: they never do. */
  readonly abandoned: Set<string>;
  /** Files that are there, with something in them. */
  readonly files: Set<string>;
  /** Systems without bin/switch-to-configuration. */
  readonly withoutSwitchProgram: Set<string>;
  /** Tools that its system's sw/bin lacks. */
  readonly lackingTools: Set<string>;
  /** Free bytes by path. */
  readonly free: Map<string, number>;
  /** What the boot loader starts next. */
  bootDefault: string;
  /** ssh reaches it over an open connection, and over a new one. */
  answers: boolean;
  answersAnew: boolean;
  isNixosLockHeld: boolean;
  /** What /health reads, and the journal of units, as a real host prints it. */
  healthReport: string;
  journal: string;
  readonly clock: Clock;
  /** Every system that there is. */
  readonly systems: ReadonlyMap<string, FakeSystem>;
  systemOf(toplevel: string): FakeSystem;
  switchTo(toplevel: string, action: "test" | "boot"): Promise<number>;
  setProfile(toplevel: string): void;
  reboot(): void;
  run(command: Command, connection: "shared" | "fresh"): Promise<Partial<Exit>>;
}

const gigabyte = 1024 ** 3;

export function fakeHost(
  name: string,
  first: FakeSystem,
  systems: ReadonlyMap<string, FakeSystem>,
  clock: Clock,
): FakeHost {
  const host: FakeHost = {
    name,
    current: first.toplevel,
    profile: 1,
    generations: new Map([[1, first.toplevel]]),
    bootId: `boot-1-${name}`,
    machine: machineNamed(name),
    bootedKernel: first.kernel,
    booted: first.toplevel,
    acts: fakeActs(),
    system: "running",
    healthReport: "",
    journal: "",
    store: new Set([first.toplevel]),
    roots: new Map(),
    processes: new Set(),
    supervisors: new Map(),
    abandoned: new Set(),
    files: new Set(),
    withoutSwitchProgram: new Set(),
    lackingTools: new Set(),
    free: new Map([
      ["/nix/store", 50 * gigabyte],
      ["/boot", gigabyte],
    ]),
    bootDefault: first.toplevel,
    answers: true,
    answersAnew: true,
    isNixosLockHeld: false,
    clock,
    systems,
    systemOf(toplevel) {
      const system = systems.get(toplevel);
      if (system === undefined || !host.store.has(toplevel)) {
        throw new Error(`${name} does not have ${toplevel}`);
      }
      return system;
    },
    async switchTo(toplevel, action) {
      if (host.isNixosLockHeld) {
        return 11;
      }
      const system = host.systemOf(toplevel);
      if (action === "boot") {
        if (system.bootExit === 0) {
          host.bootDefault = toplevel;
        }
        return system.bootExit;
      }
      await clock.sleep(system.testTakes);
      if (system.testExit === 0 || system.testExit === 4) {
        host.current = toplevel;
        host.answers = !system.cutsNetwork;
        host.answersAnew = !system.cutsNetwork;
      }
      return system.testExit;
    },
    setProfile(toplevel) {
      const known = [...host.generations].find(
        ([number, path]) => path === toplevel && number === host.profile,
      );
      if (known === undefined) {
        host.profile = Math.max(0, ...host.generations.keys()) + 1;
        host.generations.set(host.profile, toplevel);
      }
    },
    reboot() {
      host.supervisors.forEach((supervisor) => {
        supervisor.die();
      });
      host.supervisors.clear();
      host.processes.clear();
      host.current = host.bootDefault;
      host.booted = host.current;
      host.bootId = `${host.bootId}+`;
    },
    async run(command, connection) {
      if (!host.answers || (connection === "fresh" && !host.answersAnew)) {
        const why = `ssh from builder to ${name}: Connection timed out`;
        throw new ShellError("unreachable", `${name}: ${why}`);
      }
      return answer(host, command);
    },
  };
  return host;
}

/** A machine of that name, which no other is. */
export function machineNamed(name: string): FakeHost["machine"] {
  const hash = createHash("md5").update(name).digest();
  return { hostKeys: [hash.toString("base64")], machineId: hash.toString("hex"), hostName: name };
}
