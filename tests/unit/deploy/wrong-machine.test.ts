import assert from "node:assert/strict";
import { test } from "node:test";
import { dispatch } from "../../../src/chat/dispatch.ts";
import { judgeMachine } from "../../../src/deploy/machines.ts";
import type { Machine } from "../../../src/fleet/machine.ts";
import { machineNamed } from "../../fakes/fake-host.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { rolloutRequest } from "../../fakes/roll-out.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { alice, type Bot, bob, createWorld, type World } from "../../fakes/world.ts";

async function sayYes(bot: Bot, id: string) {
  const asked = await bot.asks(id);
  assert.equal(asked.phase, "confirm", asked.message ?? "");
  await bot.engine.decide(id, "switch", alice);
  return bot.ends(id);
}

/** A fleet whose machines are known, as each was deployed once. */
async function knownFleet(t: Parameters<typeof createWorld>[0], hosts = ["hetzner-vps", "yoga"]) {
  const world = await createWorld(t, hosts);
  const bot = await world.startBot();
  for (const host of hosts) {
    assert.equal((await sayYes(bot, await bot.deploy(host))).outcome, "deployed");
  }
  newCode(world, hosts, 3);
  return { world, bot };
}

function newCode(world: World, hosts: readonly string[], version: number): void {
  world.builder.commit(
    `version ${version}`,
    Object.fromEntries(hosts.map((host) => [host, fakeSystem(`${host}-${version}`)])),
  );
}

test("machines that were copied and share one host key are told apart by the others, or by their machine-id", () => {
  const key = (type: string, name: string) => `${type} SHA256:${name}`;
  const machine = (name: string, ...hostKeys: string[]): Machine => ({
    ...machineNamed(name),
    bootId: `boot of ${name}`,
    hostKeys,
  });
  const image = key("ssh-rsa", "image");
  const yoga = machine("yoga", key("ssh-ed25519", "yoga"), image);
  const judged = (seen: Machine, other: Machine) =>
    judgeMachine("yoga", seen, { yoga, other }, ["yoga", "other"]).kind;
  const other = machine("other", key("ssh-ed25519", "other"), image);
  assert.equal(judged(other, other), "other", "of one type the keys differ");
  const copied = machine("other", ...yoga.hostKeys);
  assert.equal(
    judged(copied, copied),
    "other",
    "it has all keys of yoga, and the machine-id of another name",
  );
  assert.equal(judged(machine("fresh", ...yoga.hostKeys), other), "same", "a root in memory has a new id");
  assert.equal(judged({ ...yoga, hostKeys: [key("ssh-ed25519", "yoga")] }, other), "same", "a key less");
  const [ed25519 = ""] = yoga.hostKeys;
  const remade = machine("yoga", ed25519, key("ssh-rsa", "made at this boot"));
  assert.equal(judged(remade, other), "same", "a second key that is not kept");
});

/** Every way to act on a host. */
const acts: Readonly<Record<string, (bot: Bot) => Promise<string>>> = {
  deploy: (bot) => bot.deploy("yoga"),
  "dry run": (bot) => bot.deploy("yoga", { mode: "dry-run" }),
  boot: (bot) => bot.deploy("yoga", { mode: "boot" }),
  diff: (bot) => bot.deploy("yoga", { mode: "diff" }),
  "roll back": (bot) => bot.rollback("yoga", 1),
  gc: (bot) => bot.act("yoga", { mode: "gc" }),
  prune: (bot) => bot.act("yoga", { mode: "prune", keep: 1 }),
  reboot: (bot) => bot.act("yoga", { mode: "reboot" }),
};

for (const [name, begin] of Object.entries(acts)) {
  test(`another machine under a known name stops it before anything is done: ${name}`, async (t) => {
    const { world, bot } = await knownFleet(t);
    const yoga = world.host("yoga");
    yoga.machine = machineNamed("intruder");
    const before = { current: yoga.current, profile: yoga.profile };
    const ended = await bot.ends(await begin(bot));
    assert.equal(ended.outcome, "failed");
    assert.match(
      ended.message ?? "",
      /another machine answers as yoga: expected ssh-ed25519 SHA256:.*called yoga/,
    );
    assert.match(ended.message ?? "", /and ssh-ed25519 SHA256:.*called intruder.* answers/);
    assert.match(ended.help ?? "", /targetHost of yoga.*\/adopt yoga/);
    assert.deepEqual({ current: yoga.current, profile: yoga.profile }, before);
  });
}

test("another machine that comes under this name while the card waits stops the click", async (t) => {
  const { world, bot } = await knownFleet(t);
  world.host("yoga").acts.garbage.push("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a");
  for (const name of ["deploy", "roll back", "gc", "reboot"]) {
    const id = await acts[name]?.(bot);
    assert.ok(id);
    await bot.asks(id);
    world.host("yoga").machine = machineNamed("intruder");
    const ended = await sayYes(bot, id);
    assert.equal(ended.outcome, "refused", `${name}: ${ended.message}`);
    assert.match(ended.message ?? "", /Nothing was done: another machine answers as yoga/);
    world.host("yoga").machine = machineNamed("yoga");
  }
});

test("a name that reaches another host's machine is stopped at its first contact, known or not", async (t) => {
  const { world, bot } = await knownFleet(t, ["ovh-vps"]);
  const known = await bot.store.machines();
  assert.deepEqual(Object.keys(known), ["ovh-vps"]);
  const other = await createWorld(t, ["ovh-vps", "zephyrus"]);
  const second = await other.startBot();
  // Never deployed from here, and it runs the system of ovh-vps.
  other.host("zephyrus").machine = machineNamed("ovh-vps");
  const unknown = await second.ends(await second.deploy("zephyrus"));
  assert.equal(unknown.outcome, "failed");
  assert.match(unknown.message ?? "", /the machine that answers as zephyrus runs the system of ovh-vps/);
  assert.equal((await sayYes(second, await second.deploy("ovh-vps"))).outcome, "deployed");
  const pinned = await second.ends(await second.deploy("zephyrus"));
  assert.match(pinned.message ?? "", /zephyrus and ovh-vps are one machine/);
  assert.equal(world.host("ovh-vps").profile, 2);
});

test("at the first contact the running system's name is compared with the one that the new system has, not with the attribute", async (t) => {
  for (const [runs, wanted, outcome] of [
    ["web1", "web1", "confirm"],
    ["web1.example.org", "web1", "confirm"],
    ["WEB1", "web1", "confirm"],
    ["nixos", "web1", "confirm"],
    ["anything", "", "confirm"],
    ["db1", "web1", "failed"],
    ["web-1", "web1", "failed"],
  ] as const) {
    const world = await createWorld(t, ["web-1"]);
    world.host("web-1").machine.hostName = runs;
    world.builderShell.on(/^cat .*\/etc\/hostname/, { stdout: wanted === "" ? "" : `${wanted}\n` });
    const bot = await world.startBot();
    const asked = await bot.asks(await bot.deploy("web-1"));
    assert.equal(asked.outcome ?? asked.phase, outcome, `${runs}, ${wanted}: ${asked.message}`);
    if (outcome === "failed") {
      assert.match(
        asked.message ?? "",
        new RegExp(`runs a system called ${runs}, and the one to deploy is called web1`),
      );
      assert.equal(world.host("web-1").roots.size, 0, "nothing has reached it");
    }
  }
});

test("the same host key with a new machine-id after a boot is a warning, and a roll back goes on", async (t) => {
  const { world, bot } = await knownFleet(t);
  world.fleet = "defaults: { lockAfterRollback: false }";
  const yoga = world.host("yoga");
  yoga.machine.machineId = "f".repeat(32);
  const early = await bot.ends(await bot.rollback("yoga", 1));
  assert.match(early.message ?? "", /another machine-id than before, in the same boot/);
  yoga.bootId = "boot-2";
  const id = await bot.rollback("yoga", 1);
  const asked = await bot.asks(id);
  const found = asked.checks.find(({ name }) => name === "machine");
  assert.equal(found?.state, "warning");
  assert.match(found?.detail ?? "", /its host key, and another machine-id than before: f{32}/);
  assert.equal((await sayYes(bot, id)).outcome, "deployed");
  assert.equal((await bot.store.machines())["yoga"]?.machineId, "f".repeat(32));
});

test("a machine with one more host key, or one fewer, is the same; one with none is known by its machine-id", async (t) => {
  const { world, bot } = await knownFleet(t);
  world.fleet = "defaults: { lockAfterRollback: false }";
  const yoga = world.host("yoga");
  const key = machineNamed("second key").hostKeys;
  yoga.machine.hostKeys.push(...key);
  assert.equal((await sayYes(bot, await bot.rollback("yoga", 1))).outcome, "deployed");
  yoga.machine.hostKeys = [...key];
  assert.equal((await bot.asks(await bot.act("yoga", { mode: "reboot" }))).phase, "confirm");
  const other = await createWorld(t, ["yoga"]);
  other.host("yoga").machine.hostKeys = [];
  const second = await other.startBot();
  assert.equal((await sayYes(second, await second.deploy("yoga"))).outcome, "deployed");
  other.host("yoga").machine.machineId = "e".repeat(32);
  assert.equal((await second.ends(await second.rollback("yoga", 1))).outcome, "failed");
});

test("nobody keeps a machine by looking: only a click does", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.status(null));
  await world.clock.settle(bot.engine.health("yoga"));
  await bot.ends(await bot.deploy("yoga", { mode: "diff" }));
  await bot.ends(await bot.deploy("yoga", { mode: "dry-run" }));
  const id = await bot.deploy("yoga");
  const asked = await bot.asks(id);
  assert.match(
    asked.checks.find(({ name }) => name === "machine")?.detail ?? "",
    /first contact: ssh-ed25519 SHA256:/,
  );
  assert.deepEqual(await bot.store.machines(), {});
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  assert.deepEqual(Object.keys(await bot.store.machines()), ["yoga"]);
});

test("an adopted machine stands for its host from the click on, and the card shows the old and the new one", async (t) => {
  const { world, bot } = await knownFleet(t);
  world.fleet = "defaults: { lockAfterRollback: false }";
  world.host("yoga").machine = machineNamed("replacement");
  const id = await bot.act("yoga", { mode: "adopt" });
  const asked = await bot.asks(id);
  const detail = asked.checks.find(({ name }) => name === "machine")?.detail ?? "";
  assert.match(
    detail,
    /it was ssh-ed25519 SHA256:.*called yoga.*now ssh-ed25519 SHA256:.*called replacement.* answers/,
  );
  assert.equal(
    (await bot.ends(await bot.rollback("hetzner-vps", 1).then(async (one) => (await sayYes(bot, one)).id)))
      .outcome,
    "deployed",
  );
  assert.equal((await sayYes(bot, id)).outcome, "done");
  assert.equal((await sayYes(bot, await bot.rollback("yoga", 1))).outcome, "deployed");
  world.host("yoga").machine = machineNamed("yoga");
  assert.equal(
    (await bot.ends(await bot.act("yoga", { mode: "reboot" }))).outcome,
    "failed",
    "the old one is another machine now",
  );
});

test("a machine that is swapped between the card and the click is not adopted", async (t) => {
  const { world, bot } = await knownFleet(t);
  world.fleet = "defaults: { lockAfterRollback: false }";
  world.host("yoga").machine = machineNamed("replacement");
  const id = await bot.act("yoga", { mode: "adopt" });
  await bot.asks(id);
  world.host("yoga").machine = machineNamed("third");
  const ended = await sayYes(bot, id);
  assert.equal(ended.outcome, "superseded", ended.message ?? "");
  assert.equal((await bot.store.machines())["yoga"]?.hostName, "yoga");
});

test("two names that reach one machine share its locks and its turn", async (t) => {
  const world = await createWorld(t, ["Yoga", "yoga"]);
  world.fleet = "hosts:\n  Yoga: { targetHost: machine-7 }\n  yoga: { targetHost: MACHINE-7 }\n";
  world.host("Yoga").machine = machineNamed("yoga");
  const bot = await world.startBot();
  const first = await bot.deploy("yoga", { mode: "dry-run" });
  const second = await bot.deploy("Yoga", { mode: "dry-run" });
  assert.equal((await bot.record(second)).queue.state, "waiting");
  await bot.ends(first);
  await bot.ends(second);
  const lock = { reason: "disk", lasts: null, by: bob, command: "/lock yoga disk" };
  assert.equal((await bot.engine.lock({ ...lock, host: "yoga" })).kind, "locked");
  const twice = await bot.engine.lock({ ...lock, host: "Yoga" });
  assert.match(twice.kind === "refused" ? twice.message : "", /locked already/);
  await assert.rejects(bot.deploy("Yoga"), /Yoga is locked: .*as yoga, which is the same machine/);
  assert.equal((await bot.engine.unlock("Yoga", bob, false)).kind, "unlocked");
  const request = rolloutRequest({ hosts: ["yoga", "Yoga"], by: alice });
  const both = await world.clock.settle(bot.engine.rollOut(request));
  assert.match(both.kind === "refused" ? both.message : "", /yoga and Yoga are one machine/);
});

test("/status and /health say that another machine answers, and a lock stands at each name of its machine", async (t) => {
  const { world, bot } = await knownFleet(t);
  const { healthReport } = world.host("yoga");
  world.host("yoga").machine = machineNamed("intruder");
  const say = (text: string) => world.clock.settle(dispatch(toolsOf(world, bot), text, owner));
  assert.match(JSON.stringify(await say("/status")), /another machine answers as yoga: expected/);
  assert.match(JSON.stringify(await say("/status yoga")), /Another machine answers as yoga/);
  assert.doesNotMatch(JSON.stringify(await say("/status hetzner-vps")), /nother machine/);
  assert.equal(healthReport, "");
  world.fleet = "hosts:\n  yoga: { targetHost: one }\n  hetzner-vps: { targetHost: one }\n";
  await say("/lock yoga new disk");
  assert.match(
    JSON.stringify(await say("/status hetzner-vps")),
    /new disk \(as yoga, which is the same machine\)/,
  );
});

test("a look at an unknown end corrects nothing where another machine answers", async (t) => {
  const { world, bot } = await knownFleet(t);
  const yoga = world.host("yoga");
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  world.shell("yoga").on(/ start /, () => {
    yoga.answers = false;
    return {};
  });
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "unknown");
  yoga.answers = true;
  yoga.machine = machineNamed("intruder");
  const looked = await world.clock.settle(bot.engine.lookAgain(id, bob));
  assert.match(looked.kind === "refused" ? looked.message : looked.kind, /another machine answers as yoga/);
  assert.equal((await bot.record(id)).outcome, "unknown");
});
