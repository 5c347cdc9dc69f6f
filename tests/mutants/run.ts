/**
 * `npm run test:mutants [FILE…]`: changes each rule in every small way that Stryker knows, and runs the tests that should notice.
 * Ends with 1 where a mutant lives that `explained.ts` does not name. Texts are left out (StringLiteral): most are messages.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Explained, explained } from "./explained.ts";
import { rules } from "./rules.ts";
import { shellMutants } from "./shell.ts";

const here = import.meta.dirname;
const top = join(here, "../..");
/** A mutant may make a test wait for ever. */
const mutantTimeoutMs = 20_000;
const shellTimeoutMs = 90_000;

interface Place {
  readonly line: number;
  readonly column: number;
}
interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement: string;
  readonly location: { readonly start: Place; readonly end: Place };
}
interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((file) => !(file in rules));
if (unknown.length > 0) {
  throw new Error(`${unknown.join(", ")}: not in tests/mutants/rules.ts`);
}
if (!existsSync(join(here, "node_modules"))) {
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: "inherit" });
}
const files = wanted.length > 0 ? wanted : Object.keys(rules);
let [all, killed, alive, unmeasured] = [0, 0, 0, 0];
const used = new Set<Explained>();
const read = new Set<string>();
for (const [at, file] of files.entries()) {
  const mutants = measured(file);
  if (mutants === null) {
    unmeasured += 1;
    continue;
  }
  read.add(file);
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
  console.log(
    `${at + 1} of ${files.length}: ${file}: ${mutants.length} mutants, ${living.length} live, ${unexplained.length} of them not explained`,
  );
  for (const { mutant, original } of unexplained) {
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

/** Null where it cannot be told, such as where a test fails without any change: the other files are measured all the same. */
function measured(file: string) {
  try {
    return (file.endsWith(".sh") ? mutateShell : mutateTypeScript)(file, rules[file] ?? []);
  } catch (error) {
    console.log(`${file} is not measured: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** Stryker knows no shell: each mutant stands in a copy of the tree, one after the other. */
function mutateShell(
  file: string,
  tests: readonly string[],
): { readonly mutant: Mutant; readonly original: string }[] {
  const copy = join(here, "sandbox/shell");
  rmSync(copy, { recursive: true, force: true });
  for (const part of [
    "package.json",
    "src",
    "adapters",
    "commands",
    "tests/unit",
    "tests/fakes",
    "tests/contracts",
  ]) {
    cpSync(join(top, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(top, "node_modules"), join(copy, "node_modules"));
  const lines = readFileSync(join(top, file), "utf8").split("\n");
  const run = () =>
    tests.every((one) => {
      const args = ["--test", "--test-reporter=dot", `tests/unit/${one}.test.ts`];
      return spawnSync(process.execPath, args, { cwd: copy, timeout: shellTimeoutMs }).status === 0;
    });
  try {
    if (!run()) {
      throw new Error(`${file}: its tests fail without any change`);
    }
    return shellMutants(lines.join("\n")).map(({ line, original, replacement }) => {
      const indent = /^\s*/.exec(lines[line - 1] ?? "")?.[0] ?? "";
      writeFileSync(join(copy, file), lines.with(line - 1, indent + replacement).join("\n"));
      const place = { line, column: indent.length + 1 };
      const status = run() ? "Survived" : "Killed";
      return {
        mutant: { status, mutatorName: "Shell", replacement, location: { start: place, end: place } },
        original: squeezed(original),
      };
    });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function mutateTypeScript(
  file: string,
  tests: readonly string[],
): { readonly mutant: Mutant; readonly original: string }[] {
  const scratch = mkdtempSync(join(tmpdir(), "switchyard-mutants-"));
  const report = join(scratch, "report.json");
  const configFile = join(scratch, "stryker.config.json");
  writeFileSync(configFile, JSON.stringify(config(file, tests, report)));
  try {
    const stryker = join(here, "node_modules/@stryker-mutator/core/bin/stryker.js");
    const ran = spawnSync(process.execPath, [stryker, "run", configFile], { cwd: top, encoding: "utf8" });
    if (!existsSync(report)) {
      throw new Error(
        `${file}: Stryker wrote no report:\n${ran.stdout.slice(-3_000)}${ran.stderr.slice(-2_000)}`,
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

function config(file: string, tests: readonly string[], report: string): object {
  return {
    plugins: [join(here, "node_modules/@stryker-mutator/tap-runner/dist/src/index.js")],
    testRunner: "tap",
    tap: {
      testFiles: tests.map((one) => `tests/unit/${one}.test.ts`),
      nodeArgs: ["--test-reporter=tap", "-r", "{{hookFile}}", "{{testFile}}"],
    },
    coverageAnalysis: "perTest",
    // Node strips the types; TypeScript's own interface is not there for Stryker.
    tsconfigFile: "tests/mutants/none.json",
    mutate: [file],
    mutator: { excludedMutations: ["StringLiteral"] },
    ignorePatterns: ["data", "docs/pictures", "tests/mutants"],
    tempDirName: "tests/mutants/sandbox",
    cleanTempDir: "always",
    concurrency: 2,
    timeoutMS: mutantTimeoutMs,
    reporters: ["json"],
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
