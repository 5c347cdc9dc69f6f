import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "../../../src/chat/desk.ts";
import { createIdempotency, requestKey } from "../../../src/chat/idempotency.ts";
import { bounds } from "../../../src/config/bounds.ts";
import { alone } from "../../../src/store/lease.ts";
import { keepRequestKeys, openRequestKeys } from "../../../src/store/request-keys.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const key = requestKey({ surface: "web", id: "alice" }, "k", "/unlock yoga");
const answer = (text: string): Reply => ({ kind: "answer", text, blocks: [] });
const never = async () => null;

/** The bot is started again on the same directory. */
async function restarts(t: Parameters<typeof scratchDirectory>[0]) {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const troubles: unknown[] = [];
  const start = async () => {
    const keys = await openRequestKeys(directory, clock, alone, (error) => troubles.push(error));
    return createIdempotency(never, keys);
  };
  return { start, clock, troubles };
}

test("a request that began no run is not done again after a restart, and gets its answer", async (t) => {
  const { start } = await restarts(t);
  await (await start())(key, async () => answer("yoga is unlocked"));
  const again = await (await start())(key, async () => assert.fail("it was done"));
  assert.deepEqual(again, answer("yoga is unlocked"));
  const other = requestKey({ surface: "web", id: "alice" }, "k", "/lock yoga x");
  const reply = await (await start())(other, async () => assert.fail("it was done"));
  assert.equal(reply.kind === "refused" && reply.code, "bad-command");
});

test("one that a bot had begun when it was killed is not done again, and that is said", async (t) => {
  const { start } = await restarts(t);
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  void (await start())(key, () => {
    resolve();
    return new Promise(() => {});
  });
  await begun;
  const once = await start();
  const reply = await once(key, async () => assert.fail("it was done"));
  assert.match(reply.kind === "refused" ? reply.message : "", /taken before the bot was restarted/);
});

test("what was refused for the disk, or threw, may be asked again after a restart", async (t) => {
  const { start } = await restarts(t);
  const full: Reply = { kind: "refused", code: "unavailable", message: "disk", help: null };
  await (await start())(key, async () => full);
  await assert.rejects((await start())(key, () => Promise.reject(new Error("broken"))));
  assert.deepEqual(await (await start())(key, async () => answer("well")), answer("well"));
});

test("a long answer is not kept word for word, and what is old is forgotten", async (t) => {
  const { start, clock } = await restarts(t);
  await (await start())(key, async () => answer("x".repeat(bounds.requestKeys.longest)));
  const reply = await (await start())(key, async () => assert.fail("it was done"));
  assert.equal(reply.kind === "refused" && reply.code, "already-decided");
  await clock.advance(bounds.requestKeys.lasts + 1);
  await (await start())(requestKey({ surface: "web", id: "bob" }, "other", "/help"), async () => answer(""));
  assert.deepEqual(await (await start())(key, async () => answer("again")), answer("again"));
});

test("a disk that takes nothing does not keep a request from being done", async () => {
  const troubles: unknown[] = [];
  const file = {
    data: { version: 1 as const, requests: [] },
    write: () => Promise.reject(new Error("ENOSPC")),
  };
  const keys = keepRequestKeys(file, manualClock(), (error) => troubles.push(error));
  assert.deepEqual(await createIdempotency(never, keys)(key, async () => answer("done")), answer("done"));
  assert.equal(troubles.length, 2);
});
