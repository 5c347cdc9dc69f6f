import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { NodeSSH } from "node-ssh";
import ssh2 from "ssh2";
import { runOverSsh } from "../../../src/remote/ssh-command.ts";

/** An SSH server on loopback whose login shell runs `start` before each command, as a .bashrc does. */
async function server(t: TestContext, start: string): Promise<NodeSSH> {
  const key = ssh2.utils.generateKeyPairSync("ed25519").private;
  const sshd = new ssh2.Server({ hostKeys: [key] }, (client) => {
    client.on("error", () => {});
    t.after(() => client.end());
    client.on("authentication", (context) => context.accept());
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        const child = spawn("/bin/sh", ["-c", `${start}\n${command}`], { detached: true });
        channel.pipe(child.stdin);
        child.stdout.pipe(channel, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        child.on("close", (code) => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  sshd.listen(0, "127.0.0.1");
  await once(sshd, "listening");
  const ssh = new NodeSSH();
  const { port } = sshd.address() as AddressInfo;
  await ssh.connect({ host: "127.0.0.1", port, username: "root", password: "x" });
  t.after(() => {
    ssh.dispose();
    sshd.close();
  });
  return ssh;
}

const noisy = `echo "noise"; printf 'no newline \\033[1m'; echo noise >&2`;

test("what a login shell prints first is not the answer; stdin, exit code and lines pass", async (t) => {
  const ssh = await server(t, noisy);
  const timeout = 10_000;
  const argv = ["sh", "-c", "cat; exit 7"];
  const exit = await runOverSsh("yoga", ssh, { argv, timeout, input: "answer" });
  assert.deepEqual([exit.exitCode, exit.stdout], [7, "answer"]);
  const lines: string[] = [];
  const onLine = (line: string, stream: string) => void (stream === "stdout" && lines.push(line));
  await runOverSsh("yoga", ssh, { argv: ["seq", "3"], timeout, onLine });
  assert.deepEqual(lines, ["1", "2", "3"]);
});

test("what a login shell says on stderr is no reason why a command failed, and no line of its own", async (t) => {
  const ssh = await server(t, noisy);
  const lines: string[] = [];
  const onLine = (line: string, stream: string) => void (stream === "stderr" && lines.push(line));
  const argv = ["sh", "-c", "echo 'would restart systemd' >&2; exit 4"];
  const said = await runOverSsh("yoga", ssh, { argv, timeout: 10_000 });
  assert.deepEqual([said.exitCode, said.stderr], [4, "would restart systemd\n"]);
  await runOverSsh("yoga", ssh, { argv, timeout: 10_000, onLine });
  assert.deepEqual(lines, ["would restart systemd"]);
  const silent = await runOverSsh("yoga", ssh, { argv: ["false"], timeout: 10_000 });
  assert.equal(silent.stderr, "");
});

test("a command behind a noisy shell is ended by its process group", async (t) => {
  const ssh = await server(t, noisy);
  const stop = new AbortController();
  const begun = Date.now();
  setTimeout(() => stop.abort(), 300);
  await assert.rejects(
    runOverSsh("yoga", ssh, { argv: ["sleep", "60"], timeout: 60_000, signal: stop.signal }),
    /was ended: aborted/,
  );
  assert.ok(Date.now() - begun < 4_000, "at the first signal");
});

test("a login shell that never runs the command is said, with what came instead", async (t) => {
  const ssh = await server(t, 'echo "This account is not available."; exit 0');
  await assert.rejects(
    runOverSsh("yoga", ssh, { argv: ["id"], timeout: 10_000 }),
    /yoga: its shell did not run id \(exit 0\); this came: "This account is not available\."/,
  );
});
