import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent } from "../../../src/chat/desk.ts";
import { createEvents, type NewEvent } from "../../../src/chat/events.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { aDeployment } from "../../fakes/records.ts";

const clock = manualClock();
const fail = (error: unknown) => assert.fail(String(error));
const event = (reason: string): NewEvent => ({
  kind: "deployment",
  deployment: aDeployment({ reason }),
  card: [],
});
const reasons = (events: readonly ChatEvent[]) =>
  events.map((one) => (one.kind === "deployment" ? one.deployment.reason : one.kind));

test("everybody who listens sees each event, with numbers that grow by one", () => {
  const events = createEvents(clock, fail);
  const first: ChatEvent[] = [];
  const second: ChatEvent[] = [];
  events.subscribe(null, (one) => void first.push(one));
  events.emit(event("a"));
  events.subscribe(null, (one) => void second.push(one));
  events.emit(event("b"));
  assert.deepEqual(reasons(first), ["a", "b"]);
  assert.deepEqual(reasons(second), ["b"]);
  assert.equal((first[1]?.seq ?? 0) - (first[0]?.seq ?? 0), 1);
});

test("whoever was away gets what came since, and nothing twice", () => {
  const events = createEvents(clock, fail);
  const seen: ChatEvent[] = [];
  const stop = events.subscribe(null, (one) => void seen.push(one));
  events.emit(event("a"));
  stop();
  events.emit(event("b"));
  events.emit(event("c"));
  const later: ChatEvent[] = [];
  events.subscribe(seen.at(-1)?.seq ?? 0, (one) => void later.push(one));
  events.emit(event("d"));
  assert.deepEqual(reasons(later), ["b", "c", "d"]);
  assert.deepEqual(reasons(seen), ["a"], "who stopped sees nothing more");
});

test("whoever missed nothing gets nothing", () => {
  const events = createEvents(clock, fail);
  let last = 0;
  events.subscribe(null, ({ seq }) => {
    last = seq;
  });
  events.emit(event("a"));
  const later: ChatEvent[] = [];
  events.subscribe(last, (one) => void later.push(one));
  assert.deepEqual(later, []);
});

test("whoever was away too long is told to fetch everything again", () => {
  const events = createEvents(clock, fail);
  const seqs: number[] = [];
  const stop = events.subscribe(null, ({ seq }) => void seqs.push(seq));
  for (let count = 0; count < 502; count++) {
    events.emit(event(String(count)));
  }
  stop();
  const resumed = (from: number | undefined) => {
    const seen: ChatEvent[] = [];
    events.subscribe(from ?? 0, (one) => void seen.push(one))();
    return reasons(seen);
  };
  assert.deepEqual(resumed(seqs[0]), ["reset"]);
  assert.equal(resumed(seqs[1]).length, 500, "500 are kept");
  assert.deepEqual(resumed((seqs.at(-1) ?? 0) + 1), ["reset"], "a number of the future is of another bot");
});

test("numbers grow over a restart, so an old number gets a reset", async () => {
  const later = manualClock();
  const before = createEvents(later, fail);
  let last = 0;
  before.subscribe(null, ({ seq }) => {
    last = seq;
  });
  before.emit(event("a"));
  await later.advance(60_000);
  const after = createEvents(later, fail);
  const seen: ChatEvent[] = [];
  after.subscribe(last, (one) => void seen.push(one));
  after.emit(event("b"));
  assert.deepEqual(reasons(seen), ["reset", "b"]);
  assert.equal((seen[1]?.seq ?? 0) > last, true);
});

test("a listener that breaks neither stops the others nor whoever tells", () => {
  const errors: unknown[] = [];
  const events = createEvents(clock, (error) => void errors.push(error));
  const seen: ChatEvent[] = [];
  events.subscribe(null, () => {
    throw new Error("a surface broke");
  });
  events.subscribe(null, (one) => void seen.push(one));
  events.emit(event("a"));
  assert.equal(seen.length, 1);
  assert.match(String(errors[0]), /a surface broke/);
});
