import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asker, createRates } from "../../../src/chat/rate.ts";
import { bounds } from "../../../src/config/bounds.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

const { decider, other, others, within } = bounds.commands;
const usual = (person: string, isDecider: boolean): Asker => ({ person, isDecider, isUrgent: false });
const urgent = (person: string, isDecider: boolean): Asker => ({ person, isDecider, isUrgent: true });

test("a person has so many commands a minute, and as many again in the next one", async () => {
  const clock = manualClock();
  const rates = createRates(clock);
  const ask = () => rates.ask(usual("mallory", false)).kind;
  for (let one = 0; one < other; one++) assert.equal(ask(), "go");
  await clock.advance(within - 1);
  assert.deepEqual(rates.ask(usual("mallory", false)), {
    kind: "refused",
    seconds: 1,
    isFirst: true,
    isFullOfOthers: false,
  });
  await clock.advance(1);
  assert.equal(ask(), "go");
});

test("whoever has used up the commands can still decide and roll back", () => {
  const rates = createRates(manualClock());
  for (let one = 0; one < decider; one++) rates.ask(usual("alice", true));
  assert.equal(rates.ask(usual("alice", true)).kind, "refused");
  assert.equal(rates.ask(urgent("alice", true)).kind, "go");
});

test("people who decide nothing share a bound, and no number of them keeps a decider waiting", () => {
  const rates = createRates(manualClock());
  const went = Array.from({ length: 100 }, (_, person) =>
    Array.from({ length: other }, () => rates.ask(usual(`v${person}`, false)).kind),
  );
  assert.equal(went.flat().filter((kind) => kind === "go").length, others);
  assert.equal(rates.ask(urgent("v200", false)).kind, "refused");
  assert.equal(rates.ask(usual("alice", true)).kind, "go");
});

test("what is refused beside the first is summed up once, when its minute is over or at the stop", async () => {
  const clock = manualClock();
  const rates = createRates(clock);
  const since = clock.now();
  const floods = () => Array.from({ length: other + 800 }, () => rates.ask(usual("mallory", false)));
  const firsts = floods().filter((rated) => rated.kind === "refused" && rated.isFirst);
  assert.equal(firsts.length, 1);
  assert.deepEqual(rates.sums(), []);
  await clock.advance(within);
  assert.deepEqual(rates.sums(), [{ person: "mallory", refused: 799, since }]);
  assert.deepEqual(rates.sums(), []);
  floods();
  assert.deepEqual(rates.sums(true), [{ person: "mallory", refused: 799, since: since + within }]);
});

test("more people than are counted at a time take no memory, and lose no refusal", () => {
  const rates = createRates(manualClock());
  for (let one = 0; one < other + 5; one++) rates.ask(usual("mallory", false));
  for (let person = 0; person < bounds.people + 10; person++) rates.ask(usual(`d${person}`, true));
  assert.deepEqual(
    rates.sums().map(({ person, refused }) => [person, refused]),
    [["mallory", 4]],
  );
});
