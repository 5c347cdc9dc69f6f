import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { readEnvironment } from "../../src/config/env.ts";
import { connectShells } from "../../src/remote/shells.ts";
import { skip, useFleet, useHosts } from "./machine.ts";

describe("the bot's connections, on real machines", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, "ovh-vps");
  // Whoever had it before may have left it out of reach.
  before(() => fleet().reset("ovh-vps"));
  const connect = () =>
    connectShells(
      readEnvironment(
        {
          SWITCHYARD_FLAKE: fleet().flake,
          SWITCHYARD_BUILDER: fleet().builderUrl,
          SWITCHYARD_SSH_KEY: fleet().keyFile,
          SWITCHYARD_KNOWN_HOSTS: fleet().knownHostsFile,
        },
        "/",
      ),
    );

  test("a host is spoken to at once, also while builds fill the builder's connection", async () => {
    const shells = connect();
    const ending = new AbortController();
    const builds = Array.from({ length: 12 }, () =>
      shells.builder.run({ argv: ["sleep", "60"], timeout: 90_000, signal: ending.signal }),
    );
    const ended = Promise.allSettled(builds);
    const before = Date.now();
    try {
      const target = {
        name: "ovh-vps",
        address: "ovh-vps",
        port: 22,
        user: "root",
        connectTimeout: 10,
        via: "builder" as const,
      };
      const port = Number(new URL(fleet().builderUrl).port || 22);
      for (const shell of [
        shells.control,
        shells.host({ ...target, port }),
        shells.fresh({ ...target, port }),
      ]) {
        assert.equal((await shell.run({ argv: ["true"], timeout: 10_000 })).exitCode, 0);
      }
      assert.ok(Date.now() - before < 20_000, "none of them waited for a build");
    } finally {
      ending.abort();
      await ended;
      await shells.close();
    }
  });

  test("many short commands at once are all answered, though sshd limits sessions", async () => {
    const shells = connect();
    try {
      const exits = await Promise.all(
        Array.from({ length: 150 }, () => shells.builder.run({ argv: ["true"], timeout: 60_000 })),
      );
      assert.ok(exits.every(({ exitCode }) => exitCode === 0));
    } finally {
      await shells.close();
    }
  });
});
