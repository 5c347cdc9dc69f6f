import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { atTheDesk, bob, deskOver, shown } from "../../fakes/at-the-desk.ts";
import { owner } from "../../fakes/tools.ts";

test("who asks for what stands in the audit before it is done, and what came of it afterwards", async (t) => {
  const { world, desk, say, audit } = await atTheDesk(t);
  const started = await say("/deploy yoga");
  const [id = ""] = started.kind === "started" ? started.deployments : [];
  await say("/deploy yoga", bob);
  await world.clock.settle(desk.decide(id, "cancel", bob));
  const refused = "not-allowed: Bob (U2) may not do this on yoga: it needs the role deployer.";
  assert.deepEqual(await audit(), [
    ["Alice", "asked", "/deploy yoga", ""],
    ["Alice", "answered", "/deploy yoga", `started ${id}`],
    ["Bob (U2)", "refused", "/deploy yoga", refused],
    ["Bob (U2)", "refused", `cancel ${id}`, refused],
  ]);
});

test("an audit that cannot be written keeps nobody from rolling back, and the bot's log says so", async (t) => {
  const { world, say, errors } = await atTheDesk(t);
  await mkdir(join(world.directory, "audit.jsonl"));
  const started = await say("/deploy yoga");
  assert.equal(started.kind, "started");
  assert.deepEqual(errors, ["writing the audit", "writing the audit"]);
});

test("a command that comes twice with one key is begun once, for each person", async (t) => {
  const { bot, say } = await atTheDesk(t);
  const [first, second] = [await say("/deploy yoga", owner, "k1"), await say("/deploy yoga", owner, "k1")];
  assert.deepEqual(second, first);
  assert.equal((await bot.store.open()).length, 1);
  assert.notDeepEqual(await say("/deploy yoga", bob, "k1"), first, "somebody else's key is another one");
});

test("a click goes the same way as the typed command", async (t) => {
  const { world, bot, desk, say } = await atTheDesk(t);
  const started = await say("/deploy yoga");
  const [id = ""] = started.kind === "started" ? started.deployments : [];
  await bot.asks(id);
  const clicked = await world.clock.settle(desk.decide(id, "switch", owner, await shown(bot, id)));
  assert.equal(clicked.kind === "answer" && clicked.text, "yoga will switch.");
  const again = await world.clock.settle(desk.decide(id, "switch", owner, await shown(bot, id)));
  assert.equal(again.kind === "refused" && again.code, "already-decided");
  const nothing = await world.clock.settle(desk.decide("d-20261123-ffff", "switch", owner));
  assert.equal(nothing.kind === "refused" && nothing.code, "unknown-id");
});

test("a log is followed to the end of its deployment", async (t) => {
  const { world, bot, desk, say } = await atTheDesk(t);
  const started = await say("/deploy yoga --build-only");
  const [id = ""] = started.kind === "started" ? started.deployments : [];
  const log = await desk.log(id, { follow: false, from: null, signal: new AbortController().signal });
  assert.notEqual(log, undefined);
  await bot.ends(id);
  let text = "";
  const reading = (async () => {
    const log = await desk.log(id, { follow: true, from: null, signal: new AbortController().signal });
    for await (const chunk of log?.chunks ?? []) {
      text += Buffer.from(chunk).toString();
    }
  })();
  await world.clock.settle(reading);
  assert.match(text, /=== built: /);
  assert.equal(
    await desk.log("d-20261123-ffff", { follow: true, from: null, signal: new AbortController().signal }),
    undefined,
  );
});

test("reading a log leaves no listener behind", async (t) => {
  const { world, bot, desk, say, listeners } = await atTheDesk(t);
  const started = await say("/deploy yoga --build-only");
  const [id = ""] = started.kind === "started" ? started.deployments : [];
  await bot.ends(id);
  const before = listeners();
  for (let count = 0; count < 5; count++) {
    const log = await desk.log(id, { follow: false, from: null, signal: new AbortController().signal });
    const reading = (async () => {
      for await (const _ of log?.chunks ?? []) {
        // Only to its end.
      }
    })();
    await world.clock.settle(reading);
  }
  assert.equal(listeners(), before);
});

test("hosts say what they run and what is under way", async (t) => {
  const { world, bot, desk, say } = await atTheDesk(t);
  const started = await say("/deploy yoga");
  const [id = ""] = started.kind === "started" ? started.deployments : [];
  const active = (await desk.hosts()).hosts.find(({ name }) => name === "yoga");
  assert.deepEqual([active?.active, active?.last], [id, null]);
  await bot.asks(id);
  await world.clock.settle(desk.decide(id, "switch", owner, await shown(bot, id)));
  await bot.ends(id);
  const after = (await desk.hosts()).hosts.find(({ name }) => name === "yoga");
  assert.equal(after?.active, null);
  assert.deepEqual([after?.last?.outcome, after?.last?.generation], ["deployed", 2]);
});

test("anybody may ask for the health, and the builder is asked now and then only", async (t) => {
  const { world, desk } = await atTheDesk(t);
  for (let count = 0; count < 20; count++) {
    await world.clock.settle(desk.health());
  }
  assert.equal(world.ran.filter(({ argv }) => argv[0] === "true").length, 1);
  await world.clock.advance(5_001);
  await world.clock.settle(desk.health());
  assert.equal(world.ran.filter(({ argv }) => argv[0] === "true").length, 2);
});

test("health names the surfaces and the builder, and why the builder is away", async (t) => {
  const { world, desk } = await atTheDesk(t);
  assert.deepEqual(await world.clock.settle(desk.health()), [
    { part: "web", ok: true, detail: "listens" },
    { part: "builder", ok: true, detail: "answers" },
  ]);
  world.builderShell.on("true", new Error("ssh: connect to host builder.secret.example"));
  await world.clock.advance(5_001);
  assert.deepEqual((await world.clock.settle(desk.health()))[1], {
    part: "builder",
    ok: false,
    detail: "does not answer: ssh: connect to host builder.secret.example",
  });
});

test("health names the troubles of the bot in their own words, and /status and /history show the same", async (t) => {
  const { world, desk, say, found } = await atTheDesk(t);
  found.report("records:history/2026-11.json", "1 record of 2026-11 could not be read.");
  assert.deepEqual((await world.clock.settle(desk.health()))[2], {
    part: "records",
    ok: false,
    detail: desk.troubles()[0]?.words,
  });
  for (const command of ["/status", "/history"]) {
    const reply = await say(command);
    const shown = reply.kind === "answer" ? JSON.stringify(reply.blocks[0]) : "";
    assert.equal(shown.includes(desk.troubles()[0]?.words ?? "?"), true, command);
  }
});

test("a run is told with its deployments", async (t) => {
  const { desk, say } = await atTheDesk(t);
  const started = await say("/build-all");
  const run = started.kind === "started" ? started.run : "";
  const found = await desk.run(run);
  assert.deepEqual(
    found?.deployments.map(({ host }) => host),
    ["hetzner-vps", "yoga"],
  );
  assert.equal(await desk.run("r-20261123-ffff"), undefined);
});

test("a delivery that is repeated after a restart begins nothing, and is answered with what it had begun", async (t) => {
  const { world, bot, say } = await atTheDesk(t);
  const first = await say("/deploy yoga", owner, "Ev1");
  assert.equal(first.kind, "started");
  await say("/status", owner, "Ev2");
  bot.kill();
  const again = await deskOver(world, await world.startBot());
  const second = await world.clock.settle(again.desk.say("/deploy yoga", owner, "Ev1"));
  assert.deepEqual(
    [second.kind, second.kind === "started" && second.run],
    ["started", first.kind === "started" && first.run],
  );
  assert.equal((await again.bot.store.open()).length, 1);
  const other = await world.clock.settle(again.desk.say("/deploy hetzner-vps", owner, "Ev1"));
  assert.equal(other.kind === "refused" && other.code, "bad-command");
  const asked = { surface: owner.surface, user: owner.id, said: "/deploy yoga" };
  const known = await world.clock.settle(again.desk.whatCameOf({ ...asked, key: "Ev1" }));
  assert.equal(known.kind === "started" && known.run, first.kind === "started" && first.run);
  const lost = await world.clock.settle(again.desk.whatCameOf({ ...asked, key: "Ev9" }));
  assert.match(
    lost.kind === "refused" ? lost.message : "",
    /before it had answered: \/deploy yoga\. No deployment was begun/,
  );
});

test("a Retry is a request of its own: it has another key than what it repeats", async (t) => {
  const { world, bot, desk, say } = await atTheDesk(t);
  world.builder.commit("broken", { yoga: { error: "nope" } });
  const first = await say("/deploy yoga", owner, "Ev1");
  const run = first.kind === "started" ? first.run : assert.fail();
  await bot.ends(first.kind === "started" ? (first.deployments[0] ?? "") : "");
  const again = await world.clock.settle(
    desk.press({ kind: "act", act: "retry", about: run }, owner, "click-1"),
  );
  assert.equal(again.kind, "started", JSON.stringify(again));
  assert.notEqual(again.kind === "started" && again.run, run);
  const keys = (
    await Promise.all([run, again.kind === "started" ? again.run : ""].map((id) => bot.store.run(id)))
  ).map((one) => one?.request?.key);
  assert.equal(new Set(keys).size, 2, String(keys));
});
