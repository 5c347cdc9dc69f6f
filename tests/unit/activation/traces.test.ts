import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readTraces } from "../../../src/activation/traces.ts";
import { deadlines } from "../../../src/config/deadlines.ts";
import type { Command, Shell } from "../../../src/remote/shell.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

/** A host on which `timeout` does this with the program that it is given, and notes its arguments. */
async function hostWhere(t: TestContext, timeout: string) {
  const bin = await scratchDirectory(t);
  await writeFile(join(bin, "timeout"), `#!/bin/sh\necho "$*" >>${bin}/asked\n${timeout}\n`);
  await chmod(join(bin, "timeout"), 0o755);
  const run = ({ argv }: Command) =>
    new Promise((resolve) => {
      const env = { PATH: `${bin}:${process.env["PATH"]}` };
      execFile(argv[0] ?? "", argv.slice(1), { env }, (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
  const shell = { name: "yoga", run } as unknown as Shell;
  return { shell, asked: () => readFile(join(bin, "asked"), "utf8") };
}

test("a journal that does not answer is given up before the question's own deadline, and costs no trace but its own", async (t) => {
  const { shell, asked } = await hostWhere(t, "exit 124");
  const { hasFailed } = await readTraces(shell, "d-20261128-0001");
  assert.equal(hasFailed, false);
  const [, seconds = ""] =
    /^(\d+) journalctl .*UNIT=switchyard-d-20261128-0001\.service$/m.exec(await asked()) ?? [];
  assert.ok(Number(seconds) >= 1 && Number(seconds) * 1_000 < deadlines.hostCommand, seconds);
});

test("systemd's own words in the journal say that the supervisor ended without a commit", async (t) => {
  const words = "switchyard-d-20261128-0001.service: Main process exited, code=exited, status=1/FAILURE";
  const { shell } = await hostWhere(t, `echo "${words}"`);
  assert.equal((await readTraces(shell, "d-20261128-0001")).hasFailed, true);
});
