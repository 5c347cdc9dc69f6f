import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ShellError } from "../../../src/remote/shell.ts";
import { type FakeSystem, fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, type Bot, createWorld, type World } from "../../fakes/world.ts";

const old = storePath("nixos-system-yoga-1");
const next = storePath("nixos-system-yoga-2");

/** A fleet of one host whose new system behaves as told, with its card waiting. */
async function atTheCard(
  t: Parameters<typeof createWorld>[0],
  change: Partial<FakeSystem> = {},
): Promise<{ world: World; bot: Bot; id: string }> {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("the new one", { yoga: fakeSystem("yoga-2", change) });
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  return { world, bot, id };
}

test("a unit that fails under the new system rolls it back, with the unit named", async (t) => {
  const { world, bot, id } = await atTheCard(t, {
    testExit: 4,
    units: {
      "nginx.service": { active: "failed", result: "exit-code" },
      "sshd.service": { active: "active" },
    },
  });
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /nginx\.service failed \(exit-code\)/);
  assert.deepEqual(ended.lines, ["nginx.service failed (exit-code)"]);
  assert.equal(ended.generation, 1);
  const host = world.host("yoga");
  assert.equal(host.current, old);
  assert.equal(host.bootDefault, old);
  assert.equal(host.profile, 1);
  assert.deepEqual(host.supervisors.get(id)?.states, [
    "activating",
    "activated 4",
    "acked 4",
    "rolling-back nginx.service failed (exit-code)",
    "rolled-back nginx.service failed (exit-code)",
  ]);
});

test("what the failed unit wrote itself stands beside why it was rolled back", async (t) => {
  const { world, bot, id } = await atTheCard(t, {
    testExit: 4,
    units: { "nginx.service": { active: "failed", result: "exit-code" } },
  });
  world.host("yoga").journal = "Nov 24 11:18:23 yoga nginx[463]: [emerg] cannot load certificate\n";
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(
    ended.lines.includes("Nov 24 11:18:23 yoga nginx[463]: [emerg] cannot load certificate"),
    true,
  );
  const asked = world.ran.find(({ argv }) => argv[0] === "journalctl");
  assert.equal(asked?.argv.at(-1), "--unit=nginx.service");
});

test("a unit that was failed before does not roll a good system back", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const units = {
    "old.service": { active: "failed", result: "exit-code" },
    "sshd.service": { active: "active" },
  };
  const first = fakeSystem("yoga-1", { units });
  world.builder.systems.set(first.toplevel, first);
  world.builder.commit("better", { yoga: fakeSystem("yoga-2", { units, testExit: 4 }) });
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed-degraded");
  assert.deepEqual(ended.lines, ["old.service failed (exit-code)"]);
  assert.equal(world.host("yoga").current, next);
});

test("a check of fleet.yaml that fails three times rolls back; one that comes round does not", async (t) => {
  for (const failures of [2, 3]) {
    const world = await createWorld(t, ["yoga"]);
    world.fleet = 'hosts: { yoga: { checks: [{ http: "http://localhost/healthz" }] } }';
    const bot = await world.startBot();
    const id = await bot.deploy("yoga");
    await bot.asks(id);
    world.freshShell("yoga").on("curl", {});
    for (let count = 0; count < failures; count++) {
      world.freshShell("yoga").once("curl", { exitCode: 22, stderr: "curl: (22) 503\n" });
    }
    await bot.engine.decide(id, "switch", alice);
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, failures === 3 ? "rolled-back" : "deployed");
    if (failures === 3) {
      assert.deepEqual(ended.lines, ["check http://localhost/healthz: curl: (22) 503"]);
    }
  }
});

test("the health is read in the middle of the settle time and at its end, over fresh connections", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  const readAt: number[] = [];
  world.freshShell("yoga").on(" snapshot ", async (command) => {
    readAt.push(world.clock.now());
    return world.host("yoga").run(command, "fresh");
  });
  await bot.engine.decide(id, "switch", alice);
  const acked = await bot.reaches(id, ({ phase }) => phase === "validate");
  await bot.ends(id);
  const begun = Date.parse(acked.times.validate?.startedAt ?? "");
  assert.deepEqual(
    readAt.map((time) => time - begun),
    [7_500, 15_000],
  );
});

test("a unit that is still starting is waited for a little, and then is a problem", async (t) => {
  for (const [starts, outcome] of [
    [10, "deployed"],
    [1_000, "rolled-back"],
  ] as const) {
    const { world, bot, id } = await atTheCard(t, {
      units: { "nginx.service": { active: "activating", sub: "start" } },
    });
    const begun = () => Date.parse(bot.changes.at(-1)?.times.validate?.startedAt ?? "");
    world.freshShell("yoga").on(" snapshot ", async (command) => {
      if (world.clock.now() - begun() > (15 + starts) * 1000) {
        const well = fakeSystem("yoga-2");
        world.builder.systems.set(well.toplevel, well);
      }
      return world.host("yoga").run(command, "fresh");
    });
    await bot.engine.decide(id, "switch", alice);
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, outcome);
    if (outcome === "rolled-back") {
      assert.match(ended.message ?? "", /nginx\.service was active and is activating/);
    }
  }
});

test("what failed while the card waited is not the switch's doing", async (t) => {
  const units = {
    "nginx.service": { active: "failed", result: "oom-kill" },
    "sshd.service": { active: "active" },
  };
  const { world, bot, id } = await atTheCard(t, { units });
  const sick = fakeSystem("yoga-1", { units });
  world.builder.systems.set(sick.toplevel, sick);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed-degraded");
  assert.deepEqual(ended.lines, ["nginx.service failed (oom-kill)"]);
});

test("a snapshot that was cut is asked for again, and never judged", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world.freshShell("yoga").once(" snapshot ", { stdout: "running\n1\nId=sshd.service\n" });
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

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

test("a health that cannot be read is no good health", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  world.freshShell("yoga").on(" snapshot ", { exitCode: 1, stderr: "Failed to connect to bus" });
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /its health could not be read: .*Failed to connect to bus/);
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
  assert.deepEqual(supervisor?.plan, {
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
