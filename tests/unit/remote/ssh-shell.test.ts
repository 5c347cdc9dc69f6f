import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import ssh2 from "ssh2";
import { ShellError } from "../../../src/remote/shell.ts";
import { sshShell } from "../../../src/remote/ssh-shell.ts";
import { until } from "../../contracts/until.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

/** An SSH server on loopback that lets the bot's key in while it has it, and counts its connections. */
async function machine(t: TestContext, life: number) {
  const hostKey = ssh2.utils.generateKeyPairSync("ed25519");
  const own = ssh2.utils.generateKeyPairSync("ed25519");
  const open = new Set<object>();
  let hasKey = true;
  let connections = 0;
  const sshd = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
    connections++;
    open.add(client);
    client.on("close", () => open.delete(client));
    client.on("error", () => {});
    t.after(() => client.end());
    client.on("authentication", (context) => (hasKey ? context.accept() : context.reject()));
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        const child = spawn("/bin/sh", ["-c", command], { detached: true });
        channel.pipe(child.stdin);
        child.stdout.pipe(channel, { end: false });
        child.on("close", (code) => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  sshd.listen(0, "127.0.0.1");
  await once(sshd, "listening");
  const directory = await scratchDirectory(t);
  const { port } = sshd.address() as AddressInfo;
  const keyFile = join(directory, "key");
  const knownHostsFile = join(directory, "known_hosts");
  await writeFile(keyFile, own.private, { mode: 0o600 });
  await writeFile(knownHostsFile, `[127.0.0.1]:${port} ${hostKey.public}\n`);
  const shell = sshShell({
    name: "yoga",
    user: "root",
    host: "127.0.0.1",
    port,
    keyFile,
    knownHostsFile,
    connectTimeout: 5_000,
    life,
  });
  t.after(async () => {
    await shell.close();
    sshd.close();
  });
  return {
    shell,
    connections: () => connections,
    open: () => open.size,
    setKey: (has: boolean) => {
      hasKey = has;
    },
    look: () =>
      shell.run({ argv: ["true"], timeout: 10_000 }).then(
        ({ exitCode }) => exitCode === 0,
        (error: unknown) => !(error instanceof ShellError),
      ),
  };
}

test("commands share a connection, which takes none after its life, however often it is used", async (t) => {
  const { look, connections, open, setKey } = await machine(t, 600);
  assert.deepEqual(await Promise.all([look(), look(), look()]), [true, true, true]);
  assert.equal(connections(), 1);
  setKey(false);
  assert.equal(await look(), true, "it stands a while on what is gone");
  await until("each look used it, and it ends all the same", async () => !(await look()), 5_000);
  setKey(true);
  assert.equal(await look(), true, "what failed is not kept");
  await until("the old ones are closed", () => open() <= 1, 5_000);
});

test("what runs on a connection goes on when its life is over", async (t) => {
  const { shell, look, connections, open } = await machine(t, 100);
  const long = shell.run({ argv: ["sh", "-c", "read line; echo $line"], timeout: 10_000, input: "" });
  const slow = shell.run({ argv: ["sh", "-c", "sleep 0.8; echo done"], timeout: 10_000 });
  await until("another connection", async () => (await look()) && connections() > 1, 5_000);
  assert.equal((await slow).stdout, "done\n");
  await long;
  await until("an old one without work is closed", () => open() === 0, 5_000);
});
