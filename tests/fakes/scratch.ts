import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { quiet } from "./manual-clock.ts";

/** In memory where there is such a place: a test waits for every fsync otherwise. */
const place = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A directory of the test's own, gone after it; `stop` comes first, so that nobody writes into it any more. */
export async function scratchDirectory(
  t: TestContext,
  stop: () => void = () => {},
  parent = place,
): Promise<string> {
  const directory = await mkdtemp(join(parent, "switchyard-unit-"));
  t.after(async () => {
    stop();
    await quiet();
    await rm(directory, { recursive: true, force: true });
  });
  return directory;
}
