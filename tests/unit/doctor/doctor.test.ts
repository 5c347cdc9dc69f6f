import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isWell, lineText, summary } from "../../../src/doctor/line.ts";
import { ShellError } from "../../../src/remote/shell.ts";
import { machineNamed } from "../../fakes/fake-host.ts";
import { alice } from "../../fakes/world.ts";
import { examined, roles, wellWorld } from "./well-world.ts";

test("a fleet where all is well has a line for everything, and nothing to mend", async (t) => {
  const world = await wellWorld(t);
  const { lines, bad } = await examined(world, { slack: null });
  assert.deepEqual(bad, []);
  assert.equal(isWell(lines), true);
  assert.match(summary(lines), /^All \d+ are well\.$/);
  assert.deepEqual(
    [...new Set(lines.map(({ part }) => part))],
    [
      "data directory",
      "lock",
      "page",
      "builder",
      "nix",
      "git",
      "ssh",
      "flake",
      "fleet.yaml",
      "host yoga",
      "slack",
    ],
  );
});

test("a chat platform's problems are told with what to do, and one that throws is no end", async (t) => {
  const world = await wellWorld(t);
  const { bad } = await examined(world, {
    slack: async () => ({
      text: "",
      problems: ["SLACK_BOT_TOKEN is not valid (invalid_auth): copy the token"],
    }),
    discord: async () => {
      throw new Error("no network");
    },
  });
  assert.deepEqual(bad, [
    "✗ slack: SLACK_BOT_TOKEN is not valid (invalid_auth)\n    → copy the token",
    "✗ discord: no network\n    → See the README's part on it.",
  ]);
});

test("hosts that the bot reaches itself are looked at while the builder is away", async (t) => {
  const world = await wellWorld(t);
  world.fleet = `hosts: { yoga: { via: direct } }\n${roles}`;
  world.builderShell.on(/^true$/, new ShellError("unreachable", "builder: away"));
  const { lines } = await examined(world);
  assert.equal(lines.find(({ part }) => part === "host yoga")?.state, "ok");
});

test("a data directory that others may read is a warning; one that is no place for it has to be mended", async (t) => {
  const world = await wellWorld(t);
  const { checkDataDirectory } = await import("../../../src/doctor/place.ts");
  const open = join(world.directory, "open");
  await mkdir(open, { mode: 0o755 });
  assert.match(lineText(await checkDataDirectory(open)), /^! .*\n {4}→ chmod 700/);
  assert.match(lineText(await checkDataDirectory(join(world.directory, "later"))), /^✓ .*first start/);
  assert.match(lineText(await checkDataDirectory("/proc/nowhere/at/all")), /^✗ .*cannot be made/);
});

test("the bot's key: what is no key, what has a passphrase, and what others may read", async (t) => {
  const world = await wellWorld(t);
  const { checkKeys } = await import("../../../src/doctor/place.ts");
  const file = join(world.directory, "key");
  const check = async (text: string, mode = 0o600) => {
    await writeFile(file, text);
    await chmod(file, mode);
    const [line] = await checkKeys({ builder: { kind: "local" }, sshKey: file, knownHosts: null });
    return line === undefined ? "" : lineText(line);
  };
  const openssh = (cipher: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(cipher.length);
    const body = Buffer.concat([Buffer.from("openssh-key-v1\0"), length, Buffer.from(`${cipher}more`)]);
    return `-----BEGIN OPENSSH ${"PRIVATE"} KEY-----\n${body.toString("base64")}\n-----END OPENSSH ${"PRIVATE"} KEY-----\n`;
  };
  assert.match(await check(openssh("none")), /^✓/);
  assert.match(await check(openssh("none"), 0o644), /^! .*\n {4}→ chmod 600/);
  assert.match(await check(openssh("aes256-ctr")), /^✗ .*passphrase/);
  assert.match(await check("ssh-ed25519 AAAA me"), /^✗ .*no private key/);
  const [missing] = await checkKeys({ builder: { kind: "local" }, sshKey: "/nowhere", knownHosts: null });
  assert.equal(missing?.state, "failed");
});

test("a fleet.yaml that is not where it should be is told", async (t) => {
  const world = await wellWorld(t);
  const { bad } = await examined(world, {}, "/etc/switchyard/no-such.yaml");
  assert.equal(bad.length, 1);
  assert.match(
    bad[0] ?? "",
    /^! fleet.yaml: there is no \/etc\/switchyard\/no-such.yaml .*\n {4}→ Copy fleet.example.yaml/,
  );
});

test("another machine under a known name is told, as before a deployment, and two names that are one machine", async (t) => {
  const world = await wellWorld(t);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  bot.kill();
  assert.deepEqual((await examined(world)).bad, []);
  world.host("yoga").machine = machineNamed("intruder");
  assert.match(
    (await examined(world)).bad.join("\n"),
    /✗ host yoga: another machine answers as yoga: expected .*intruder.*\n {4}→ Correct targetHost of yoga/,
  );
  await writeFile(join(world.directory, "state.json"), "{");
  assert.match((await examined(world)).bad.join("\n"), /! data directory: reading the known machines/);

  const twins = await wellWorld(t, ["yoga", "zephyrus"]);
  twins.host("zephyrus").machine = twins.host("yoga").machine;
  assert.match((await examined(twins)).bad.join("\n"), /zephyrus and yoga are one machine/);
});
