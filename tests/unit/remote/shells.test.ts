import assert from "node:assert/strict";
import { test } from "node:test";
import { readEnvironment } from "../../../src/config/env.ts";
import { connectShells } from "../../../src/remote/shells.ts";

const shells = connectShells(readEnvironment({ SWITCHYARD_FLAKE: "/srv/fleet" }, "/"));
const target = {
  name: "yoga",
  address: "local",
  port: 22,
  user: "somebody",
  connectTimeout: 10,
  via: "builder" as const,
};

test("a local builder runs commands here, and so do the hosts that are the builder", {
  skip: process.getuid?.() !== 0 && "the tests do not run as root",
}, async () => {
  for (const shell of [shells.builder, shells.host(target), shells.fresh(target)]) {
    const exit = await shell.run({ argv: ["sh", "-c", "echo $((6 * 7))"], timeout: 5_000 });
    assert.deepEqual(exit, { exitCode: 0, stdout: "42\n", stderr: "" });
  }
  await shells.close();
});

test("a builder over SSH without a key on file cannot be reached, and is never trusted", async () => {
  const settings = readEnvironment(
    {
      SWITCHYARD_FLAKE: "/srv/fleet",
      SWITCHYARD_BUILDER: "ssh://switchyard@127.0.0.1:1",
      SWITCHYARD_SSH_KEY: "/nowhere/key",
      SWITCHYARD_KNOWN_HOSTS: "/nowhere/known_hosts",
    },
    "/",
  );
  const remote = connectShells(settings);
  await assert.rejects(
    remote.builder.run({ argv: ["true"], timeout: 1_000 }),
    /builder: connecting to switchyard@127.0.0.1:1: .*has no key for it/,
  );
  await remote.close();
});

test("a direct host without a key of the bot's own says what is missing, and asks nobody", async () => {
  for (const shell of [
    shells.host({ ...target, address: "127.0.0.1", via: "direct" }),
    shells.fresh({ ...target, address: "127.0.0.1", via: "direct" }),
  ]) {
    await assert.rejects(
      shell.run({ argv: ["true"], timeout: 1_000 }),
      /yoga: it is `via: direct`, which needs SWITCHYARD_SSH_KEY and SWITCHYARD_KNOWN_HOSTS/,
    );
  }
});
