import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "../../../src/chat/desk.ts";
import { createIdempotency } from "../../../src/chat/idempotency.ts";

const answer = (text: string): Reply => ({ kind: "answer", text, blocks: [] });

test("the same key does the work once, also while the first is under way", async () => {
  const once = createIdempotency();
  let count = 0;
  const work = async () => answer(String(++count));
  const replies = await Promise.all([once("k", "/deploy yoga", work), once("k", "/deploy yoga", work)]);
  assert.deepEqual(
    [...replies, await once("k", "/deploy yoga", work)],
    [answer("1"), answer("1"), answer("1")],
  );
  assert.equal(count, 1);
});

test("another key, and no key, do it again", async () => {
  const once = createIdempotency();
  let count = 0;
  const work = async () => answer(String(++count));
  for (const key of ["a", "b", null, null]) {
    await once(key, "/deploy yoga", work);
  }
  assert.equal(count, 4);
});

test("what threw may be tried again", async () => {
  const once = createIdempotency();
  await assert.rejects(once("k", "/deploy yoga", async () => Promise.reject(new Error("disk full"))));
  assert.deepEqual(await once("k", "/deploy yoga", async () => answer("well")), answer("well"));
});

test("only the last thousand are remembered", async () => {
  const once = createIdempotency();
  for (let count = 0; count < 1_001; count++) {
    await once(`k${count}`, "/deploy yoga", async () => answer("first"));
  }
  assert.deepEqual(await once("k1000", "/deploy yoga", async () => answer("again")), answer("first"));
  assert.deepEqual(await once("k0", "/deploy yoga", async () => answer("again")), answer("again"));
});

test("a key that was used for another command is refused, and nothing is done", async () => {
  const once = createIdempotency();
  await once("k", "/deploy yoga", async () => answer("started"));
  const reply = await once("k", "/help", async () => assert.fail("it was done"));
  assert.equal(reply.kind === "refused" && reply.code, "bad-command");
});
