import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createDesk } from "../../../src/chat/create-desk.ts";
import { createEvents, type Events } from "../../../src/chat/events.ts";
import type { Identity } from "../../../src/chat/identity.ts";
import { createLive } from "../../../src/chat/live.ts";
import { bounds } from "../../../src/config/bounds.ts";
import { digestOf } from "../../../src/deploy/consent.ts";
import { logFiles } from "../../../src/logs/log-files.ts";
import { createTroubles } from "../../../src/troubles/troubles.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { type Bot, createWorld, type World } from "../../fakes/world.ts";

const shown = async (bot: Bot, id: string) => digestOf([await bot.record(id)]);
const bob: Identity = { surface: "slack", id: "U2", name: "Bob", groups: [] };

async function atTheDesk(t: TestContext) {
  const world = await createWorld(t);
  return deskOver(world, await world.startBot());
}

async function deskOver(world: World, bot: Bot) {
  const fail = (error: unknown) => assert.fail(String(error));
  const made = createEvents(world.clock, fail);
  const errors: string[] = [];
  const logged = (words: string) => void errors.push(words);
  const found = createTroubles({
    clock: world.clock,
    mask: bot.redact.text,
    log: { error: logged, info: logged },
  });
  let listeners = 0;
  const events: Events = {
    emit: made.emit,
    subscribe(lastSeq, listener) {
      listeners += 1;
      const stop = made.subscribe(lastSeq, listener);
      let isStopped = false;
      return () => {
        listeners -= isStopped ? 0 : 1;
        isStopped = true;
        stop();
      };
    },
  };
  const desk = createDesk({
    tools: { ...toolsOf(world, bot), troubles: found.all },
    events,
    live: createLive(events, bot.store, world.clock, fail),
    logs: logFiles(world.directory, world.clock, bot.redact, () => 1e6),
    audit: bot.audit,
    redact: bot.redact,
    shells: { control: world.builderShell },
    clock: world.clock,
    log: { error: (_details, message) => void errors.push(message) },
    surfaces: () => [{ name: "web", health: () => ({ ok: true, detail: "listens" }) }],
  });
  const say = (text: string, who = owner, key?: string) => world.clock.settle(desk.say(text, who, key));
  const audit = async () =>
    (await readFile(join(world.directory, "audit.jsonl"), "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ who, what, about, detail }) => [who.name, what, about, detail]);
  return { world, bot, desk, say, audit, errors, found, listeners: () => listeners };
}

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
    ["Bob (U2)", "asked", "/deploy yoga", ""],
    ["Bob (U2)", "refused", "/deploy yoga", refused],
    ["Bob (U2)", "clicked", `cancel ${id}`, ""],
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

test("a person without a role who floods the desk leaves a few lines in the audit, and one that says how many there were", async (t) => {
  const { world, desk, say, audit } = await atTheDesk(t);
  const { other, within } = bounds.commands;
  const replies = [];
  for (let one = 0; one < other + 50; one++) {
    replies.push(await say("/deploy yoga", bob));
  }
  const codes = replies.map((reply) => (reply.kind === "refused" ? reply.code : reply.kind));
  assert.equal(codes.filter((code) => code === "too-many").length, 50);
  assert.equal((await audit()).length, 2 * other + 1);
  const last = replies.at(-1);
  assert.equal(last?.kind === "refused" && last.help, "Ask again in 60 s.");
  assert.equal((await say("/deploy yoga")).kind, "started", "a decider is not kept waiting");
  await world.clock.advance(within);
  await desk.sumUp();
  const [, , about, detail] = (await audit()).at(-1) ?? [];
  assert.equal(about, "slack:U2");
  assert.match(detail ?? "", /^too-many: 49 more in the minute from 2026-/);
});

test("a command refused as one too many is done when the same delivery comes again later", async (t) => {
  const { world, say } = await atTheDesk(t);
  for (let one = 0; one < bounds.commands.decider; one++) await say("/nothing");
  const refused = await say("/deploy yoga", owner, "k-1");
  assert.equal(refused.kind === "refused" && refused.code, "too-many");
  await world.clock.advance(bounds.commands.within);
  assert.equal((await say("/deploy yoga", owner, "k-1")).kind, "started");
});
