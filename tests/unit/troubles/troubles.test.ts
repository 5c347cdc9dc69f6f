import assert from "node:assert/strict";
import { test } from "node:test";
import { partOf, troubleKinds } from "../../../src/troubles/kinds.ts";
import { createTroubles, mostTroubles, partsWith } from "../../../src/troubles/troubles.ts";
import { troubleBlocks } from "../../../src/views/troubles.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

function aList() {
  const clock = manualClock();
  const log: string[] = [];
  const list = createTroubles({
    clock,
    mask: (text) => text.replaceAll("hunter2", "[masked]"),
    log: { error: (words) => log.push(words), info: (words) => log.push(words) },
  });
  return { clock, log, list };
}

test("a trouble says its cause first, then what to do, and since when", () => {
  const { list } = aList();
  list.report("disk", "The disk of /data is full.");
  list.report("audit", "The audit cannot be written: EIO.", "See dmesg.");
  assert.deepEqual(
    list.all().map(({ key, words }) => [key, words]),
    [
      ["disk", "The disk of /data is full. Free some space there."],
      ["audit", "The audit cannot be written: EIO. See dmesg."],
    ],
  );
  assert.match(list.all()[0]?.since ?? "", /^\d{4}-\d\d-\d\dT/);
});

test("a trouble that is reported again keeps its time, is logged once, and is over when it is cleared", async () => {
  const { list, log, clock } = aList();
  list.report("disk", "Full.");
  const [first] = list.all();
  await clock.advance(60_000);
  list.report("disk", "Full.");
  list.report("disk", "Full, and the reserve was given up.");
  assert.equal(list.all()[0]?.since, first?.since);
  assert.equal(log.length, 2, "once for each wording");
  list.clear("disk");
  list.clear("disk");
  assert.deepEqual(list.all(), []);
  assert.match(log[2] ?? "", /^over: Full, and the reserve/);
  assert.equal(log.length, 3);
  list.report("disk", "Full.");
  assert.notEqual(list.all()[0]?.since, first?.since, "another one has a time of its own");
});

test("troubles are told the worst first, masked, and so many at most", () => {
  const { list, log } = aList();
  list.report("chat:slack", "Slack refuses xoxb hunter2.");
  list.report("disk", "Full.");
  assert.deepEqual(
    list.all().map(({ key }) => key),
    ["disk", "chat:slack"],
  );
  assert.match(list.all()[1]?.words ?? "", /xoxb \[masked\]/);
  for (let count = 0; count < 2 * mostTroubles; count++) {
    list.report(`records:${count}`, "Damaged.");
  }
  assert.equal(list.all().length, mostTroubles);
  assert.equal(log.length, 2 + 2 * mostTroubles, "the log has them all");
});

test("who listens is called for each change, until it stops", () => {
  const { list } = aList();
  let calls = 0;
  const stop = list.subscribe(() => (calls += 1));
  list.report("disk", "Full.");
  list.report("disk", "Full.");
  list.clear("disk");
  stop();
  list.report("disk", "Full.");
  assert.equal(calls, 2);
});

test("a part with a trouble has the words of the trouble, once", () => {
  const { list } = aList();
  list.report("chat:slack", "Slack is away.");
  list.report("records:a", "A is damaged.", "");
  list.report("records:b", "B is damaged.", "");
  const parts = partsWith(
    [
      { part: "web", ok: true, detail: "listens" },
      { part: "slack", ok: false, detail: "not connected" },
    ],
    list.all(),
  );
  assert.deepEqual(
    parts.map(({ part, ok }) => [part, ok]),
    [
      ["web", true],
      ["records", false],
      ["slack", false],
    ],
  );
  assert.equal(parts[1]?.detail, "A is damaged. B is damaged.");
  assert.equal(parts[2]?.detail, list.all()[2]?.words);
});

test("every kind has a part that everybody may see, and says what to do in a sentence", () => {
  for (const [name, { part, mend }] of Object.entries(troubleKinds)) {
    assert.match(mend, /^\S.*\.$/, name);
    assert.equal(part === null || /^[a-z.]+$/.test(part), true, name);
  }
  assert.equal(partOf("chat:discord"), "discord");
  assert.equal(partOf("notices:slack:#status"), "notices", "no names of channels");
});

test("a message shows five troubles at most, and how many more there are", () => {
  const { list } = aList();
  for (let count = 0; count < 7; count++) {
    list.report(`records:${count}`, "Damaged.");
  }
  const blocks = troubleBlocks(list.all());
  assert.equal(blocks.length, 6);
  assert.match(JSON.stringify(blocks[0]), /Damaged\. .* \(since \d{4}-\d\d-\d\d \d\d:\d\d UTC\)/);
  assert.match(JSON.stringify(blocks[5]), /2 more are in \/healthz/);
});
