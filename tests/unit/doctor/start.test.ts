import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { lineText } from "../../../src/doctor/line.ts";
import { checkStart } from "../../../src/doctor/start.ts";
import { lockDataDirectory } from "../../../src/store/data-directory.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const anyPort = { host: "127.0.0.1", port: 0 };
const textOf = async (directory: string, listen = anyPort) =>
  (await checkStart(directory, listen)).map(lineText);

test("doctor tries the lock and the port as the start does, and leaves nothing behind", async (t) => {
  const directory = await scratchDirectory(t);
  assert.deepEqual(await textOf(directory), [
    "✓ lock: the data directory can be locked",
    "✓ page: 127.0.0.1:0 is free",
  ]);
  assert.deepEqual(await readdir(directory), []);
});

test("doctor does not take a bot that is at work for trouble, neither its lock nor its port", async (t) => {
  const directory = await scratchDirectory(t);
  const { unlock } = await lockDataDirectory(directory, () => {});
  t.after(unlock);
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await textOf(directory, { host: "127.0.0.1", port }), [
    "✓ lock: a bot is at work on the data directory",
    `✓ page: the bot listens on 127.0.0.1:${port}`,
  ]);
});

test("a port that another program has, and an address of another machine, fail in doctor as they would at the start", async (t) => {
  const directory = await scratchDirectory(t);
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const [, taken] = await textOf(directory, { host: "127.0.0.1", port });
  assert.match(taken ?? "", /^✗ page: .*EADDRINUSE.*\n {4}→ Stop what listens there/);
  const [, elsewhere] = await textOf(directory, { host: "192.0.2.1", port: 0 });
  assert.match(elsewhere ?? "", /^✗ page: .*EADDRNOTAVAIL.*\n {4}→ Set SWITCHYARD_LISTEN to an address/);
});

test("without flock on the PATH, and with a lock that is no file, doctor fails as the start does", async (t) => {
  const directory = await scratchDirectory(t);
  const bin = join(directory, "bin");
  await mkdir(bin);
  await symlink("/bin/sh", join(bin, "sh"));
  const before = process.env["PATH"];
  process.env["PATH"] = bin;
  try {
    const [line] = await textOf(directory);
    assert.match(line ?? "", /^✗ lock: there is no flock .*\n {4}→ Install util-linux/);
  } finally {
    process.env["PATH"] = before;
  }
  await mkdir(join(directory, "lock"));
  await assert.rejects(lockDataDirectory(directory, () => {}));
  const [line] = await textOf(directory);
  assert.match(line ?? "", /^✗ lock: /);
});
