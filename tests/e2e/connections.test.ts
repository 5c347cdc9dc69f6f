import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { deadlines } from "../../src/config/deadlines.ts";
import { readEnvironment } from "../../src/config/env.ts";
import type { Shell } from "../../src/remote/shell.ts";
import { connectShells } from "../../src/remote/shells.ts";
import { skip, useFleet, useHosts } from "./machine.ts";

const host = "ovh-vps";
const keysFile = "/root/.ssh/authorized_keys";
/** Between two looks, in milliseconds: each of them used to make the connection live on. */
const lookEvery = 1_000;
/** A look, and its handshake, beside the connection's own life. */
const slack = 15_000;

describe("a connection and the key that opened it, on real machines", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let keys: string;
  let knownHosts: string;

  async function on(...argv: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await fleet().exec(host, argv, { timeoutMs: 60_000 });
    assert.equal(exitCode, 0, stderr);
    return stdout.trim();
  }
  const putKeys = (text: string) => on("sh", "-c", 'printf "%s\\n" "$1" >"$2"', "put", text, keysFile);

  before(async () => {
    await fleet().reset(host);
    const own = (await readFile(`${fleet().keyFile}.pub`, "utf8")).trim();
    const before = await on("cat", keysFile);
    await putKeys(`${before}\n${own}`);
    keys = `${before}\n${own}`;
    knownHosts = await readFile(fleet().knownHostsFile, "utf8");
  });
  after(() => fleet().reset(host));

  /** Looks until it is (not) answered, and says after how long. */
  async function until(shell: Shell, isAnswered: boolean): Promise<number> {
    const begun = Date.now();
    while (Date.now() - begun < 4 * deadlines.connectionLife) {
      const answer = await shell.run({ argv: ["true"], timeout: 10_000 }).then(
        ({ exitCode }) => exitCode === 0,
        () => false,
      );
      if (answer === isAnswered) {
        return Date.now() - begun;
      }
      await new Promise((resolve) => setTimeout(resolve, lookEvery));
    }
    return Number.POSITIVE_INFINITY;
  }

  for (const via of ["builder", "direct"] as const) {
    test(`the key that was taken off a host is told of within a bounded time, and so is its return (via ${via})`, async (t) => {
      const port = Number(new URL(fleet().builderUrl).port || 22);
      const address = via === "direct" ? fleet().address(host) : host;
      const known = `${fleet().dir}/known-${via}`;
      const hostKey = await on("cat", "/etc/ssh/ssh_host_ed25519_key.pub");
      const name = port === 22 ? address : `[${address}]:${port}`;
      await writeFile(known, `${knownHosts}\n${name} ${hostKey}\n`);
      const shells = connectShells(
        readEnvironment(
          {
            SWITCHYARD_FLAKE: fleet().flake,
            SWITCHYARD_BUILDER: fleet().builderUrl,
            SWITCHYARD_SSH_KEY: fleet().keyFile,
            SWITCHYARD_KNOWN_HOSTS: known,
          },
          "/",
        ),
      );
      t.after(() => shells.close());
      const shell = shells.host({ name: host, address, port, user: "root", connectTimeout: 10, via });
      assert.ok((await until(shell, true)) < slack, "it answers at first");
      await putKeys("");
      t.after(() => putKeys(keys));
      const gone = await until(shell, false);
      assert.ok(gone < deadlines.connectionLife + slack, `answered for ${gone} ms without its key`);
      await putKeys(keys);
      const back = await until(shell, true);
      assert.ok(back < slack, `was away for ${back} ms more with its key back`);
      t.diagnostic(`without its key after ${gone} ms, back after ${back} ms`);
    });
  }
});
