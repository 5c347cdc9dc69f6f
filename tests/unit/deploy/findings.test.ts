import assert from "node:assert/strict";
import { test } from "node:test";
import { ShellError } from "../../../src/remote/shell.ts";
import { confirmBlocks, deploymentCard } from "../../../src/views/deployment-card.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { type Bot, createWorld, type World } from "../../fakes/world.ts";

const old = "0123456789abcdef0123456789abcdef01234567";

async function asks(world: World, request?: Parameters<Bot["deploy"]>[1]) {
  const bot = await world.startBot();
  const record = await bot.asks(await bot.deploy("yoga", request));
  const of = (name: string) => record.checks.find((one) => one.name === name);
  return { record, of };
}

test("each check before a deployment has a line of its own, in one order", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const { record } = await asks(world);
  assert.deepEqual(
    record.checks.map(({ name, state }) => `${name} ${state}`),
    [
      "flake ok",
      "working tree ok",
      "syntax ok",
      "host ok",
      "builder ok",
      "reach ok",
      "machine ok",
      "disk ok",
      "ancestry ok",
    ],
  );
  assert.match(JSON.stringify(deploymentCard(record, null)), /Checks: all well.*✓ syntax: every \.nix file/);
});

test("what is not committed on the builder is named, and warned of only where it is built", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builderShell.on(" status ", { stdout: " M hosts/yoga.nix\0?? hosts/new file.nix\0" });
  const built = await asks(world);
  assert.equal(built.of("working tree")?.state, "ok");
  assert.match(built.of("working tree")?.detail ?? "", /2 files .* not in what is built/);
  const other = await createWorld(t, ["yoga"]);
  other.builderShell.on(" status ", { stdout: " M hosts/yoga.nix\0?? hosts/new file.nix\0" });
  const dirty = await asks(other, { ref: ".", allowAnyRef: true });
  assert.equal(dirty.of("working tree")?.state, "warning");
  assert.match(
    dirty.of("working tree")?.detail ?? "",
    /not committed: hosts\/yoga\.nix; not known to git: hosts\/new/,
  );
  assert.match(JSON.stringify(confirmBlocks(dirty.record)), /git add/);
});

test("inputs that nobody updated for more than 90 days are a warning", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const day = 86_400;
  const now = Math.floor(world.clock.now() / 1000);
  const metadata = (age: number) => ({
    stdout: JSON.stringify({
      path: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-source",
      locks: {
        nodes: {
          nixpkgs: { locked: { lastModified: now - age * day } },
          "sops-nix": { locked: { lastModified: now - 3 * day } },
          root: {},
        },
      },
    }),
  });
  world.builderShell.on(" metadata ", metadata(91));
  const aged = await asks(world);
  assert.equal(aged.of("inputs")?.state, "warning");
  assert.match(
    aged.of("inputs")?.detail ?? "",
    /oldest of 2 inputs is nixpkgs, 91 days old.*sops-nix, 3 days/,
  );
  const fresh = await createWorld(t, ["yoga"]);
  fresh.builderShell.on(" metadata ", metadata(90));
  assert.equal((await asks(fresh)).of("inputs")?.state, "ok");
});

test("nix flake check runs when asked for, and then stops what it does not like", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  assert.equal((await asks(world)).of("flake check"), undefined);
  const other = await createWorld(t, ["yoga"]);
  assert.equal((await asks(other, { flakeCheck: true })).of("flake check")?.state, "ok");
  const third = await createWorld(t, ["yoga"]);
  third.builderShell.on(" flake check ", { exitCode: 1, stderr: "error: undefined variable 'pgks'\n" });
  const { record, of } = await asks(third, { flakeCheck: true });
  assert.equal(record.outcome, "failed");
  assert.equal(record.message, "nix flake check failed");
  assert.equal(of("flake check")?.state, "failed");
});

test("warnings of the evaluation are collected, each once", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const system = fakeSystem("yoga-2");
  world.builderShell.on(" --dry-run ", {
    stdout: JSON.stringify([{ drvPath: system.derivation, outputs: { out: system.toplevel } }]),
    stderr:
      "evaluation warning: sound is gone\ntrace: warning: foo is deprecated\ntrace: warning: foo is deprecated\n",
  });
  const { of } = await asks(world);
  assert.equal(of("evaluation")?.state, "warning");
  assert.equal(of("evaluation")?.detail, "sound is gone; foo is deprecated");
});

test("a secret that came in since the running revision is told by its place, and never by itself", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const running = fakeSystem("yoga-1", { revision: old, packages: { nginx: "1.26.0" } });
  world.builder.systems.set(running.toplevel, running);
  world.builderShell.on(` ${old} `, {
    stdout: [
      "+++ b/hosts/yoga.nix",
      "@@ -3,0 +4,2 @@ {",
      "+  # the new one",
      '+  services.x.password = "hunter2hunter2";',
    ].join("\n"),
  });
  const { record, of } = await asks(world);
  assert.equal(record.phase, "confirm");
  assert.equal(of("plaintext secrets")?.state, "warning");
  assert.match(of("plaintext secrets")?.detail ?? "", /since 0123456: hosts\/yoga\.nix:5 \(a value for/);
  assert.equal(JSON.stringify(record).includes("hunter2"), false);
});

test("a diff that cannot be made is said, and stops nothing", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const running = fakeSystem("yoga-1", { revision: old, packages: { nginx: "1.26.0" } });
  world.builder.systems.set(running.toplevel, running);
  world.builderShell.on(` ${old} `, { exitCode: 128, stderr: "fatal: bad object\n" });
  const { record, of } = await asks(world);
  assert.equal(record.phase, "confirm");
  assert.match(of("plaintext secrets")?.detail ?? "", /could not be checked: .*bad object/);
});

test("secrets that fleet.yaml asks for have to be on the host", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "hosts: { yoga: { secrets: [/run/secrets/db, /run/secrets/mail] } }";
  world.host("yoga").files.add("/run/secrets/db");
  const { record, of } = await asks(world);
  assert.equal(record.outcome, "failed");
  assert.equal(record.phase, "check");
  assert.match(record.message ?? "", /lacks secrets that it needs: missing \/run\/secrets\/mail$/);
  assert.match(record.help ?? "", /sops-nix/);
  assert.equal(of("secrets")?.state, "failed");
});

test("a host that lacks a secret can be rolled back all the same", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const host = world.host("yoga");
  const newer = fakeSystem("yoga-2");
  host.store.add(newer.toplevel);
  host.setProfile(newer.toplevel);
  host.current = newer.toplevel;
  world.fleet = "hosts: { yoga: { secrets: [/run/secrets/db] } }";
  const bot = await world.startBot();
  await world.clock.settle(bot.store.setInventory(["yoga"]));
  const record = await bot.asks(await bot.rollback("yoga", 1));
  assert.equal(record.phase, "confirm");
  assert.equal(record.checks.find(({ name }) => name === "secrets")?.state, "warning");
});

test("a host that does not answer says what the builder's tailnet knows of it, and where its console is", async (t) => {
  for (const [state, why, help] of [
    [
      {
        BackendState: "Running",
        Peer: { a: { HostName: "yoga", Online: false, LastSeen: "2026-11-23T07:41:08Z" } },
      },
      /yoga is offline since 2026-11-23 07:41 UTC/,
      /switched on/,
    ],
    [{ BackendState: "Stopped" }, /tailscale is down on the builder \(Stopped\)/, /tailscale up/],
    [{ BackendState: "Running", Peer: { a: { HostName: "yoga", Online: true } } }, /online/, /sshd/],
  ] as const) {
    const world = await createWorld(t, ["yoga"]);
    world.fleet = 'hosts: { yoga: { console: "https://console.example/yoga" } }';
    world.shell("yoga").on(" facts ", new ShellError("unreachable", "yoga: Connection timed out"));
    world.builderShell.on("tailscale status", { stdout: JSON.stringify(state) });
    const { record, of } = await asks(world);
    assert.match(record.message ?? "", why);
    assert.match(record.help ?? "", help);
    assert.equal(of("reach")?.state, "failed");
    assert.match(JSON.stringify(deploymentCard(record, null)), /console\.example\/yoga.*boot menu/);
  }
});
