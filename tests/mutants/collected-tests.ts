/** Stands in for `node:test` where one process runs the same tests for many mutants: it only collects them. */

type MockTracker = typeof import("node:test")["mock"];
/** The real one: an import of `node:test` comes here. */
const { mock } = process.getBuiltinModule("node:test");

export interface Context {
  readonly name: string;
  readonly fullName: string;
  after(end: () => unknown): void;
  readonly mock: MockTracker;
}
type Body = (t: Context) => unknown;
interface Options {
  readonly skip?: boolean | string;
}

export interface Collected {
  readonly name: string;
  /** Why it fails; null where it does not. */
  run(): Promise<string | null>;
}

const tests: Collected[] = [];
const suites: string[] = [];

/** What was collected so far, and is taken from here on. */
export const take = (): Collected[] => tests.splice(0);

export function test(name: string, ...rest: readonly (Options | Body)[]): void {
  const body = rest.find((one) => typeof one === "function");
  const isSkipped = rest.some(
    (one) => typeof one === "object" && one.skip !== undefined && one.skip !== false,
  );
  if (body !== undefined && !isSkipped) {
    const fullName = [...suites, name].join(" > ");
    tests.push({ name: fullName, run: () => runOf(body, name, fullName) });
  }
}

export function describe(name: string, ...rest: readonly (Options | (() => void))[]): void {
  suites.push(name);
  rest.find((one) => typeof one === "function")?.();
  suites.pop();
}

async function runOf(body: Body, name: string, fullName: string): Promise<string | null> {
  const ends: (() => unknown)[] = [];
  let failure: string | null = null;
  const attempt = async (act: () => unknown) => {
    try {
      await act();
    } catch (error) {
      failure ??= error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  };
  await attempt(() => unlessStuck(body({ name, fullName, after: (end) => ends.push(end), mock })));
  for (const end of ends) {
    await attempt(() => unlessStuck(end()));
  }
  mock.restoreAll();
  return failure;
}

const lookEveryMs = 20;
/** More than one, as a look may fall between two steps of a test. */
const looks = 15;
/** Of the time between two looks; a test that goes on by setImmediate() has nothing else that shows. */
const idleUse = 0.05;
export const stuckText = "it waits for what never comes";
/** What keeps the process itself going; a test may leave something more behind, and end it later. */
let atRest = Number.POSITIVE_INFINITY;

/** A test that waits for what never comes would end with its own process; here it is seen as nothing is left to wait for. */
async function unlessStuck(work: unknown): Promise<void> {
  let idle = 0;
  let before = performance.eventLoopUtilization();
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    // unref(): the timer itself is nothing to wait for.
    timer = setInterval(() => {
      const { utilization } = performance.eventLoopUtilization(before);
      before = performance.eventLoopUtilization();
      const isIdle = utilization < idleUse && process.getActiveResourcesInfo().length <= atRest;
      idle = isIdle ? idle + 1 : 0;
      if (idle >= looks) {
        reject(new Error(stuckText));
      }
    }, lookEveryMs).unref();
  });
  try {
    await Promise.race([work, stuck]);
  } finally {
    clearInterval(timer);
    atRest = Math.min(atRest, process.getActiveResourcesInfo().length);
  }
}
