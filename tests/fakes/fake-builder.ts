import { createHash } from "node:crypto";
import type { Clock } from "../../src/config/clock.ts";
import type { Command, Exit } from "../../src/remote/shell.ts";
import { endOwned, leftovers, unroot } from "./fake-leftovers.ts";
import type { FakeProcess } from "./fake-shell.ts";
import { type FakeSystem, storePath } from "./fake-system.ts";

/** One commit of the fleet's repository: the system that each host has in it, or why it has none. */
export interface FakeCommit {
  readonly revision: string;
  readonly subject: string;
  readonly systems: Readonly<Record<string, FakeSystem | { readonly error: string }>>;
  /** Set where a .nix file does not parse. */
  readonly syntaxError: string | null;
}

/** The machine with Nix and the flake, in memory. */
export interface FakeBuilder {
  readonly refs: Map<string, FakeCommit>;
  /** The working tree, for `--ref .`. */
  tree: FakeCommit;
  /** Which commits lie under which ref: `origin/main` → its history. */
  readonly history: Map<string, FakeCommit[]>;
  readonly systems: Map<string, FakeSystem>;
  /** What the shell of `user@address` prints before each command. */
  readonly greetings: Map<string, string>;
  /** By the path below the home of its user. */
  readonly roots: Map<string, string>;
  /** What runs on it for somebody. */
  readonly processes: Set<FakeProcess>;
  readonly clock: Clock;
  cores: number;
  /** Bytes. */
  freeMemory: number;
  freeStore: number;
  fetchExit: number;
  isShallow: boolean;
  copyExit: number;
  /** How many builds run now, and ran at most at once. */
  building: number;
  mostBuilding: number;
  evaluators: number;
  onCopy: (address: string, toplevel: string) => void;
  commit(subject: string, systems: FakeCommit["systems"], ref?: string, syntaxError?: string): FakeCommit;
  run(command: Command): Promise<Partial<Exit>>;
}

export const repository = "/srv/fleet";

export function fakeBuilder(clock: Clock): FakeBuilder {
  const none: FakeCommit = { revision: "", subject: "", systems: {}, syntaxError: null };
  const builder: FakeBuilder = {
    refs: new Map(),
    tree: none,
    history: new Map(),
    systems: new Map(),
    greetings: new Map(),
    roots: new Map(),
    processes: new Set(),
    clock,
    cores: 4,
    freeMemory: 32 * 1024 ** 3,
    freeStore: 100 * 1024 ** 3,
    fetchExit: 0,
    isShallow: false,
    copyExit: 0,
    building: 0,
    mostBuilding: 0,
    evaluators: 0,
    onCopy: () => {},
    commit(subject, systems, ref = "origin/main", syntaxError) {
      const revision = createHash("sha1").update(subject).digest("hex");
      const commit: FakeCommit = { revision, subject, systems, syntaxError: syntaxError ?? null };
      for (const system of Object.values(systems)) {
        if ("toplevel" in system) {
          builder.systems.set(system.toplevel, system);
        }
      }
      builder.refs.set(ref, commit);
      builder.refs.set(revision, commit);
      builder.history.set(ref, [...(builder.history.get(ref) ?? []), commit]);
      builder.tree = commit;
      return commit;
    },
    async run({ argv }) {
      const [file] = argv;
      if (file === "git") {
        return git(builder, argv.slice(3));
      }
      if (file === "sh" && argv[3] === "df") {
        return { stdout: ` Avail Mounted on\n${builder.freeStore} /\n` };
      }
      if (file === "sh" && argv[3] === "parse") {
        const commit = [...builder.refs.values(), builder.tree].find((one) => sourceOf(one) === argv[4]);
        return commit?.syntaxError == null
          ? {}
          : { stdout: `${argv[4]}/hosts/yoga.nix\0${commit.syntaxError}\0` };
      }
      if (file === "sh" && argv[2]?.startsWith("nproc")) {
        const memory = Math.floor(builder.freeMemory / 1024);
        return { stdout: `${builder.cores}\n${memory}\n/home/builder\nnix (Nix) 2.26.3\n` };
      }
      if (file === "sh" && argv[3] === "end-owned") {
        return endOwned(builder, argv[4]);
      }
      if (file === "sh" && argv[3] === "leftovers") {
        return { stdout: leftovers(builder, builder.roots, argv[4]) };
      }
      if (file === "sh" && argv[3] === "unroot") {
        return unroot(builder.roots, argv.slice(4));
      }
      if (file === "sh" && argv[3] === "tailscale") {
        return { exitCode: 127 };
      }
      if (file === "cat") {
        return { exitCode: 1, stderr: "cat: No such file or directory" };
      }
      if (file === "ssh" && argv.at(-1) === "true") {
        return { stdout: builder.greetings.get(argv.at(-2) ?? "") ?? "" };
      }
      if (file === "mkdir" || file === "true") {
        return {};
      }
      return nix(builder, argv, clock);
    },
  };
  return builder;
}

function sourceOf(commit: FakeCommit): string {
  return storePath(`source-${commit.revision}`);
}

function git(builder: FakeBuilder, words: readonly string[]): Partial<Exit> {
  const [verb] = words;
  switch (verb) {
    case "remote":
      return { stdout: "origin\n" };
    case "status":
      return {};
    // The one command with a setting of its own: what was added since another revision.
    case "-c":
      return {};
    case "fetch":
      return builder.fetchExit === 0 ? {} : { exitCode: builder.fetchExit, stderr: "fatal: no network" };
    case "rev-list": {
      const [from = "", to = ""] = (words.at(-2) ?? "").split("...");
      const [only, others] = [historyOf(builder, from), historyOf(builder, to)];
      if (only === null || others === null) {
        return { exitCode: 128, stderr: "fatal: bad revision" };
      }
      const lost = only.filter((one) => !others.includes(one)).length;
      return { stdout: `${lost}\t${others.filter((one) => !only.includes(one)).length}\n` };
    }
    case "rev-parse": {
      if (words.includes("--is-shallow-repository")) {
        return { stdout: `${builder.isShallow}\n` };
      }
      const commit = builder.refs.get(shortRef(words.at(-1)?.replace("^{commit}", "")));
      return commit === undefined ? { exitCode: 1 } : { stdout: `${commit.revision}\n` };
    }
    case "for-each-ref":
      return {
        stdout: `origin/HEAD\n${[...builder.refs.keys()].filter((ref) => ref.includes("/")).join("\n")}\n`,
      };
    case "merge-base": {
      const [revision, of] = words.slice(-2);
      const isIn = builder.history.get(shortRef(of))?.some((commit) => commit.revision === revision);
      return { exitCode: isIn ? 0 : 1 };
    }
    case "log": {
      const [from = "", to = ""] = (words.at(-2) ?? "").split("..");
      const line = builder.history.get("origin/main") ?? [];
      const at = (revision: string) => line.findIndex((commit) => commit.revision === revision);
      if (at(from) < 0 || at(to) < 0) {
        return { exitCode: 128, stderr: "fatal: bad revision" };
      }
      const commits = line.slice(at(from) + 1, Math.max(at(from), at(to)) + 1).toReversed();
      return { stdout: commits.map(({ revision, subject }) => `${revision}\0${subject}\n`).join("") };
    }
    case "show": {
      const commit = builder.refs.get(words.at(-2) ?? "");
      return { stdout: `${commit?.subject}\0Alice\x002026-11-23T09:00:00+01:00\n` };
    }
    default:
      throw new Error(`builder: the fake does not know git ${words.join(" ")}`);
  }
}

/** A commit and what lies before it, by the first ref that has it; null where none has. */
function historyOf(builder: FakeBuilder, revision: string): string[] | null {
  for (const line of builder.history.values()) {
    const at = line.findIndex((commit) => commit.revision === revision);
    if (at >= 0) {
      return line.slice(0, at + 1).map((commit) => commit.revision);
    }
  }
  return null;
}

/** `refs/remotes/origin/main` → `origin/main`. */
function shortRef(ref = ""): string {
  return ref.replace(/^refs\/(remotes|heads|tags)\//, "");
}

async function nix(builder: FakeBuilder, argv: readonly string[], clock: Clock): Promise<Partial<Exit>> {
  const has = (word: string) => argv.includes(word);
  const url = argv.find((word) => word.startsWith("git+file://")) ?? "";
  const revision = /[?&]rev=([0-9a-f]{40})/.exec(url)?.[1];
  const commit = revision === undefined ? builder.tree : builder.refs.get(revision);
  if (has("metadata")) {
    return commit === undefined
      ? { exitCode: 1, stderr: "error: cannot find a flake" }
      : { stdout: JSON.stringify({ path: sourceOf(commit) }) };
  }
  if (has("--expr")) {
    return { stdout: JSON.stringify({ inputs: {}, asked: ["self"], lock: null }) };
  }
  if (has("check")) {
    return {};
  }
  if (has("--apply")) {
    return { stdout: JSON.stringify(Object.keys(commit?.systems ?? {}).sort()) };
  }
  if (has("--dry-run") && commit !== undefined) {
    builder.evaluators += 1;
    return evaluate(commit, argv);
  }
  if (has("--out-link")) {
    return build(builder, argv, clock);
  }
  if (has("copy")) {
    const toplevel = argv.at(-1) ?? "";
    if (builder.copyExit !== 0) {
      return { exitCode: builder.copyExit, stderr: "error: cannot connect to 'root@yoga'" };
    }
    builder.onCopy(new URL(argv.at(-2) ?? "").hostname, toplevel);
    return {};
  }
  throw new Error(`builder: the fake does not know ${JSON.stringify(argv)}`);
}

function evaluate(commit: FakeCommit, argv: readonly string[]): Partial<Exit> {
  const hosts = argv.flatMap((word) => /#nixosConfigurations\."(.*?)"/.exec(word)?.[1] ?? []);
  const found = hosts.map((host) => commit.systems[host]);
  const broken = found.find((one) => one !== undefined && "error" in one);
  if (broken !== undefined && "error" in broken) {
    return { exitCode: 1, stderr: `error:\n       … while evaluating\n\n       error: ${broken.error}\n` };
  }
  return {
    stdout: JSON.stringify(
      found.flatMap((one) =>
        one !== undefined && "toplevel" in one
          ? [{ drvPath: one.derivation, outputs: { out: one.toplevel } }]
          : [],
      ),
    ),
  };
}

async function build(builder: FakeBuilder, argv: readonly string[], clock: Clock): Promise<Partial<Exit>> {
  const derivation = argv.at(-1)?.replace("^*", "");
  const system = [...builder.systems.values()].find((one) => one.derivation === derivation);
  if (system === undefined) {
    return { exitCode: 1, stderr: `error: path '${derivation}' is not valid` };
  }
  builder.building += 1;
  builder.mostBuilding = Math.max(builder.mostBuilding, builder.building);
  try {
    await clock.sleep(system.buildTakes);
  } finally {
    builder.building -= 1;
  }
  if (system.buildExit === 0) {
    const link = argv[argv.indexOf("--out-link") + 1] ?? "";
    builder.roots.set(link.replace("/home/builder/", ""), system.toplevel);
  }
  return { exitCode: system.buildExit, stderr: system.buildLog.join("\n") };
}
