import { createHash } from "node:crypto";
import type { Clock } from "../../src/config/clock.ts";
import { type Command, type Exit, ShellError } from "../../src/remote/shell.ts";
import { actScript, answerAct, type FakeActs, fakeActs, sight } from "./fake-host-acts.ts";
import { endOwned, leftovers, unroot } from "./fake-leftovers.ts";
import type { FakeProcess } from "./fake-shell.ts";
import { type FakeSupervisor, startFakeSupervisor } from "./fake-supervisor.ts";
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

/** Scripts are known by the name that they are given as `$0`. */
async function answer(host: FakeHost, { argv, input }: Command): Promise<Partial<Exit>> {
  const [file = "", second = "", text = "", label = "", ...args] = argv;
  if (file === "sh" && second === "-c") {
    return script(host, text, label, args);
  }
  if (file.endsWith("/bin/switch-to-configuration") && second === "dry-activate") {
    const system = host.systemOf(file.replace("/bin/switch-to-configuration", ""));
    return { exitCode: system.dryActivateExit, stderr: system.dryActivate };
  }
  if (file.endsWith("/sw/bin/env") && argv[3]?.endsWith("/supervisor.sh")) {
    const id = argv[3].split("/").at(-2) ?? "";
    const supervisor = host.supervisors.get(id);
    return supervisor === undefined
      ? { exitCode: 2, stderr: `sh: cannot open ${argv[3]}: No such file` }
      : supervisor.answer(argv.slice(4), input);
  }
  if (file === "test" && second === "-x") {
    const toplevel = argv[2]?.replace("/bin/switch-to-configuration", "") ?? "";
    return { exitCode: host.store.has(toplevel) ? 0 : 1 };
  }
  if (file === "timeout" && argv[3] === "--configuration-revision") {
    return { stdout: `${host.systemOf(host.current).revision}\n` };
  }
  if (file === "journalctl") {
    return { stdout: host.journal };
  }
  if (file === "rm") {
    for (const path of argv.slice(3)) {
      host.roots.delete(path);
    }
    return {};
  }
  const act = answerAct(host, argv);
  if (act !== undefined) {
    return act;
  }
  if (file === "nix" && argv.includes("diff-closures")) {
    const [before = "", after = ""] = argv.slice(-2);
    return { stdout: diffClosures(host.systemOf(before), host.systemOf(after)) };
  }
  throw new Error(`${host.name}: the fake does not know ${JSON.stringify(argv)}`);
}

function script(host: FakeHost, text: string, label: string, args: readonly string[]): Partial<Exit> {
  switch (label) {
    case "end-owned":
      return endOwned(host, args[0]);
    case "leftovers":
      return { stdout: leftovers(host, host.roots, args[0]) };
    case "unroot":
      return unroot(host.roots, args);
    case "facts":
      return {
        stdout: text.includes("is-system-running")
          ? `${facts(host, args[1])}${look(host)}${text.includes("free=") ? sight(host) : ""}`
          : facts(host, args[1]),
      };
    case "specialisation": {
      const [, parent = "", name = ""] = /^(.+)\/specialisation\/(.+)$/.exec(args[0] ?? "") ?? [];
      const path = host.systemOf(parent).specialisations[name];
      return path === undefined ? { exitCode: 1 } : { stdout: `${path}\n` };
    }
    case "traces":
      return { stdout: `entry=${host.bootDefault}\n` };
    case "programs": {
      const isLacking = (path: string) =>
        host.lackingTools.has(path.split("/").at(-1) ?? "") ||
        host.withoutSwitchProgram.has(path.replace("/bin/switch-to-configuration", ""));
      return {
        stdout: args
          .filter(isLacking)
          .map((path) => `${path}\n`)
          .join(""),
      };
    }
    case "secrets":
      return {
        stdout: args
          .filter((path) => !host.files.has(path))
          .map((path) => `missing ${path}\n`)
          .join(""),
      };
    case "df":
      return { stdout: ` Avail Mounted on\n${host.free.get(args[0] ?? "") ?? 0} ${args[0]}\n` };
    case "snapshot":
      return { stdout: snapshot(host) };
    case "health":
      return { stdout: host.healthReport };
    case "generations":
      return { stdout: generations(host) };
    case "inhibitors": {
      const [now, next] = args.map(
        (path) => host.systemOf(path.replace("/switch-inhibitors", "")).inhibitors,
      );
      return { exitCode: now === next ? 1 : 0 };
    }
    case "probe":
      return { exitCode: host.isNixosLockHeld ? 75 : 0 };
    case "hold": {
      const [directory, id, old = "", now = ""] = args;
      host.roots.set(`${directory}/${id}-old`, old);
      host.roots.set(`${directory}/${id}-new`, now);
      return {};
    }
    case "start":
      return startFakeSupervisor(host, args);
    case "dead":
    case "reboot":
      return actScript(host, label, args);
    case "claim": {
      const [id = ""] = args;
      if (host.supervisors.has(id)) {
        return { exitCode: 1 };
      }
      host.abandoned.add(id);
      return {};
    }
    default:
      throw new Error(`${host.name}: the fake does not know the script ${label}`);
  }
}

/** A machine of that name, which no other is. */
export function machineNamed(name: string): FakeHost["machine"] {
  const hash = createHash("md5").update(name).digest();
  return { hostKeys: [hash.toString("base64")], machineId: hash.toString("hex"), hostName: name };
}

export function profileLink(host: FakeHost): string {
  return host.profile === null ? "" : `system-${host.profile}-link`;
}

function facts(host: FakeHost, compareWith: string | undefined): string {
  const kernel = compareWith === undefined ? host.bootedKernel : host.systemOf(compareWith).kernel;
  return [
    `current=${host.current}`,
    `profile=${profileLink(host)}`,
    `system=${host.generations.get(host.profile ?? -1) ?? "/nix/var/nix/profiles/system"}`,
    `boot=${host.bootId}`,
    `machine=${host.machine.machineId}`,
    `hostname=${host.machine.hostName}`,
    ...host.machine.hostKeys.map((key) => `hostkey=ssh-ed25519 ${key}`),
    `booted=${host.booted}`,
    ...places(host, "runs", host.current),
    ...places(host, "booted", host.booted),
    ...(kernel === host.bootedKernel ? [] : ["reboot=yes"]),
    "",
  ].join("\n");
}

/** The generations that are this system, and those that it is a specialisation of. */
function places(host: FakeHost, what: "runs" | "booted", toplevel: string): string[] {
  return [...host.generations].flatMap(([number, parent]) => [
    ...(parent === toplevel ? [`${what === "runs" ? what : "was-booted"}=system-${number}-link`] : []),
    ...Object.entries(host.systems.get(parent)?.specialisations ?? {})
      .filter(([, path]) => path === toplevel)
      .map(([name]) => `${what}-special=system-${number}-link ${parent} ${name}`),
  ]);
}

/** What /status asks for, beside the facts. */
function look(host: FakeHost): string {
  const failed = Object.entries(host.systemOf(host.current).units)
    .filter(([, unit]) => unit.active === "failed")
    .map(([name]) => name);
  return `revision=${host.systemOf(host.current).revision}\nstate=${host.system}\nfailed=${failed.join(" ")} \n`;
}

function snapshot(host: FakeHost): string {
  const units = Object.entries(host.systemOf(host.current).units).map(([id, unit]) =>
    [
      `Id=${id}`,
      "LoadState=loaded",
      `ActiveState=${unit.active}`,
      `SubState=${unit.sub ?? "running"}`,
      `NRestarts=${unit.restarts ?? 0}`,
      `InvocationID=${host.current}`,
      `Result=${unit.result ?? "success"}`,
      `WantedBy=${unit.wantedBy ?? "multi-user.target"}`,
      "RequiredBy=",
      "TriggeredBy=",
      "Transient=no",
      "ActiveEnterTimestamp=@1000",
    ].join("\n"),
  );
  const seconds = Math.floor(host.clock.now() / 1000);
  return `${host.system}\n${seconds}\n${units.join("\n\n")}\n\nend-of-snapshot\n`;
}

function generations(host: FakeHost): string {
  return [...host.generations]
    .map(([number, toplevel]) =>
      [
        `system-${number}-link`,
        toplevel,
        String(1_700_000_000 + number),
        "24.11",
        "6.12.9",
        "",
        host.current,
        profileLink(host),
        toplevel === host.booted ? "yes" : "",
        Object.entries(host.systems.get(toplevel)?.specialisations ?? {}).find(
          ([, path]) => path === host.current,
        )?.[0] ?? "",
      ].join("\t"),
    )
    .join("\n");
}

function diffClosures(before: FakeSystem, after: FakeSystem): string {
  const names = new Set([...Object.keys(before.packages), ...Object.keys(after.packages)]);
  return [...names]
    .filter((name) => before.packages[name] !== after.packages[name])
    .map((name) => `${name}: ${before.packages[name] ?? "∅"} → ${after.packages[name] ?? "∅"}, +1.0 KiB\n`)
    .join("");
}
