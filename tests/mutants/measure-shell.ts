import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ShellMutant, shellMutants, startOf, withCoverage } from "./shell.ts";

const here = import.meta.dirname;
const top = join(here, "../..");
/** For all tests of one mutant, and for the next test to end: a mutant may make a test wait for ever. */
const runTimeoutMs = 600_000;
const quietTimeoutMs = 60_000;

const mostLately = 3;
const didNotEnd = "no test ended";

export interface MeasuredShell {
  readonly mutant: ShellMutant;
  /** The test that noticed; null where none did. */
  readonly killedBy: string | null;
  /** No test was red, but one did not end. */
  readonly isOutOfTime: boolean;
}

/**
 * Stryker knows no shell: each mutant stands in a copy of the tree, one after the other. Only the tests that come by its
 * line are run, up to the first red one.
 */
export function measureShell(
  file: string,
  tests: readonly string[],
  isWanted: (line: number) => boolean,
): MeasuredShell[] {
  const copy = mkdtempSync(join(tmpdir(), "switchyard-mutants-"));
  for (const part of ["package.json", "src", "tests/unit", "tests/fakes", "tests/mutants/first-red.ts"]) {
    cpSync(join(top, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(top, "node_modules"), join(copy, "node_modules"));
  const source = readFileSync(join(top, file), "utf8");
  try {
    const covering = tests.map((one) => {
      const covered = join(copy, "covered");
      writeFileSync(covered, "");
      writeFileSync(join(copy, file), withCoverage(source, covered));
      const red = firstRed(copy, one, null);
      if (red !== null) {
        throw new Error(`${file}: its tests fail without any change: ${one}: ${red}`);
      }
      return { one, byLine: testsByLine(readFileSync(covered, "utf8")) };
    });
    // What noticed the last mutants is likely to notice the next one, which stands beside them.
    let lately: readonly Name[] = [];
    return shellMutants(source)
      .filter(({ line }) => isWanted(line))
      .map((mutant) => {
        writeFileSync(join(copy, file), withMutant(source, mutant));
        const start = startOf(source, mutant.line);
        const all = covering.flatMap(({ one, byLine }) =>
          [...(byLine.get(start) ?? [])].map((name) => ({ one, name })),
        );
        const likely = lately.filter((late) =>
          all.some((at) => at.one === late.one && at.name === late.name),
        );
        const red = firstRedOf(copy, likely) ?? firstRedOf(copy, all);
        const killer = all.find(({ one, name }) => one === red?.one && name.endsWith(red.name));
        if (killer !== undefined) {
          lately = [killer, ...lately.filter((late) => late !== killer)].slice(0, mostLately);
        }
        console.log(
          `${file}:${mutant.line}: ${red === null ? "lives" : red.name === didNotEnd ? didNotEnd : "killed"}: ${mutant.replacement}`,
        );
        return {
          mutant,
          killedBy: red === null ? null : `${red.one}: ${red.name}`,
          isOutOfTime: red?.name === didNotEnd,
        };
      });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

interface Name {
  /** The file of tests, and a test in it. */
  readonly one: string;
  readonly name: string;
}

function firstRedOf(copy: string, tests: readonly Name[]): Name | null {
  for (const one of new Set(tests.map((test) => test.one))) {
    const names = tests.filter((test) => test.one === one).map(({ name }) => name);
    const name = firstRed(copy, one, names);
    if (name !== null) {
      return { one, name };
    }
  }
  return null;
}

function testsByLine(covered: string): Map<number, Set<string>> {
  const found = new Map<number, Set<string>>();
  for (const [, line, name] of covered.matchAll(/^(\d+) (.+)$/gm)) {
    const names = found.get(Number(line)) ?? new Set();
    found.set(Number(line), names.add(name ?? ""));
  }
  return found;
}

/** The first test that fails, of all or of those with these names; null where none does. */
function firstRed(copy: string, tests: string, names: readonly string[] | null): string | null {
  const scratch = join(copy, "scratch");
  mkdirSync(scratch);
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      `--test-reporter=${join(copy, "tests/mutants/first-red.ts")}`,
      ...(names ?? []).map((name) => `--test-name-pattern=^${patternOf(name)}$`),
      `tests/unit/${tests}.test.ts`,
    ],
    {
      cwd: copy,
      encoding: "utf8",
      timeout: runTimeoutMs,
      env: {
        ...process.env,
        TMPDIR: scratch,
        NODE_COMPILE_CACHE: join(copy, "compiled"),
        SWITCHYARD_MUTANT_QUIET_MS: `${quietTimeoutMs}`,
      },
    },
  );
  endAllIn(scratch);
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  return status === 0 ? null : stdout.trim() || didNotEnd;
}

/** Node writes a test in a suite as `suite > test`, and looks for `suite test`. */
function patternOf(name: string): string {
  return name.replaceAll(" > ", " ").replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function withMutant(source: string, { line, replacement }: ShellMutant): string {
  const lines = source.split("\n");
  const indent = /^\s*/.exec(lines[line - 1] ?? "")?.[0] ?? "";
  return lines.with(line - 1, indent + replacement).join("\n");
}

/** A script that a mutant keeps from ending outlives its test; each has `T`, the folder that stands for its host. */
function endAllIn(folder: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      if (environment.some((line) => line.startsWith(`T=${folder}/`))) {
        process.kill(Number(pid), "SIGKILL");
      }
    } catch {
      // Gone meanwhile, or not ours.
    }
  }
}
