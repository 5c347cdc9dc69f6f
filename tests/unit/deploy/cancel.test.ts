import assert from "node:assert/strict";
import { test } from "node:test";
import { ShellError } from "../../../src/remote/shell.ts";
import { alice, bob, createWorld } from "../../fakes/world.ts";

/** A command of each phase before the switch, to stop in the middle of. */
const before = [
  { phase: "check", on: "builder", command: "flake metadata" },
  { phase: "check", on: "yoga", command: " snapshot " },
  { phase: "build", on: "builder", command: "--dry-run" },
  { phase: "build", on: "builder", command: "--out-link" },
  { phase: "copy", on: "builder", command: " copy " },
  { phase: "dry-activate", on: "yoga", command: "dry-activate" },
  { phase: "dry-activate", on: "yoga", command: "diff-closures" },
] as const;

for (const { phase, on, command } of before) {
  test(`cancel stops ${phase} while ${command.trim()} runs, and the host is as it was`, async (t) => {
    const world = await createWorld(t, ["yoga"]);
    const bot = await world.startBot();
    await world.clock.settle(bot.engine.hosts());
    const held = (on === "builder" ? world.builderShell : world.shell("yoga")).hold(command);
    const current = world.host("yoga").current;
    const id = await bot.deploy("yoga");
    await world.clock.until(held.hasStarted);
    const answer = await bot.engine.decide(id, "cancel", bob);
    assert.equal(answer.kind, "decided");
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, "cancelled");
    assert.equal(ended.phase, phase);
    assert.equal(ended.message, `Cancelled by Bob during ${phase}; the running system is untouched.`);
    assert.equal(world.host("yoga").current, current);
    assert.deepEqual([...world.host("yoga").roots, ...world.builder.roots], []);
    assert.deepEqual([...world.host("yoga").processes, ...world.builder.processes], []);
    assert.deepEqual(bot.errors, []);
    held.release();
  });
}

test("a cancel whose work cannot be seen to end does not call itself one, and the next deployment ends it", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const held = world.builderShell.hold("--out-link");
  const id = await bot.deploy("yoga");
  await world.clock.until(held.hasStarted);
  world.builderShell.on("end-owned", new ShellError("unreachable", "builder: no route"));
  await bot.engine.decide(id, "cancel", bob);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.match(
    ended.message ?? "",
    /^Cancelled by Bob during build; .* untouched, but nobody saw its work end/,
  );
  assert.match(ended.lines.join(), /builder: .*no route/);
  assert.equal(world.builder.processes.size, 1);
  world.builderShell.on("end-owned", (command) => world.builder.run(command));
  assert.equal((await bot.asks(await bot.deploy("yoga"))).phase, "confirm");
  assert.deepEqual([...world.builder.processes], []);
});

test("what a cancel finds still at work is named", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const held = world.shell("yoga").hold("dry-activate");
  const id = await bot.deploy("yoga");
  await world.clock.until(held.hasStarted);
  world.shell("yoga").on("end-owned", { exitCode: 1, stdout: "4711 switch-to-configuration dry-activate\n" });
  await bot.engine.decide(id, "cancel", bob);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.deepEqual(ended.lines, ["yoga still runs 4711 switch-to-configuration dry-activate"]);
});

test("a build whose connection is lost is ended before the deployment is said to have failed", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const running = { owner: "", argv: ["nix", "build"] };
  world.builderShell.once("--out-link", ({ owner = "" }) => {
    world.builder.processes.add({ ...running, owner });
    throw new ShellError("lost", "builder: the connection was lost");
  });
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.match(ended.message ?? "", /connection was lost/);
  assert.deepEqual([...world.builder.processes], []);
});

test("after the switch began, cancel is refused and says what there is instead", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "switch");
  const answer = await bot.engine.decide(id, "cancel", bob);
  assert.equal(answer.kind === "refused" && answer.code, "too-late");
  assert.match(answer.kind === "refused" ? answer.message : "", /Alice clicked switch already/);
  assert.match(answer.kind === "refused" ? (answer.help ?? "") : "", /\/rollback yoga previous/);
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("cancelling one deployment leaves the others at work", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const yoga = await bot.deploy("yoga");
  const vps = await bot.deploy("hetzner-vps");
  await bot.asks(yoga);
  await bot.engine.decide(yoga, "cancel", alice);
  await bot.ends(yoga);
  await bot.asks(vps);
  await bot.engine.decide(vps, "switch", alice);
  assert.equal((await bot.ends(vps)).outcome, "deployed");
});

test("cancelling one host of a /build-all leaves the joint evaluation to the others; cancelling all ends it", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  const held = world.builderShell.hold("--dry-run");
  const request = { jobs: null, ref: null, by: alice, allowAnyRef: false, command: "/build-all" };
  const started = await world.clock.settle(bot.engine.buildAll(request));
  const [one = "", other = ""] = started.kind === "started" ? started.deployments.map(({ id }) => id) : [];
  await world.clock.until(held.hasStarted);
  await bot.engine.decide(one, "cancel", bob);
  assert.equal((await bot.ends(one)).outcome, "cancelled");
  assert.equal(world.builder.processes.size, 1);
  await bot.engine.decide(other, "cancel", bob);
  assert.equal((await bot.ends(other)).outcome, "cancelled");
  assert.deepEqual([...world.builder.processes], []);
});
