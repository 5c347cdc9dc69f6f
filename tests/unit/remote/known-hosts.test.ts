import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fingerprint, parseKeygen, readKnownHost } from "../../../src/remote/known-hosts.ts";

const hasKeygen = spawnSync("ssh-keygen", ["-?"]).error === undefined;
const skip = hasKeygen ? false : "ssh-keygen is not installed";

test("ssh-keygen -F: hashed names, markers, comments, several keys", () => {
  const output = [
    "# Host builder found: line 3 ",
    "|1|abc=|def= ssh-ed25519 AAAA1 builder@x",
    "# Host builder found: line 4 ",
    "builder,10.0.0.1 ssh-rsa AAAA2",
    "# Host builder found: line 5 REVOKED",
    "@revoked builder ssh-ed25519 AAAA3",
    "@cert-authority *.lan ssh-ed25519 AAAA4",
    "broken",
    "",
  ].join("\n");
  assert.deepEqual(parseKeygen(output), [
    { marker: null, type: "ssh-ed25519", key: "AAAA1" },
    { marker: null, type: "ssh-rsa", key: "AAAA2" },
    { marker: "@revoked", type: "ssh-ed25519", key: "AAAA3" },
    { marker: "@cert-authority", type: "ssh-ed25519", key: "AAAA4" },
  ]);
});

async function directoryWithKey(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-known-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(directory, "key")]);
  const [type = "", key = ""] = (await readFile(join(directory, "key.pub"), "utf8")).split(" ");
  const file = join(directory, "known_hosts");
  return { file, line: `${type} ${key}`, key: Buffer.from(key, "base64") };
}

test("a key on file is trusted, another is not, also under a hashed name", { skip }, async (t) => {
  const { file, line, key } = await directoryWithKey(t);
  await writeFile(file, `builder ${line}\n`);
  spawnSync("ssh-keygen", ["-H", "-f", file]);
  assert.equal((await readFile(file, "utf8")).includes("builder"), false);
  const known = await readKnownHost(file, "builder", 22);
  assert.deepEqual(known.types, ["ssh-ed25519"]);
  assert.equal(known.isTrusted(key), true);
  assert.equal(known.isTrusted(Buffer.from("another")), false);
});

test("another port is another name", { skip }, async (t) => {
  const { file, line } = await directoryWithKey(t);
  await writeFile(file, `[builder]:2222 ${line}\n`);
  assert.equal((await readKnownHost(file, "builder", 2222)).types.length, 1);
  await assert.rejects(readKnownHost(file, "builder", 22), /has no key for it/);
});

test("a revoked key is never trusted, though it is on file as well", { skip }, async (t) => {
  const { file, line } = await directoryWithKey(t);
  await writeFile(file, `builder ${line}\n@revoked builder ${line}\n`);
  await assert.rejects(readKnownHost(file, "builder", 22), /has no key for it/);
});

test("a host that is not on file is refused, and the message says how to add it", { skip }, async (t) => {
  const { file } = await directoryWithKey(t);
  await writeFile(file, "");
  await assert.rejects(
    readKnownHost(file, "builder", 2222),
    /\[builder\]:2222.*ssh-keyscan -p 2222 builder >> /,
  );
  await assert.rejects(readKnownHost(`${file}.gone`, "builder", 22), /has no key for it/);
});

test("a fingerprint reads as ssh shows it", { skip }, async (t) => {
  const { file, key } = await directoryWithKey(t);
  const shown = spawnSync("ssh-keygen", ["-l", "-f", join(file, "../key.pub")], { encoding: "utf8" }).stdout;
  assert.equal(shown.split(" ")[1], fingerprint(key));
});
