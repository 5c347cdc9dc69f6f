import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readSnapshot, snapshotArgv } from "../../../src/health/snapshot.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const tools = ["sh", "date", "head", "tail", "cut", "sed", "timeout", "env", "sleep"];

/** The real script, on a machine where mira (uid 4711) is logged in, with these programs beside the usual ones. */
async function snapshotWith(t: TestContext, programs: Readonly<Record<string, string>>) {
  const directory = await scratchDirectory(t);
  const [bin, people] = [join(directory, "bin"), join(directory, "user")];
  await mkdir(bin);
  for (const tool of tools) {
    const path = execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim();
    await symlink(path, join(bin, tool));
  }
  const all = {
    systemctl:
      'case "$*" in *--user*) echo "sync.service loaded failed failed";; is-system-running) echo running;; esac',
    journalctl: ":",
    id: '[ "$1" = -nu ] && echo mira || echo 4711',
    ...programs,
  };
  for (const [name, text] of Object.entries(all)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  }
  await mkdir(join(people, "4711/systemd"), { recursive: true });
  const socket = createServer().listen(join(people, "4711/systemd/private"));
  t.after(() => socket.close());
  const [shell = "", ...args] = snapshotArgv().map((word) => word.replaceAll("/run/user", people));
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(join(bin, shell), args, { env: { PATH: bin } }, (error, out) =>
      error === null ? resolve(out) : reject(error),
    );
  });
  const { users, unasked } = readSnapshot(stdout);
  return { users, unasked };
}

const setpriv = 'while [ "$1" != env ]; do shift; done; exec "$@"';

test("the failed units of a logged-in person are asked for with the person's own rights", async (t) => {
  assert.deepEqual(await snapshotWith(t, { setpriv }), {
    users: { mira: ["sync.service"] },
    unasked: undefined,
  });
});

test("a host without setpriv says whose units it could not ask for", async (t) => {
  assert.deepEqual(await snapshotWith(t, {}), {
    users: undefined,
    unasked: { mira: "the host has no setpriv (util-linux)" },
  });
});

test("a person's systemd that refuses to answer is told of, and so is a person without a name", async (t) => {
  assert.deepEqual(await snapshotWith(t, { setpriv: "exit 3" }), {
    users: undefined,
    unasked: { mira: "asking their systemd ended with 3" },
  });
  assert.deepEqual(await snapshotWith(t, { setpriv, id: "exit 1" }), {
    users: undefined,
    unasked: { 4711: "asking their systemd ended with 1" },
  });
});
