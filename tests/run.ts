/**
 * Runs every test. Brings up a rehearsal fleet of its own for those that need real machines, and takes it
 * down again; where this machine cannot have one, those tests are skipped with the reason.
 */
import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { execa } from "execa";
import { bringUp, takeDown, whatIsMissing } from "./rehearsal/fleet.ts";
import { installTools } from "./tools.ts";

const fleet = `test-${createHash("sha256")
  .update(import.meta.dirname)
  .digest("hex")
  .slice(0, 8)}`;
const wanted = process.argv.slice(2);
/** It cuts power and networks, on all machines at once, and takes long: `npm run test:faults` plays it alone. */
const faults = "tests/e2e/faults.test.ts";
const others = globSync(["tests/unit/**/*.test.ts", "tests/rehearsal/**/*.test.ts", "tests/e2e/**/*.test.ts"])
  .filter((file) => file !== faults)
  .sort();
const files = wanted.length > 0 ? wanted : others;

async function prepare(): Promise<Record<string, string>> {
  for (const missing of await installTools()) {
    console.log(`Not here: ${missing}. The tests that need it are skipped.`);
  }
  const missing = await whatIsMissing();
  if (missing.length > 0) {
    const reason = `the rehearsal fleet needs ${missing.join(", ")}`;
    console.log(`No real machines: ${reason}. Everything else is tested.`);
    return { SWITCHYARD_TEST_SKIP: reason };
  }
  let last = "";
  await bringUp(fleet, ({ step }) => {
    if (step !== last) {
      console.log(`rehearsal fleet: ${step}`);
      last = step;
    }
  });
  return { SWITCHYARD_TEST_FLEET: fleet };
}

const env = await prepare();
const result = await execa(
  process.execPath,
  ["--test", "--test-reporter=spec", "--test-concurrency=3", "--test-timeout=2400000", ...files],
  { stdio: ["ignore", "inherit", "inherit"], env, reject: false },
);
if (env["SWITCHYARD_TEST_FLEET"] !== undefined) {
  await takeDown(fleet);
}
process.exit(result.exitCode ?? 1);
