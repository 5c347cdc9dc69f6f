import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ShellError } from "../../../src/remote/shell.ts";
import { atTheCard, next, old } from "../../fakes/at-the-card.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { alice, createWorld, type World } from "../../fakes/world.ts";

test("a host that cannot be reached anew rolls itself back at its own deadline", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world.host("yoga").answersAnew = false;
  // The old connection may go on to work: it proves nothing.
  world.host("yoga").switchTo = keepingAway(world, "answersAnew");
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /nobody could reach this host for 90 s/);
  assert.equal(world.host("yoga").current, old);
});

/** switchTo as it is, and the host stays as unreachable as it was. */
function keepingAway(
  world: World,
  what: "answersAnew",
): (toplevel: string, action: "test" | "boot") => Promise<number> {
  const host = world.host("yoga");
  const { switchTo } = host;
  return async (toplevel, action) => {
    const code = await switchTo(toplevel, action);
    host[what] = false;
    return code;
  };
}

test("a system that cuts the network is rolled back by the host, and the bot sees it when it is back", async (t) => {
  const { world, bot, id } = await atTheCard(t, { cutsNetwork: true });
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.equal(world.host("yoga").current, old);
  assert.equal(world.host("yoga").answers, true);
});

test("a switch script that fails goes back, with its exit code", async (t) => {
  const { world, bot, id } = await atTheCard(t, { testExit: 2 });
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /switch-to-configuration exited with 2/);
  assert.match(
    ended.lines.join("\n"),
    /state: activating\nstate: rolling-back/,
    "with the supervisor's last lines",
  );
  assert.equal(world.host("yoga").current, old);
});

test("a boot loader that cannot be written takes the commit back", async (t) => {
  const { world, bot, id } = await atTheCard(t, { bootExit: 1 });
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /boot loader could not be written/);
  const host = world.host("yoga");
  assert.deepEqual([host.current, host.bootDefault, host.profile], [old, old, 1]);
});

test("NixOS's lock held at the switch is a refusal: nothing was touched", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world.host("yoga").isNixosLockHeld = true;
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.match(ended.message ?? "", /lock was held by another switch; the running system is untouched/);
});

test("somebody who changes the host between activation and commit is not overruled", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  const host = world.host("yoga");
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "validate");
  const byHand = fakeSystem("by-hand");
  world.builder.systems.set(byHand.toplevel, byHand);
  host.store.add(byHand.toplevel);
  host.current = byHand.toplevel;
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "superseded");
  assert.equal(host.current, byHand.toplevel);
  assert.equal(host.profile, 1);
});

test("a host that says no to the start is asked, and has not begun", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world.shell("yoga").once(" start ", { exitCode: 1, stderr: "mkdir: No space left on device" });
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.equal(ended.message, "the switch did not start; the running system is untouched.");
  assert.match(await readFile(join(world.directory, ended.log), "utf8"), /No space left on device/);
  assert.match(ended.lines.join("\n"), /No space left on device/, "the record says why");
  assert.equal(world.host("yoga").abandoned.has(id), true);
});

test("a connection lost while starting, after the supervisor began, is followed to its end", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world.shell("yoga").once(" start ", async (command) => {
    await world.host("yoga").run(command, "shared");
    throw new ShellError("lost", "builder: the connection was lost while ssh ran");
  });
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.equal(world.host("yoga").current, next);
});

test("a connection lost while starting, before the supervisor began, leaves the host untouched and says so", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world
    .shell("yoga")
    .once(" start ", new ShellError("lost", "builder: the connection was lost while ssh ran"));
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.equal(ended.message, "the switch did not start; the running system is untouched.");
  assert.equal(world.host("yoga").current, old);
});

test("a start that reaches the host late is followed, or finds the door shut: never both", async (t) => {
  for (const [late, outcome] of [
    [1_000, "deployed"],
    [10_000, "failed"],
  ] as const) {
    const { world, bot, id } = await atTheCard(t);
    const host = world.host("yoga");
    world.shell("yoga").once(" start ", async (command) => {
      void world.clock.sleep(late).then(() => host.run(command, "shared"));
      throw new ShellError("lost", "builder: the connection was lost while ssh ran");
    });
    await bot.engine.decide(id, "switch", alice);
    const ended = await bot.ends(id);
    await world.clock.advance(60_000);
    assert.equal(ended.outcome, outcome);
    assert.equal(host.current, outcome === "deployed" ? next : old);
    assert.equal(host.supervisors.size, outcome === "deployed" ? 1 : 0);
  }
});

test("a supervisor that died without a word leaves it open what there is, and that is said", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  const host = world.host("yoga");
  await bot.engine.decide(id, "switch", alice);
  await world.clock.until(() => host.supervisors.get(id)?.state() === "activating");
  host.supervisors.get(id)?.die();
  host.switchTo = async () => 1;
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "unknown");
  assert.match(ended.message ?? "", /its supervisor ended while activating/);
});

test("a host that rebooted during the switch runs what it ran before, and that is said", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "validate");
  world.host("yoga").reboot();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /it was rebooted meanwhile, and nothing had been committed/);
  assert.equal(world.host("yoga").current, old);
});

test("a supervisor that is gone after its commit is read from what the host runs", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  const host = world.host("yoga");
  world.freshShell("yoga").once(" decide ", async (command) => {
    await host.run(command, "fresh");
    host.current = next;
    host.setProfile(next);
    host.bootDefault = next;
    host.reboot();
    return {};
  });
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.equal(ended.generation, 2);
});

test("a host that never answers again is unknown, and says where to look", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  const host = world.host("yoga");
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "switch");
  world.shell("yoga").on(/./, new ShellError("unreachable", "yoga: No route to host"));
  world.freshShell("yoga").on(/./, new ShellError("unreachable", "yoga: No route to host"));
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "unknown");
  assert.match(ended.message ?? "", /No route to host/);
  assert.match(ended.help ?? "", /console/);
  assert.equal(Date.parse(ended.finishedAt ?? "") >= Date.parse(ended.supervisedUntil ?? ""), true);
  assert.equal(host.current, old, "the host itself went back: nobody had acked");
});

test("a decision that does not get through lets the host go back by itself", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world.freshShell("yoga").on(" decide ", new ShellError("unreachable", "yoga: Connection refused"));
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /nobody decided for 300 s/);
  assert.equal(world.host("yoga").current, old);
});

test("answers of the host that make no sense are asked for again", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  for (const answer of [{ stdout: "state=acti" }, { stdout: "hello" }, { exitCode: 1 }, { exitCode: 255 }]) {
    world.shell("yoga").once("supervisor.sh show", answer);
  }
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("an intent that cannot be written is a switch that is not begun", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const { update } = bot.store;
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  bot.store.update = async (which, change) => {
    const before = await bot.record(which);
    const after = change(before, { open: [], locks: [] });
    if (after.supervisedUntil !== before.supervisedUntil) {
      throw new Error("ENOSPC");
    }
    return update(which, change);
  };
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.equal(world.host("yoga").supervisors.size, 0);
});

test("the supervisor is given the plan: both systems, the profile that was seen, deadlines, and the units that ran", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  const supervisor = world.host("yoga").supervisors.get(id);
  const { ack_hash: ack, commit_hash: commit, rollback_hash: back, ...plan } = supervisor?.plan ?? {};
  assert.equal(new Set([ack, commit, back]).size, 3, "each answer has a word of its own");
  assert.deepEqual(plan, {
    id,
    old,
    new: next,
    profile_link: "system-1-link",
    generation: "",
    boot_only: "",
    activate_within: "300",
    ack_within: "90",
    commit_within: "300",
    rollback_within: "300",
  });
  assert.deepEqual(supervisor?.activeUnits, ["nginx.service", "sshd.service"]);
});
