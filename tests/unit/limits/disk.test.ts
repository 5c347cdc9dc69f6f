import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { verifyAudit } from "../../../src/audit-command.ts";
import { createDesk } from "../../../src/chat/create-desk.ts";
import { createEvents } from "../../../src/chat/events.ts";
import { createLive } from "../../../src/chat/live.ts";
import type { EngineParts } from "../../../src/deploy/parts.ts";
import { logFiles } from "../../../src/logs/log-files.ts";
import { lockDataDirectory } from "../../../src/store/data-directory.ts";
import { diskTrouble } from "../../../src/store/disk-trouble.ts";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { diskReserve } from "../../../src/store/reserve.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { noSmallDisk, type SmallDisk, smallDisk } from "../../fakes/small-disk.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { alice, createWorld } from "../../fakes/world.ts";

const quietly = { onFull: () => {}, onError: () => {} };
const onDisk = noSmallDisk === null ? {} : { skip: noSmallDisk };

/** A bot whose data directory is a real, small disk. */
async function botOn(t: TestContext, disk: SmallDisk, change: Partial<EngineParts> = {}) {
  const world = await createWorld(t, ["yoga"], disk.directory);
  const bot = await world.startBot(change);
  await world.clock.settle(bot.engine.hosts());
  const events = createEvents(world.clock, (error) => assert.fail(String(error)));
  const desk = createDesk({
    tools: toolsOf(world, bot),
    events,
    live: createLive(events, bot.store, world.clock, (error) => assert.fail(String(error))),
    logs: logFiles(disk.directory, world.clock, bot.redact, () => 1e6),
    audit: bot.audit,
    redact: bot.redact,
    shells: { control: world.builderShell },
    clock: world.clock,
    log: { error: () => {} },
    surfaces: () => [],
  });
  const say = (text: string, key?: string) => world.clock.settle(desk.say(text, owner, key));
  return { world, bot, desk, say };
}

test("a data directory that cannot be one is told at the start, with what to do", async (t) => {
  const path = join(await scratchDirectory(t), "data");
  await writeFile(path, "a file in its place");
  await assert.rejects(
    lockDataDirectory(path, () => {}),
    /^Error: SWITCHYARD_DATA_DIR \S+data cannot be written: it is not a directory\. Set SWITCHYARD_DATA_DIR/,
  );
});

test("a full or read-only disk is told at the start, with what to do", onDisk, async (t) => {
  const disk = await smallDisk(t);
  await disk.fill();
  await assert.rejects(
    lockDataDirectory(disk.directory, () => {}),
    /cannot be written: the disk is full, and no reserve is left to start with\. Free some space there: 1 MB lets the bot start/,
  );
  await disk.free();
  await disk.makeReadOnly();
  await assert.rejects(
    lockDataDirectory(disk.directory, () => {}),
    /cannot be written: it is read-only\. Mount it writable/,
  );
  await disk.makeWritable();
  await (await lockDataDirectory(disk.directory, () => {})).unlock();
  assert.deepEqual(await readdir(disk.directory), ["lock"], "nothing is left of the look");
});

test("what a disk refused is known through the errors around it", () => {
  const full = Object.assign(new Error("write"), { code: "ENOSPC" });
  assert.equal(
    diskTrouble(new Error("a", { cause: new Error("b", { cause: full }) }))?.what,
    "the disk is full",
  );
  assert.equal(diskTrouble(new Error("ssh said no")), null);
  assert.equal(diskTrouble("ENOSPC"), null);
});

for (const [what, harm, mend] of [
  ["full", "fill", "free"],
  ["read-only", "makeReadOnly", "makeWritable"],
] as const) {
  test(`while the disk is ${what} nothing is begun, and the refusal says why`, onDisk, async (t) => {
    const disk = await smallDisk(t);
    const { bot, say } = await botOn(t, disk);
    await disk[harm]();
    for (const command of ["/deploy yoga", "/build-all", "/deploy yoga --build-only"]) {
      const refused = await say(command, "k1");
      assert.equal(refused.kind === "refused" && refused.code, "unavailable", command);
      assert.match(
        refused.kind === "refused" ? refused.message : "",
        /^The bot cannot write to its data directory: .*\. Nothing was done\.$/,
      );
    }
    assert.deepEqual(await bot.store.open(), []);
    await disk[mend]();
    const logs = await readdir(join(disk.directory, "logs"), { recursive: true }).catch(() => []);
    assert.deepEqual(
      logs.filter((name) => name.endsWith(".log")),
      [],
      "no log of what was never begun",
    );
    const started = await say("/deploy yoga", "k2");
    assert.equal(started.kind, "started", "and the same command is begun when it can be");
  });
}

test("a refusal for the disk is not remembered for the key of a pipeline", onDisk, async (t) => {
  const disk = await smallDisk(t);
  const { say } = await botOn(t, disk);
  await disk.fill();
  assert.equal((await say("/deploy yoga", "ci-1")).kind, "refused");
  await disk.free();
  assert.equal((await say("/deploy yoga", "ci-1")).kind, "started");
});

test(
  "a disk that is full during a deployment loses no record, no audit and no decision",
  onDisk,
  async (t) => {
    const disk = await smallDisk(t);
    const { world, bot } = await botOn(t, disk);
    const id = await bot.deploy("yoga");
    await bot.asks(id);
    await bot.engine.decide(id, "switch", alice);
    await disk.fill();
    await world.clock.advance(60_000);
    assert.equal((await bot.record(id)).outcome, null, "it waits for the disk");
    await disk.free();
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, "deployed");
    await world.clock.advance(10_000);
    const again = await lowdbStore(disk.directory, world.clock);
    assert.deepEqual(again.notices(), []);
    assert.equal((await again.deployment(id))?.outcome, "deployed");
    assert.match(await verifyAudit(disk.directory), /^\d+ lines are sound/);
    const audit = await readFile(join(disk.directory, "audit.jsonl"), "utf8");
    for (const what of ["decided", "ended"]) {
      assert.match(audit, new RegExp(`"what":"${what}","about":"${id}"`));
    }
  },
);

test(
  "a store on a full disk goes back to what the file says, and the file stays whole",
  onDisk,
  async (t) => {
    const disk = await smallDisk(t);
    const { world, bot } = await botOn(t, disk);
    const id = await bot.deploy("yoga");
    const before = await bot.asks(id);
    const file = await readFile(join(disk.directory, "state.json"), "utf8");
    await disk.fill();
    await assert.rejects(
      bot.store.update(id, (latest) => ({ ...latest, warnings: ["x".repeat(8_192)] })),
      /ENOSPC/,
    );
    assert.deepEqual((await bot.store.deployment(id))?.warnings, before.warnings);
    assert.equal(await readFile(join(disk.directory, "state.json"), "utf8"), file);
    await disk.free();
    const again = await lowdbStore(disk.directory, world.clock);
    assert.deepEqual((await again.deployment(id))?.warnings, before.warnings);
    assert.deepEqual(
      (await readdir(disk.directory)).filter((name) => /^state\.json\./.test(name)),
      [],
      "no half-written file is left",
    );
  },
);

test(
  "with the bot's disk full a roll back still goes back, and a deployment is refused",
  onDisk,
  async (t) => {
    const disk = await smallDisk(t);
    const told: string[] = [];
    const reserve = diskReserve({
      directory: disk.directory,
      size: 256 * 1024,
      onFull: (cause) => told.push(cause ?? "over"),
      onError: (error) => assert.fail(error),
    });
    await reserve.keep();
    const isThere = async () => (await readdir(disk.directory)).includes("reserve");
    const { bot, say } = await botOn(t, disk, { makeRoom: reserve.makeRoom });
    const first = await bot.deploy("yoga");
    await bot.asks(first);
    await bot.engine.decide(first, "switch", alice);
    assert.equal((await bot.ends(first)).outcome, "deployed");
    await disk.fill();
    assert.equal((await say("/deploy yoga")).kind, "refused");
    assert.equal(await isThere(), true, "what is no roll back does not use the reserve up");
    const started = await say("/rollback yoga previous");
    assert.equal(started.kind, "started");
    const id = started.kind === "started" ? (started.deployments[0] ?? "") : "";
    await bot.asks(id);
    await bot.engine.decide(id, "switch", alice);
    assert.equal((await bot.ends(id)).outcome, "deployed");
    assert.match(
      told.at(-1) ?? "",
      /^The disk of \S+ is full, or nearly: its reserve was given up for a roll back, and what cannot be written is not begun\.$/,
    );
    await disk.free();
    await reserve.keep();
    assert.equal(told.at(-1), "over", "and with room for a reserve it is well again");
  },
);

test(
  "the reserve is made again when there is room, and takes no more than a part of a small disk",
  onDisk,
  async (t) => {
    const disk = await smallDisk(t);
    const reserve = diskReserve({ directory: disk.directory, size: 256 * 1024, ...quietly });
    const isThere = async () => (await readdir(disk.directory)).includes("reserve");
    await reserve.keep();
    assert.equal(await isThere(), true);
    await reserve.makeRoom();
    assert.equal(await isThere(), true, "nothing is given up while there is room");
    await disk.fill();
    await reserve.makeRoom();
    await reserve.keep();
    assert.equal(await isThere(), false);
    await disk.free();
    await reserve.keep();
    assert.equal(await isThere(), true);
    const tooBig = diskReserve({ directory: disk.directory, size: 1024 * 1024, ...quietly });
    await disk.fill();
    await tooBig.keep();
    assert.deepEqual(await readdir(disk.directory), ["ballast", "reserve"]);
  },
);
