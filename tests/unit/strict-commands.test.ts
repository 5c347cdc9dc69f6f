import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { scratchDirectory } from "../fakes/scratch.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

for (const task of ["token add alice", "audit-verify", "discord-register"]) {
  test(`${task} refuses a variable with a typing error, and does nothing`, async (t) => {
    const directory = await scratchDirectory(t);
    const env = { PATH: process.env["PATH"] ?? "", SWITCHYARD_DATA_DRI: directory };
    const said = await new Promise<string>((resolve) => {
      const args = [main, ...task.split(" ")];
      execFile(process.execPath, args, { cwd: directory, env, timeout: 60_000 }, (error, _, stderr) =>
        resolve(`${error?.code ?? 0} ${stderr}`),
      );
    });
    assert.match(
      said,
      /^1 the configuration has a mistake:\n.*SWITCHYARD_DATA_DRI is no setting\..*SWITCHYARD_DATA_DIR/,
    );
    assert.deepEqual(await readdir(directory), []);
  });
}
