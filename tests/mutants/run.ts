/**
 * `npm run test:mutants [FILE[:FROM-TO]…]`: changes each rule in every small way that Stryker knows, and runs the tests that should notice.
 * Ends with 1 where a mutant lives that `explained.ts` does not name. Texts are left out (StringLiteral): most are messages.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type Explained, explained } from "./explained.ts";
import { measureShell } from "./measure-shell.ts";
import { rules } from "./rules.ts";

const here = import.meta.dirname;
const top = join(here, "../..");
/** A mutant may make a test wait for ever; a test beside a load takes long by itself. */
const mutantTimeoutMs = 60_000;

interface Place {
  readonly line: number;
  readonly column: number;
}
interface Mutant {
  readonly status: string;
  /** Such as that a loop went round far more often than without the change. */
  readonly statusReason?: string;
  readonly mutatorName: string;
  readonly replacement: string;
  readonly location: { readonly start: Place; readonly end: Place };
}
interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

/** A file, or some lines of it: then nothing is said of the mutants explained elsewhere in it. */
interface Wanted {
  readonly file: string;
  readonly lines: string;
  readonly isWanted: (line: number) => boolean;
}

const named = process.argv.slice(2);
const files = (named.length > 0 ? named : Object.keys(rules)).map(wantedOf);
const unknown = files.filter(({ file }) => !(file in rules));
if (unknown.length > 0) {
  throw new Error(`${unknown.map(({ file }) => file).join(", ")}: not in tests/mutants/rules.ts`);
}
if (!existsSync(join(here, "node_modules"))) {
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: "inherit" });
}
let [all, killed, alive, unmeasured] = [0, 0, 0, 0];
const used = new Set<Explained>();
const read = new Set<string>();
for (const [at, wanted] of files.entries()) {
  const { file, lines } = wanted;
  const mutants = measured(wanted);
  if (mutants === null) {
    unmeasured += 1;
    continue;
  }
  if (lines === "") {
    read.add(file);
  }
  const living = mutants.filter(
    ({ mutant }) => mutant.status === "Survived" || mutant.status === "NoCoverage",
  );
  const unexplained = living.filter(({ original, mutant }) => {
    const why = explained.find(
      (one) =>
        one.file === file && one.original === original && one.replacement === squeezed(mutant.replacement),
    );
    if (why !== undefined) {
      used.add(why);
    }
    return why === undefined;
  });
  all += mutants.length;
  killed += mutants.length - living.length;
  alive += unexplained.length;
  const outOfTime = mutants.filter(
    ({ mutant }) => mutant.status === "Timeout" && mutant.statusReason?.startsWith("Hit limit") !== true,
  );
  console.log(
    `${at + 1} of ${files.length}: ${file}${lines}: ${mutants.length} mutants, ${living.length} live, ${unexplained.length} of them not explained; ${outOfTime.length} ran out of time`,
  );
  for (const { mutant, original } of [...unexplained, ...outOfTime]) {
    const { line, column } = mutant.location.start;
    console.log(`  ${file}:${line}:${column} ${mutant.mutatorName} (${mutant.status})`);
    console.log(`    - ${original}\n    + ${squeezed(mutant.replacement)}`);
  }
}
console.log(`${all} mutants: ${killed} killed, ${all - killed - alive} explained, ${alive} live`);
const stale = explained.filter((one) => read.has(one.file) && !used.has(one));
for (const one of stale) {
  console.log(`explained.ts names a mutant that is dead or gone: ${one.file}: ${one.original}`);
}
process.exitCode = alive > 0 || stale.length > 0 || unmeasured > 0 ? 1 : 0;

function wantedOf(text: string): Wanted {
  const [, file = "", from, to = from] = /^(.*?)(?::(\d+)(?:-(\d+))?)?$/.exec(text) ?? [];
  return {
    file,
    lines: from === undefined ? "" : `:${from}-${to}`,
    isWanted: (line) => from === undefined || (line >= Number(from) && line <= Number(to)),
  };
}

/** Null where it cannot be told, such as where a test fails without any change: the other files are measured all the same. */
function measured(wanted: Wanted) {
  const { file } = wanted;
  try {
    return (file.endsWith(".sh") ? mutateShell : mutateTypeScript)(wanted, rules[file] ?? []);
  } catch (error) {
    console.log(`${file} is not measured: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function mutateShell(
  { file, isWanted }: Wanted,
  tests: readonly string[],
): { readonly mutant: Mutant; readonly original: string }[] {
  return measureShell(file, tests, isWanted).map(
    ({ mutant: { line, original, replacement }, killedBy, isOutOfTime }) => {
      const place = { line, column: 1 };
      const status = killedBy === null ? "Survived" : isOutOfTime ? "Timeout" : "Killed";
      return {
        mutant: { status, mutatorName: "Shell", replacement, location: { start: place, end: place } },
        original: squeezed(original),
      };
    },
  );
}

function mutateTypeScript(
  { file, lines }: Wanted,
  tests: readonly string[],
): { readonly mutant: Mutant; readonly original: string }[] {
  const scratch = mkdtempSync(join(tmpdir(), "switchyard-mutants-"));
  const report = join(scratch, "report.json");
  const configFile = join(scratch, "stryker.config.json");
  writeFileSync(configFile, JSON.stringify(config(`${file}${lines}`, report)));
  try {
    const stryker = join(here, "node_modules/@stryker-mutator/core/bin/stryker.js");
    const ran = spawnSync(process.execPath, [stryker, "run", configFile], {
      cwd: top,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        SWITCHYARD_MUTANT_TESTS: tests.join(" "),
        NODE_COMPILE_CACHE: join(scratch, "compiled"),
      },
    });
    if (!existsSync(report)) {
      throw new Error(
        `Stryker wrote no report, and ended with ${ran.status ?? ran.signal}; it says above why`,
      );
    }
    const { files: found } = JSON.parse(readFileSync(report, "utf8")) as Report;
    return Object.values(found).flatMap(({ source, mutants }) =>
      mutants
        .filter(({ status }) => status !== "Ignored")
        .map((mutant) => ({ mutant, original: squeezed(sourceAt(source, mutant.location)) })),
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function config(mutate: string, report: string): object {
  return {
    plugins: [join(here, "in-process.ts")],
    testRunner: "in-process",
    coverageAnalysis: "perTest",
    // Node strips the types; TypeScript's own interface is not there for Stryker.
    tsconfigFile: "tests/mutants/none.json",
    mutate: [mutate],
    mutator: { excludedMutations: ["StringLiteral"] },
    ignorePatterns: ["data", "docs/pictures", "tests/mutants"],
    tempDirName: "tests/mutants/sandbox",
    cleanTempDir: "always",
    concurrency: Math.max(1, availableParallelism() - 1),
    timeoutMS: mutantTimeoutMs,
    reporters: ["json", "progress-append-only"],
    jsonReporter: { fileName: report },
  };
}

function sourceAt(source: string, { start, end }: Mutant["location"]): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, at) => line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined))
    .join("\n");
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
