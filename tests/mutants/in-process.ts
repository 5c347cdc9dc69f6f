/**
 * Stryker's way to run our tests, in one process for all mutants that can be switched on while it runs: to start Node and to read
 * the modules costs a hundred times what the tests of a rule do.
 */
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Collected, stuckText, take } from "./collected-tests.ts";

/** What Stryker's instrumented code reads and writes. */
interface Switches {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  mutantCoverage?: unknown;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
}
interface MutantRun {
  readonly activeMutant: { readonly id: string };
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
  readonly mutantActivation: "static" | "runtime";
}

const stand = new URL("./collected-tests.ts", import.meta.url).href;
const noTests: Readonly<Record<string, Collected>> = {};

class InProcess {
  private tests = noTests;
  /** A mutant left something behind: the tests do not pass without it either. */
  private isSpoiled = false;
  /** Errors that reach no test. */
  private stray: string | null = null;

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    process.env["NODE_TEST_CONTEXT"] = "in-process";
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === "node:test" ? { url: stand, shortCircuit: true } : next(specifier, context),
    });
    for (const event of ["uncaughtException", "unhandledRejection"] as const) {
      process.on(event, (error: unknown) => (this.stray ??= String(error)));
    }
  }

  async dryRun() {
    await this.load();
    const tests = [];
    for (const [id, test] of Object.entries(this.tests)) {
      switches().currentTestId = id;
      const begun = performance.now();
      const failureMessage = await this.run(test);
      const timeSpentMs = Math.round(performance.now() - begun);
      tests.push(
        failureMessage === null
          ? { id, name: id, timeSpentMs, status: 0 }
          : { id, name: id, timeSpentMs, status: 1, failureMessage },
      );
    }
    switches().currentTestId = undefined;
    return { status: "complete", tests, mutantCoverage: switches().mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }: MutantRun) {
    if (this.isSpoiled) {
      // Stryker begins again in a process of its own.
      throw new Error("an earlier mutant left something behind");
    }
    const on = { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit === undefined ? undefined : 0 };
    const off = { activeMutant: undefined, hitLimit: undefined, hitCount: undefined };
    if (mutantActivation === "static") {
      Object.assign(switches(), on);
      try {
        await this.load();
      } catch (error) {
        this.isSpoiled = true;
        return { status: "killed", killedBy: ["load"], failureMessage: String(error), nrOfTests: 0 };
      }
    } else {
      await this.load();
      Object.assign(switches(), on);
    }
    const ids = testFilter ?? Object.keys(this.tests);
    let nrOfTests = 0;
    for (const id of ids) {
      const test = this.tests[id];
      if (test === undefined) {
        throw new Error(`${id} is no test`);
      }
      nrOfTests += 1;
      const failureMessage = await this.run(test);
      const { hitCount } = switches();
      if (failureMessage === null) {
        continue;
      }
      Object.assign(switches(), off);
      this.isSpoiled = mutantActivation === "static" || (await this.run(test)) !== null;
      return hitLimit !== undefined && hitCount !== undefined && hitCount > hitLimit
        ? { status: "timeout", reason: "Hit limit reached" }
        : { status: "killed", killedBy: [id], failureMessage, nrOfTests };
    }
    Object.assign(switches(), off);
    return { status: "survived", nrOfTests };
  }

  private async run(test: Collected): Promise<string | null> {
    this.stray = null;
    const failure = (await test.run()) ?? this.stray;
    // Beside a load a test may only look as if nothing came any more.
    return failure?.includes(stuckText) === true ? ((await test.run()) ?? this.stray) : failure;
  }

  private async load(): Promise<void> {
    if (this.tests !== noTests) {
      return;
    }
    const tests: Record<string, Collected> = {};
    for (const file of (process.env["SWITCHYARD_MUTANT_TESTS"] ?? "").split(" ")) {
      await import(pathToFileURL(join(process.cwd(), `tests/unit/${file}.test.ts`)).href);
      for (const test of take()) {
        tests[`${file}: ${test.name}`] = test;
      }
    }
    this.tests = tests;
  }
}

function switches(): Switches {
  const all = globalThis as { __stryker__?: Switches };
  all.__stryker__ ??= {};
  return all.__stryker__;
}

export const strykerPlugins = [{ kind: "TestRunner", name: "in-process", injectableClass: InProcess }];
