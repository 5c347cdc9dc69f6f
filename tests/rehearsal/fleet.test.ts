import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { bringUp, type Fleet, takeDown, whatIsMissing } from "./fleet.ts";
import { run } from "./run.ts";

const name = `test-${process.pid}`;
const missing = await whatIsMissing();
const skip = missing.length > 0 && `needs ${missing.join("; ")}`;
let fleet: Fleet;

const noProgress = () => undefined;
const current = async (host: string) =>
  (await fleet.exec(host, ["readlink", "/run/current-system"])).stdout.trim();
const booted = async (host: string) =>
  (await fleet.exec(host, ["readlink", "/run/booted-system"])).stdout.trim();

/** Builds a ref of the flake for a host and copies it there, as a bot would. */
async function deliver(ref: string, host: string): Promise<string> {
  const installable = `git+file:///srv/fleet.git?ref=refs/heads/${ref}#nixosConfigurations.${host}.config.system.build.toplevel`;
  const built = await fleet.ssh("builder", ["nix", "build", "--no-link", "--print-out-paths", installable]);
  assert.equal(built.exitCode, 0, built.stderr);
  const toplevel = built.stdout.trim();
  const copied = await fleet.ssh("builder", ["nix", "copy", "--to", `ssh://${host}`, toplevel]);
  assert.equal(copied.exitCode, 0, copied.stderr);
  return toplevel;
}

const activate = (host: string, toplevel: string, action: string) =>
  fleet.exec(host, [`${toplevel}/bin/switch-to-configuration`, action]);

before(async () => {
  if (skip === false) fleet = await bringUp(name, noProgress);
});
after(async () => {
  if (skip === false) await takeDown(name);
});

test("a second up finds the machines as they are", { skip }, async () => {
  const bootId = ["cat", "/proc/sys/kernel/random/boot_id"];
  const first = await fleet.exec("yoga", bootId);
  await bringUp(name, noProgress);
  assert.equal((await fleet.exec("yoga", bootId)).stdout, first.stdout);
});

test("a host runs its first generation, with NixOS's PATH and nothing else", { skip }, async () => {
  const path = await fleet.ssh("yoga", ["sh", "-c", 'echo "$PATH"']);
  assert.equal(path.stdout, "/run/wrappers/bin:/run/current-system/sw/bin\n");
  const profiles = await fleet.ssh("yoga", ["ls", "/nix/var/nix/profiles"]);
  assert.deepEqual(profiles.stdout.trim().split("\n"), ["per-user", "system", "system-1-link"]);
  assert.equal(await current("yoga"), await booted("yoga"));
  const transient = await fleet.exec("yoga", [
    "systemd-run",
    "--wait",
    "--pipe",
    "--quiet",
    "/bin/sh",
    "-c",
    "ls",
  ]);
  assert.equal(transient.exitCode, 127, "a transient unit finds no programs unless it is told where");
});

test("zephyrus is reached as deploy, who becomes root with sudo", { skip }, async () => {
  const sudo = (words: string) =>
    fleet.ssh("builder", ["ssh", "-o", "BatchMode=yes", "deploy@zephyrus", `sudo -n ${words}`]);
  const who = await sudo("env id -u");
  assert.deepEqual([who.exitCode, who.stdout], [0, "0\n"]);
  assert.notEqual((await sudo("id -u")).exitCode, 0, "the rule names one program");
  assert.notEqual((await sudo("-u nobody env id -u")).exitCode, 0, "and one user");
});

test("dry-activate says what a switch would do and changes nothing", { skip }, async () => {
  const toplevel = await deliver("main", "yoga");
  const before = await current("yoga");
  const dry = await activate("yoga", toplevel, "dry-activate");
  assert.equal(dry.exitCode, 0);
  assert.deepEqual(dry.stderr.trim().split("\n"), [
    "would stop the following units: web.service",
    "would activate the configuration...",
    "would reload the following units: firewall.service",
    "would restart the following units: worker.service",
    "would start the following units: web.service",
  ]);
  assert.equal(await current("yoga"), before);
});

test("a good system is switched to with 0, and reset goes back", { skip }, async () => {
  const initial = await current("yoga");
  const toplevel = await deliver("main", "yoga");
  const switched = await activate("yoga", toplevel, "test");
  assert.equal(switched.exitCode, 0, switched.stderr);
  assert.match(switched.stderr, /the following new units were started: .*metrics\.service/);
  assert.equal(await current("yoga"), toplevel);
  assert.equal((await fleet.exec("yoga", ["curl", "-fsS", "http://yoga:8480/healthz"])).stdout, "ok\n");
  await fleet.reset("yoga");
  assert.equal(await current("yoga"), initial);
});

test("exit codes tell an activation that failed (2), a unit that failed (4) and a lock that is held (11)", {
  skip,
}, async () => {
  const activation = await deliver("bad/activation-fails", "ovh-vps");
  assert.equal((await activate("ovh-vps", activation, "test")).exitCode, 2);
  await fleet.reset("ovh-vps");

  const unit = await deliver("bad/unit-fails", "ovh-vps");
  const failed = await activate("ovh-vps", unit, "test");
  assert.equal(failed.exitCode, 4);
  assert.match(failed.stderr, /warning: the following units failed: web\.service/);
  await fleet.reset("ovh-vps");

  const lock = "/run/nixos/switch-to-configuration.lock";
  const held = await fleet.exec("ovh-vps", [
    "flock",
    lock,
    "/run/current-system/bin/switch-to-configuration",
    "dry-activate",
  ]);
  assert.deepEqual([held.exitCode, held.stderr], [11, "Could not acquire lock\n"]);
});

test("reset revives a host that nobody can reach", { skip }, async () => {
  const toplevel = await deliver("bad/stops-sshd", "zephyrus");
  assert.equal((await activate("zephyrus", toplevel, "test")).exitCode, 0);
  assert.notEqual((await fleet.ssh("zephyrus", ["true"])).exitCode, 0);
  await fleet.reset("zephyrus");
  assert.equal((await fleet.ssh("zephyrus", ["systemctl", "is-system-running"])).stdout, "running\n");
});

test("a reboot boots what boot wrote, and reset undoes that too", { skip }, async () => {
  const initial = await current("hetzner-vps");
  const tried = await deliver("next", "hetzner-vps");
  assert.equal((await activate("hetzner-vps", tried, "test")).exitCode, 0);
  await fleet.reboot("hetzner-vps");
  assert.equal(await current("hetzner-vps"), initial, "test leaves the boot default alone");

  const profile = ["nix-env", "--profile", "/nix/var/nix/profiles/system", "--set", tried];
  assert.equal((await fleet.exec("hetzner-vps", profile)).exitCode, 0);
  assert.equal((await activate("hetzner-vps", tried, "boot")).exitCode, 0);
  await fleet.reboot("hetzner-vps");
  assert.deepEqual([await current("hetzner-vps"), await booted("hetzner-vps")], [tried, tried]);

  await fleet.reset("hetzner-vps");
  assert.deepEqual([await current("hetzner-vps"), await booted("hetzner-vps")], [initial, initial]);
});

const reaches = async (host: string) => (await fleet.ssh(host, ["true"])).exitCode === 0;
const write = async (host: string, path: string) =>
  (await fleet.exec(host, ["sh", "-c", `head -c 8k /dev/zero >${path} && rm ${path}`])).exitCode === 0;

test("what is broken from outside is broken until it is mended", { skip }, async () => {
  for (const kind of ["cut-ssh", "stop-sshd"] as const) {
    await fleet.break("yoga", kind);
    assert.equal(await reaches("yoga"), false, kind);
    await fleet.mend("yoga", kind);
    assert.equal(await reaches("yoga"), true, kind);
  }
  for (const [kind, path] of [
    ["fill-store", "/nix/store/x"],
    ["fill-boot", "/boot/x"],
  ] as const) {
    await fleet.break("yoga", kind);
    assert.equal(await write("yoga", path), false, kind);
    await fleet.mend("yoga", kind);
    assert.equal(await write("yoga", path), true, kind);
  }
  await fleet.break("yoga", "hold-lock");
  assert.equal((await activate("yoga", await current("yoga"), "dry-activate")).exitCode, 11);
  await fleet.mend("yoga", "hold-lock");
  assert.equal((await activate("yoga", await current("yoga"), "dry-activate")).exitCode, 0);
});

test("a reset mends full disks, and up mends what a crashed run left in the firewall", { skip }, async () => {
  await fleet.break("yoga", "fill-store");
  await fleet.break("yoga", "fill-boot");
  await fleet.reset("yoga");
  assert.deepEqual([await write("yoga", "/nix/store/x"), await write("yoga", "/boot/x")], [true, true]);
  await fleet.break("yoga", "drop-packets");
  await bringUp(name, noProgress);
  assert.equal(await reaches("yoga"), true);
});

test("a commit on the flake's origin can be built", { skip }, async () => {
  const revision = await fleet.commit("try", "yoga: say hello", { "greeting.txt": "hello\n" });
  const shown = await fleet.ssh("builder", [
    "git",
    "-C",
    "/srv/fleet.git",
    "show",
    "--stat",
    "--format=%H %s",
    "try",
  ]);
  assert.match(shown.stdout, new RegExp(`^${revision} yoga: say hello\n\n greeting.txt \\| 1 \\+`));
});

test("down leaves no process, no mount, no cgroup, no file and no firewall", { skip }, async () => {
  await fleet.smallDisk("full");
  await fleet.break("yoga", "drop-packets");
  await takeDown(name);
  assert.deepEqual(
    (await commandLines()).filter((line) => line.includes(`switchyard-${name}-`)),
    [],
  );
  assert.doesNotMatch(await readFile("/proc/self/mounts", "utf8"), new RegExp(name));
  assert.doesNotMatch((await run(["nft", "list", "tables"])).stdout, new RegExp(name.replace("-", "_")));
  const groups = await readdir("/sys/fs/cgroup", { recursive: true }).catch(() => []);
  assert.deepEqual(
    groups.filter((path) => path.includes(`switchyard-${name}-`)),
    [],
  );
  assert.deepEqual(
    (await readdir("/var/lib/switchyard-rehearsal")).filter((entry) => entry.includes(name)),
    [],
  );
});

async function commandLines(): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
}
