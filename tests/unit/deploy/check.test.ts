import assert from "node:assert/strict";
import { test } from "node:test";
import { ShellError } from "../../../src/remote/shell.ts";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, createWorld } from "../../fakes/world.ts";

test("a host that does not answer stops in check and says what to try", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.host("yoga").answers = false;
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.equal(ended.phase, "check");
  assert.match(ended.message ?? "", /Connection timed out/);
  assert.match(ended.help ?? "", /Is yoga up\?/);
});

test("an unknown host key is named with what to do about it", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const message = "yoga: ssh from builder to yoga: Host key verification failed.";
  world.shell("yoga").on(" facts ", new ShellError("unreachable", message));
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.match(ended.help ?? "", /mend the builder's known_hosts/);
});

test("a machine that is no NixOS is told so", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.shell("yoga").on(" facts ", { stdout: "current=/run/current-system\nboot=x\n" });
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.match(ended.message ?? "", /is this machine NixOS\?/);
});

test("a full disk stops in check: host store, host /boot, builder store", async (t) => {
  for (const [where, path, words] of [
    ["host", "/nix/store", /yoga has only 100 MiB free for \/nix\/store/],
    ["host", "/boot", /yoga has only 10 MiB free for \/boot/],
    ["builder", "/nix/store", /builder has only 100 MiB free for \/nix\/store/],
  ] as const) {
    const world = await createWorld(t, ["yoga"]);
    const free = (path === "/boot" ? 10 : 100) * 1024 ** 2;
    if (where === "host") {
      world.host("yoga").free.set(path, free);
    } else {
      world.builder.freeStore = free;
    }
    const bot = await world.startBot();
    const ended = await bot.ends(await bot.deploy("yoga"));
    assert.equal(ended.outcome, "failed");
    assert.match(ended.message ?? "", words);
    assert.equal(
      world.ran.some(({ argv }) => argv.includes("--out-link")),
      false,
    );
  }
});

test("a host without /boot is not held to have a full one", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.shell("yoga").on("df /boot", { stdout: "" });
  const bot = await world.startBot();
  assert.equal((await bot.asks(await bot.deploy("yoga"))).phase, "confirm");
});

test("a file that does not parse is a warning with its place, and stops no host that does not read it", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const revision = world.builder.commit("broken", { yoga: fakeSystem("yoga-3") }).revision;
  const source = storePath(`source-${revision}`);
  world.builder.commit(
    "broken",
    { yoga: fakeSystem("yoga-3") },
    "origin/main",
    `error: syntax error, unexpected '}'\n       at ${source}/hosts/yoga.nix:7:3:\n`,
  );
  const bot = await world.startBot();
  await world.clock.settle(bot.store.setInventory(["yoga"]));
  const asking = await bot.asks(await bot.deploy("yoga"));
  const syntax = asking.checks.find(({ name }) => name === "syntax");
  assert.equal(syntax?.state, "warning");
  assert.equal(syntax?.detail, "1 file does not parse: hosts/yoga.nix:7:3 (syntax error, unexpected '}')");
});

const unlocked = {
  inputs: { attic: { follows: null, ref: null, inputs: {} } },
  asked: ["self", "attic"],
  lock: null,
};

test("a revision whose lock does not pin all inputs is not built: they are named, with how to lock them", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builderShell.on("--expr", { stdout: JSON.stringify(unlocked) });
  const bot = await world.startBot();
  await world.clock.settle(bot.store.setInventory(["yoga"]));
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.match(ended.message ?? "", /does not pin all inputs: attic \(there is no flake\.lock\)/);
  assert.match(ended.help ?? "", /`nix flake lock`.*commit flake\.lock/);
  assert.ok(!world.ran.some(({ argv }) => argv.includes("metadata") || argv.includes("--dry-run")));
});

test("why the flake's hosts cannot be read reaches the person who named one, with Nix's own last lines", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builderShell.on("--expr", { stdout: JSON.stringify(unlocked) });
  const bot = await world.startBot();
  const deploy = await world.clock.settle(
    bot.engine.deploy({
      host: "yoga",
      mode: "deploy",
      ref: null,
      reason: null,
      by: { surface: "web", id: "owner", name: "owner" },
      allowAnyRef: true,
      command: "/deploy yoga",
    }),
  );
  assert.ok("code" in deploy && deploy.code === "unavailable");
  assert.match(deploy.message, /attic \(there is no flake\.lock\)/);
  const { hosts, trouble } = await world.clock.settle(bot.engine.inventory());
  assert.deepEqual(hosts, []);
  assert.match(trouble?.message ?? "", /attic/);
  world.builderShell.on("--expr", {
    exitCode: 1,
    stderr: "error:\n       … while fetching\n\n       error: unable to download 'https://x'\n",
  });
  const again = await world.clock.settle(bot.engine.inventory());
  assert.match(again.trouble?.message ?? "", /unable to download 'https:\/\/x'/);
});

test("a host that left the flake is named, with those that are in it", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  world.builder.commit("without yoga", { "hetzner-vps": fakeSystem("hetzner-vps-3") });
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.equal(ended.message, "yoga is not in the flake at this revision");
  assert.equal(ended.help, "Its hosts are hetzner-vps.");
});

test("an evaluation error names the error, and knows a hint", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("typo", { yoga: { error: "undefined variable 'pgks'" } });
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.phase, "build");
  assert.equal(ended.message, "the evaluation failed: undefined variable 'pgks'");
  assert.match(ended.help ?? "", /not in scope/);
});

test("a build that fails shows its last lines and its error", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const buildLog = [
    '@nix {"action":"start","id":1,"level":3,"type":105,"text":"building","fields":["/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nginx-1.27.drv"]}',
    '@nix {"action":"result","id":1,"type":101,"fields":["cc: no such file"]}',
    `@nix {"action":"msg","level":0,"msg":"error: builder for 'nginx-1.27.drv' failed with exit code 1","raw_msg":"builder failed"}`,
  ];
  world.builder.commit("bad", { yoga: fakeSystem("yoga-bad", { buildExit: 1, buildLog }) });
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.equal(ended.message, "the build failed: builder for 'nginx-1.27.drv' failed with exit code 1");
  assert.deepEqual(ended.lines.slice(0, 2), ["building nginx-1.27", "nginx-1.27> cc: no such file"]);
  assert.equal(
    world.ran.some(({ argv }) => argv.includes("copy")),
    false,
  );
});

test("a copy that fails leaves the host untouched, its gc-roots included", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.copyExit = 1;
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.match(ended.message ?? "", /^copying to yoga failed: cannot connect/);
  assert.deepEqual([...world.host("yoga").roots], []);
});

test("another switch under way on the host is said, not waited for", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.host("yoga").isNixosLockHeld = true;
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.phase, "dry-activate");
  assert.match(ended.message ?? "", /another switch is under way on yoga/);
});

test("a dry-activate that refuses stops with its last lines", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const dryActivate = "checking switch inhibitors... failed\nsystemd differs\n";
  world.builder.commit("inhibited", { yoga: fakeSystem("yoga-3", { dryActivate, dryActivateExit: 1 }) });
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.message, "dry-activate exited with 1");
  assert.deepEqual(ended.lines, ["checking switch inhibitors... failed", "systemd differs"]);
});

test("a command that hangs is ended by its deadline, and the deployment fails", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.shell("yoga").hold(" snapshot ");
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.match(ended.message ?? "", /timeout/);
});

test("an unknown host is refused with the hosts there are; a strange name runs nothing", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  await assert.rejects(bot.deploy("zephyrus"), /unknown-host.*Hosts: hetzner-vps, yoga/);
  const before = world.ran.length;
  for (const host of ["-oProxyCommand=x", "yoga;reboot", "$(id)", "../yoga", "", "a".repeat(64), "yo ga"]) {
    await assert.rejects(bot.deploy(host), /unknown-host/);
    await assert.rejects(bot.rollback(host, 1), /unknown-host/);
  }
  assert.equal(world.ran.length, before);
});

test("a host whose shell greets each command is found before anything is built; a roll back there goes on", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await bot.ends(
    await bot.deploy("yoga").then(async (id) => {
      await bot.asks(id);
      await bot.engine.decide(id, "switch", alice);
      return id;
    }),
  );
  world.builder.commit("third", { yoga: fakeSystem("yoga-3") });
  world.builder.greetings.set("root@yoga", "Welcome!\u001b[0m\n");
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.equal(ended.phase, "check");
  assert.match(ended.message ?? "", /the shell of root on yoga prints "Welcome! \[0m" before each command/);
  assert.match(ended.help ?? "", /case \$- in/);
  const back = await bot.rollback("yoga", 1);
  await bot.asks(back);
  await world.clock.settle(bot.engine.decide(back, "switch", alice));
  assert.equal((await bot.ends(back)).outcome, "deployed");
});
