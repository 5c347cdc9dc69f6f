import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Block } from "../../../src/chat/blocks.ts";
import { dispatch } from "../../../src/chat/dispatch.ts";
import type { Identity } from "../../../src/chat/identity.ts";
import { isTrouble } from "../../../src/logs/trouble.ts";
import { partOf, type TroubleKey } from "../../../src/troubles/kinds.ts";
import type { Trouble } from "../../../src/troubles/troubles.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { alice, createWorld } from "../../fakes/world.ts";

async function asking(t: TestContext, hosts?: readonly string[]) {
  const world = await createWorld(t, hosts);
  const bot = await world.startBot();
  const tools = toolsOf(world, bot);
  const ask = async (text: string, who: Identity = owner): Promise<readonly Block[]> => {
    const reply = await world.clock.settle(dispatch(tools, text, who));
    assert.equal(reply.kind, "answer", JSON.stringify(reply));
    return reply.kind === "answer" ? reply.blocks : [];
  };
  return { world, bot, tools, ask };
}

const rowsOf = (blocks: readonly Block[]) =>
  blocks.flatMap((block) => (block.kind === "table" ? block.rows : []));

test("/status has a line for each host, also for one that does not answer", async (t) => {
  const { world, bot, ask } = await asking(t);
  await world.clock.settle(bot.engine.hosts());
  world.host("hetzner-vps").answers = false;
  const blocks = await ask("/status");
  const rows = rowsOf(blocks);
  assert.deepEqual(
    rows.map((row) => [row[0], row[1], row[3]]),
    [
      ["hetzner-vps", "?", "no answer"],
      ["yoga", "1", "running"],
    ],
  );
  assert.match(JSON.stringify(blocks), /Connection timed out/);
});

test("/status of a host that does not answer tells where its console is", async (t) => {
  const { world, ask } = await asking(t, ["yoga"]);
  world.fleet = 'hosts: { yoga: { console: "https://console.example/yoga" } }';
  world.host("yoga").answers = false;
  assert.match(
    JSON.stringify(await ask("/status yoga")),
    /does not answer.*https:\/\/console\.example\/yoga/,
  );
});

test("/status of one host names its failed units and what is under way", async (t) => {
  const { world, bot, ask } = await asking(t, ["yoga"]);
  const sick = fakeSystem("yoga-1", { units: { "nginx.service": { active: "failed" } } });
  world.builder.systems.set(sick.toplevel, sick);
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  const text = JSON.stringify(await ask("/status yoga"));
  assert.match(text, /nginx\.service/);
  assert.equal(text.includes(`${id} (confirm)`), true);
});

test("/status says whether a host runs what the ref says", async (t) => {
  const { world, ask } = await asking(t, ["yoga"]);
  const revision = world.builder.refs.get("origin/main")?.revision ?? "";
  for (const [runs, word] of [
    [revision, /up to date/],
    [world.builder.history.get("origin/main")?.[0]?.revision ?? "", /1 commit behind /],
    // Nobody knows whether a commit that the repository lacks is older.
    ["0123456789abcdef0123456789abcdef01234567", /differs from .*retracted or never pushed/],
  ] as const) {
    const system = fakeSystem("yoga-1", { revision: runs });
    world.builder.systems.set(system.toplevel, system);
    assert.match(JSON.stringify(await ask("/status yoga")), word);
  }
});

test("/status says that a host was changed by hand since its newest deployment", async (t) => {
  const { world, bot, ask } = await asking(t, ["yoga"]);
  const said = async () => JSON.stringify(await ask("/status yoga")).includes("changed by hand");
  assert.equal(await said(), false, "nothing is known of it yet");
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  assert.equal(await said(), false, "a deployment is under way");
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  assert.equal(await said(), false);
  const host = world.host("yoga");
  const deployed = host.current;
  host.current = fakeSystem("yoga-1").toplevel;
  assert.equal(await said(), true, "another system runs");
  host.current = deployed;
  assert.equal(await said(), false);
  host.profile = 1;
  assert.equal(await said(), true, "another generation is in the profile");
  for (const mode of ["build-only", "dry-run"] as const) {
    await bot.ends(await bot.deploy("yoga", { mode }));
    assert.equal(await said(), true, `a ${mode} changes nothing there`);
  }
  await bot.asks(await bot.deploy("yoga"));
  assert.equal(await said(), false, "the bot itself is at work there again");
});

test("/history: newest first, of one host or all, and no more than asked for", async (t) => {
  const { world, bot, ask } = await asking(t);
  for (const host of ["yoga", "hetzner-vps", "yoga"]) {
    const id = await bot.deploy(host, { mode: "build-only", reason: "why not" });
    await bot.ends(id);
    await world.clock.advance(60_000);
  }
  assert.deepEqual(
    rowsOf(await ask("/history")).map((row) => row[1]),
    ["yoga", "hetzner-vps", "yoga"],
  );
  assert.equal(rowsOf(await ask("/history yoga")).length, 2);
  assert.equal(rowsOf(await ask("/history --limit 1")).length, 1);
  assert.match(JSON.stringify(await ask("/history")), /build-only.*why not.*Alice.*built/);
});

test("/history tells what was gone back from, and where what ran was not what booted", async (t) => {
  const { world, bot, ask } = await asking(t, ["yoga"]);
  const carryOut = async (id: string) => {
    await bot.asks(id);
    await bot.engine.decide(id, "switch", alice);
    await bot.ends(id);
    await world.clock.advance(60_000);
    return id;
  };
  await carryOut(await bot.deploy("yoga"));
  assert.doesNotMatch(JSON.stringify(rowsOf(await ask("/history"))), /went back from it/);
  const back = await carryOut(await bot.rollback("yoga", 1));
  const [newest, first] = rowsOf(await ask("/history"));
  assert.match(String(first?.[4]), new RegExp(`^deployed; Alice went back from it \\(${back}\\)`));
  assert.equal(newest?.[4], "deployed", "what was gone back to stays");
  await bot.engine.unlock("yoga", alice, true);
  const host = world.host("yoga");
  host.profile = 2;
  const looked = await bot.deploy("yoga", { mode: "dry-run" });
  await bot.ends(looked);
  assert.match(
    JSON.stringify(rowsOf(await ask("/history"))[0]),
    /generation 1 runs, and generation 2 boots next/,
  );
});

test("/history of nothing says so, and a limit that is none is refused", async (t) => {
  const { world, tools, ask } = await asking(t);
  assert.match(JSON.stringify(await ask("/history")), /Nothing has been deployed yet/);
  for (const limit of ["0", "101", "many"]) {
    const reply = await world.clock.settle(dispatch(tools, `/history --limit ${limit}`, owner));
    assert.equal(reply.kind === "refused" && reply.code, "bad-command");
  }
});

test("/logs shows the end of a log, or only its trouble", async (t) => {
  const { world, bot, ask } = await asking(t, ["yoga"]);
  world.builder.commit("bad", {
    yoga: fakeSystem("yoga-bad", { buildExit: 1, buildLog: ["error: it broke"] }),
  });
  const id = await bot.deploy("yoga", { mode: "build-only" });
  await bot.ends(id);
  assert.match(JSON.stringify(await ask(`/logs ${id}`)), /--- check.*error: it broke/);
  const trouble = JSON.stringify(await ask(`/logs ${id} --errors`));
  assert.match(trouble, /error: it broke/);
  assert.match(trouble, /--- build/);
  assert.equal(trouble.includes("--- check"), false);
});

test("/logs --search finds a text in any case, and says where it stands", async (t) => {
  const { world, bot, tools, ask } = await asking(t, ["yoga"]);
  const buildLog = ["one", "two", "Checking for OpenSSL", "three"];
  world.builder.commit("bad", { yoga: fakeSystem("yoga-bad", { buildExit: 1, buildLog }) });
  const id = await bot.deploy("yoga", { mode: "build-only" });
  await bot.ends(id);
  assert.match(
    JSON.stringify(await ask(`/logs ${id} --search openssl`)),
    /\d+- \S+ two\\n\s*\d+: \S+ Checking for/,
  );
  assert.match(JSON.stringify(await ask(`/logs ${id} --search nothere`)), /nothing of it/);
  const both = await world.clock.settle(dispatch(tools, `/logs ${id} --search a --errors`, owner));
  assert.equal(both.kind === "refused" && both.code, "bad-command");
});

test("/logs of a log that retention removed says so", async (t) => {
  const { world, bot, ask } = await asking(t, ["yoga"]);
  const id = await bot.deploy("yoga", { mode: "build-only" });
  const { log } = await bot.ends(id);
  await rm(join(world.directory, log));
  for (const text of [`/logs ${id}`, `/logs ${id} --errors`, `/logs ${id} --search x`]) {
    assert.match(JSON.stringify(await ask(text)), /removed by retention/);
  }
});

test("/logs of an id that is none is refused", async (t) => {
  const { world, tools } = await asking(t);
  for (const id of ["d-20261123-ffff", "../../etc/passwd", "constructor"]) {
    const reply = await world.clock.settle(dispatch(tools, `/logs ${id}`, owner));
    assert.equal(reply.kind === "refused" && reply.code, "unknown-id", id);
  }
});

test("/hosts says how each is reached, and who may deploy it", async (t) => {
  const { world, ask } = await asking(t);
  world.fleet =
    "hosts: { yoga: { targetHost: local, tags: [desk], risk: low }, hetzner-vps: { targetPort: 2222 } }";
  assert.deepEqual(rowsOf(await ask("/hosts")), [
    ["hetzner-vps", "root@hetzner-vps:2222", "", "medium", "deployer", ""],
    ["yoga", "local", "desk", "low", "deployer", ""],
  ]);
});

test("/hosts tells what runs and what boots where these are two", async (t) => {
  const { world, tools } = await asking(t, ["yoga"]);
  const differs = "generation 1 runs, and generation 2 boots next";
  const seen = () => ({ health: "running", runs: { generation: 1, revision: null, differs } });
  const reply = await world.clock.settle(dispatch({ ...tools, seen }, "/hosts", owner));
  assert.equal(rowsOf(reply.kind === "answer" ? reply.blocks : [])[0]?.at(-1), differs);
});

test("who may not look sees nothing", async (t) => {
  const { world, bot, tools } = await asking(t);
  world.fleet = "roles: { viewer: [] }";
  const id = await bot.deploy("yoga", { mode: "build-only", by: alice });
  await bot.ends(id);
  const stranger: Identity = { surface: "slack", id: "U9", name: "Mallory", groups: [] };
  for (const text of [
    "/status",
    "/hosts",
    "/history",
    `/logs ${id}`,
    "/generations yoga",
    "/rollback yoga",
  ]) {
    const reply = await world.clock.settle(dispatch(tools, text, stranger));
    assert.equal(reply.kind === "refused" && reply.code, "not-allowed", text);
  }
});

test("trouble in a log: errors, warnings, bad ends, and nothing that only sounds like it", () => {
  assert.deepEqual(
    [
      "error: x",
      "warning: y",
      "problem: nginx.service failed",
      "=== rolled-back: z",
      "=== deployed: fine",
      "building terror-1.0",
      "--- check",
    ].filter(isTrouble),
    ["error: x", "warning: y", "problem: nginx.service failed", "=== rolled-back: z"],
  );
});

test("/history and /status say what is wrong with the records, and /status the rest as well", async (t) => {
  const { tools, world } = await asking(t, ["yoga"]);
  const since = "2026-11-24T14:51:26.135Z";
  const trouble = (key: TroubleKey): Trouble => ({
    key,
    part: partOf(key),
    words: `${key} is damaged.`,
    since,
  });
  const troubles = ["disk", ...[1, 2, 3, 4, 5, 6, 7].map((n) => `records:${n}`)].map((key) =>
    trouble(key as TroubleKey),
  );
  for (const [text, more] of [
    ["/history", 2],
    ["/status", 3],
  ] as const) {
    const reply = await world.clock.settle(dispatch({ ...tools, troubles: () => troubles }, text, owner));
    const blocks = reply.kind === "answer" ? reply.blocks : [];
    const shown = blocks.flatMap((block) => (block.kind === "text" ? [block.text] : []));
    assert.equal(
      shown.filter((one) => / is damaged\. \(since 2026-11-24 14:51 UTC\)$/.test(one)).length,
      5,
      text,
    );
    assert.ok(shown.includes(`${more} more are in /healthz and in the bot's log.`), text);
    assert.equal(
      shown.some((one) => one.startsWith("disk ")),
      text === "/status",
      text,
    );
  }
});
