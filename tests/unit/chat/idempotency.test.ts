import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "../../../src/chat/desk.ts";
import { createIdempotency, requestKey, requestKeyStart } from "../../../src/chat/idempotency.ts";

const alice = { surface: "web", id: "alice" };
const keyOf = (key: string, text = "/deploy yoga") => requestKey(alice, key, text);
const never = async () => null;
const answer = (text: string): Reply => ({ kind: "answer", text, blocks: [] });

test("the same key does the work once, also while the first is under way", async () => {
  const once = createIdempotency(never);
  let count = 0;
  const work = async () => answer(String(++count));
  const replies = await Promise.all([once(keyOf("k"), work), once(keyOf("k"), work)]);
  assert.deepEqual([...replies, await once(keyOf("k"), work)], [answer("1"), answer("1"), answer("1")]);
  assert.equal(count, 1);
});

test("another key, and no key, do it again", async () => {
  const once = createIdempotency(never);
  let count = 0;
  const work = async () => answer(String(++count));
  for (const key of ["a", "b", null, null]) {
    await once(key === null ? null : keyOf(key), work);
  }
  assert.equal(count, 4);
});

test("what threw may be tried again", async () => {
  const once = createIdempotency(never);
  await assert.rejects(once(keyOf("k"), async () => Promise.reject(new Error("disk full"))));
  assert.deepEqual(await once(keyOf("k"), async () => answer("well")), answer("well"));
});

test("only the last thousand are remembered", async () => {
  const once = createIdempotency(never);
  for (let count = 0; count < 1_001; count++) {
    await once(keyOf(`k${count}`), async () => answer("first"));
  }
  assert.deepEqual(await once(keyOf("k1000"), async () => answer("again")), answer("first"));
  assert.deepEqual(await once(keyOf("k0"), async () => answer("again")), answer("again"));
});

test("a key that was used for another command is refused, and nothing is done", async () => {
  const once = createIdempotency(never);
  await once(keyOf("k"), async () => answer("started"));
  const reply = await once(keyOf("k", "/help"), async () => assert.fail("it was done"));
  assert.equal(reply.kind === "refused" && reply.code, "bad-command");
});

test("what an earlier process did under a key is not done again, and its answer is given", async () => {
  const key = keyOf("k");
  const asked: string[] = [];
  const once = createIdempotency(async (start) => {
    asked.push(start);
    return start === requestKeyStart(alice, "k") ? { key, reply: answer("begun before") } : null;
  });
  assert.deepEqual(await once(key, async () => assert.fail("it was done")), answer("begun before"));
  const other = await once(keyOf("k", "/help"), async () => assert.fail("it was done"));
  assert.equal(other.kind === "refused" && other.code, "bad-command");
  assert.deepEqual(await once(keyOf("l"), async () => answer("new")), answer("new"));
  assert.deepEqual(asked, [requestKeyStart(alice, "k"), requestKeyStart(alice, "l")]);
});

test("a key is its person's own, and says nothing of what it was made from", () => {
  const bob = { ...alice, id: "bob" };
  const keys = [keyOf("k"), keyOf("l"), keyOf("k", "/help"), requestKey(bob, "k", "/deploy yoga")];
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(keys.every((key) => /^[0-9a-f]{32}\.[0-9a-f]{32}$/.test(key)));
  assert.ok(keyOf("k", "/help").startsWith(requestKeyStart(alice, "k")));
});
