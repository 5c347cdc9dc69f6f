import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asker, type AskKind, createRates } from "../../../src/chat/rate.ts";
import { createTally } from "../../../src/chat/tally.ts";
import { bounds } from "../../../src/config/bounds.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

const { decider, other, others, within } = bounds.commands;
const usual = (person: string, isDecider: boolean): Asker => ({ person, isDecider, kind: "usual" });
const urgent = (person: string, isDecider: boolean): Asker => ({ person, isDecider, kind: "urgent" });
const kinds = Object.keys(bounds.asks) as AskKind[];

test("a person has so many commands a minute, and as many again in the next one", async () => {
  const clock = manualClock();
  const rates = createRates(clock);
  const ask = () => rates.ask(usual("mallory", false)).kind;
  for (let one = 0; one < other; one++) assert.equal(ask(), "go");
  await clock.advance(within - 1);
  assert.deepEqual(rates.ask(usual("mallory", false)), {
    kind: "refused",
    seconds: 1,
    isFullOfOthers: false,
  });
  await clock.advance(1);
  assert.equal(ask(), "go");
});

test("whoever has used up one kind of request has all of the others, so yes and roll back first of all", () => {
  for (const used of kinds) {
    for (const isDecider of [true, false]) {
      const rates = createRates(manualClock());
      const ask = (kind: AskKind) => rates.ask({ person: "alice", isDecider, kind }).kind;
      while (ask(used) === "go");
      for (const kind of kinds) assert.equal(ask(kind), kind === used ? "refused" : "go", `${used}, ${kind}`);
    }
  }
});

test("people who decide nothing share a bound of each kind, and no number of them keeps a decider waiting", () => {
  for (const kind of kinds) {
    const { other: own, others: together } = bounds.asks[kind];
    const rates = createRates(manualClock());
    const went = Array.from({ length: 100 }, (_, person) =>
      Array.from({ length: own }, () => rates.ask({ person: `v${person}`, isDecider: false, kind }).kind),
    );
    assert.equal(went.flat().filter((one) => one === "go").length, together, kind);
    assert.deepEqual(rates.ask({ person: "v200", isDecider: false, kind }).kind, "refused");
    assert.equal(rates.ask({ person: "alice", isDecider: true, kind }).kind, "go");
  }
});

test("commands of people who decide nothing share one room, whether they are urgent or not", () => {
  const rates = createRates(manualClock());
  for (let one = 0; one < others; one++) rates.ask(usual(`v${one % 20}`, false));
  assert.deepEqual(rates.ask(urgent("v200", false)), { kind: "refused", seconds: 60, isFullOfOthers: true });
});

test("more people than are counted at a time take no memory", () => {
  const rates = createRates(manualClock());
  for (let one = 0; one < decider; one++) rates.ask(usual("alice", true));
  assert.equal(rates.ask(usual("alice", true)).kind, "refused");
  for (let person = 0; person < bounds.people + 10; person++) rates.ask(usual(`d${person}`, true));
  assert.equal(rates.ask(usual("alice", true)).kind, "go", "the one seen longest ago is begun again");
});

test("what comes again is summed up once, when its minute is over or at the stop", async () => {
  const clock = manualClock();
  const tally = createTally(clock);
  const since = clock.now();
  const flood = () => Array.from({ length: 800 }, () => tally.isFirst("mallory", "too-many"));
  assert.equal(flood().filter(Boolean).length, 1);
  assert.deepEqual(tally.sums(), []);
  await clock.advance(within);
  assert.deepEqual(tally.sums(), [{ person: "mallory", reason: "too-many", more: 799, since }]);
  assert.deepEqual(tally.sums(), []);
  flood();
  assert.deepEqual(tally.sums(true), [
    { person: "mallory", reason: "too-many", more: 799, since: since + within },
  ]);
});

test("each person and reason has a first of its own, and one that came once has no sum", () => {
  const tally = createTally(manualClock());
  const firsts = ["a", "b"].flatMap((person) => ["x", "y"].map((reason) => tally.isFirst(person, reason)));
  assert.deepEqual(firsts, [true, true, true, true]);
  assert.equal(tally.isFirst("a", "x"), false);
  assert.deepEqual(
    tally.sums(true).map(({ person, reason, more }) => [person, reason, more]),
    [["a", "x", 1]],
  );
});

test("of more people than are summed up at a time no count is lost", () => {
  const tally = createTally(manualClock());
  for (let one = 0; one < 5; one++) tally.isFirst("mallory", "too-many");
  for (let person = 0; person < bounds.people + 10; person++) tally.isFirst(`d${person}`, "too-many");
  assert.deepEqual(
    tally.sums().map(({ person, more }) => [person, more]),
    [["mallory", 4]],
  );
});
