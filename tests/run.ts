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
/** It cuts power and networks, on all machines at once, so nothing runs beside it. */
const faults = "tests/e2e/faults.test.ts";
/** The rows that are played each time; `npm run test:faults` plays them all, which takes long. */
const fewFaults = "^(new system (stops sshd|kills the supervisor), switch|bot killed, back at once, switch)";
/** These take several hosts: beside those of one host they would wait with some in their hands, and hold up the rest. */
const onSeveral = ["build-all", "discord", "doctor", "production", "rollout", "slack-four-hosts"].map(
  (name) => `tests/e2e/${name}.test.ts`,
);
const onMachines = globSync(["tests/rehearsal/**/*.test.ts", "tests/e2e/**/*.test.ts"]).filter(
  (file) => file !== faults && !onSeveral.includes(file),
);
const others = globSync("tests/unit/**/*.test.ts");

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

interface Round {
  readonly files: readonly string[];
  readonly atOnce: number;
  readonly env?: Record<string, string>;
  /** Shown when it is over, not line by line among another round's. */
  readonly isBeside?: boolean;
}

async function play({ files, atOnce, env: more = {}, isBeside = false }: Round): Promise<number> {
  const output = isBeside ? "pipe" : "inherit";
  const options = [
    "--test",
    "--test-reporter=spec",
    `--test-concurrency=${atOnce}`,
    "--test-timeout=2400000",
  ];
  const { exitCode, all } = await execa(process.execPath, [...options, ...files], {
    stdio: ["ignore", output, output],
    env: { ...env, ...more },
    reject: false,
    all: true,
    maxBuffer: 200e6,
  });
  if (isBeside) {
    console.log(all);
  }
  return exitCode ?? 1;
}

/** The machines first one by one and then together; what needs none is played beside that. */
async function playAll(): Promise<readonly number[]> {
  const beside = play({ files: others, atOnce: 1, isBeside: true });
  const exits = [
    await play({ files: onMachines, atOnce: 4 }),
    await play({ files: onSeveral, atOnce: 1 }),
    await beside,
  ];
  return [...exits, await play({ files: [faults], atOnce: 1, env: { SWITCHYARD_TEST_FAULTS: fewFaults } })];
}

const exits = wanted.length > 0 ? [await play({ files: wanted, atOnce: 3 })] : await playAll();
if (env["SWITCHYARD_TEST_FLEET"] !== undefined) {
  await takeDown(fleet);
}
process.exit(Math.max(...exits));
