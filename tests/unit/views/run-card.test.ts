import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "../../../commands/index.ts";
import type { Block } from "../../../src/chat/blocks.ts";
import type { Generation } from "../../../src/nix/generations.ts";
import { generationsBlocks } from "../../../src/views/generations.ts";
import { helpBlocks } from "../../../src/views/help.ts";
import { runCard } from "../../../src/views/run-card.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";

const built = aDeployment({ mode: "build-only", outcome: "built", finishedAt: "2026-11-23T10:01:30.000Z" });
const failed = aDeployment({
  host: "vps",
  mode: "build-only",
  outcome: "failed",
  message: "a name is misspelt",
});
const open = aDeployment({ host: "ovh", mode: "build-only", phase: "build" });
const run = aRun({ kind: "build-all", command: "/build-all" });

function fieldsOf(card: readonly Block[]): Record<string, string> {
  return Object.fromEntries(
    card.flatMap((block) =>
      block.kind === "fields" ? block.fields.map(({ name, value }) => [name, value]) : [],
    ),
  );
}

test("a run sums up what passed and failed, and says how far it is", () => {
  const card = runCard(run, [built, failed, open]);
  assert.deepEqual(card[0], { kind: "heading", text: "Build all: 2 of 3 done", tone: "info" });
  const { Passed, Failed, Total } = fieldsOf(card);
  assert.deepEqual([Passed, Failed, Total], ["1", "1", "3"]);
});

test("a run that is over says how it went", () => {
  assert.deepEqual(runCard(run, [built, failed])[0], {
    kind: "heading",
    text: "Build all: 1 failed",
    tone: "bad",
  });
  assert.deepEqual(runCard(run, [built])[0], { kind: "heading", text: "Build all: passed", tone: "good" });
});

test("each host has its line: state, seconds, and what went wrong", () => {
  const rows = runCard(run, [built, failed, open]).flatMap((block) =>
    block.kind === "table" ? block.rows : [],
  );
  assert.deepEqual(rows, [
    ["yoga", "built", "90.0", ""],
    ["vps", "failed", "", "a name is misspelt"],
    ["ovh", "build", "", ""],
  ]);
});

const generation = (number: number, change: Partial<Generation> = {}): Generation => ({
  number,
  toplevel: `/nix/store/${number}`,
  date: "2026-11-22T17:03:00.000Z",
  nixosVersion: "24.11",
  kernel: "6.12.9",
  revision: "",
  isCurrent: false,
  isProfile: false,
  ...change,
});

test("generations: who made each, what runs, what boots next, and a button for the others", () => {
  const all = [generation(3, { isCurrent: true, isProfile: true }), generation(2), generation(1)];
  const past = [
    aDeployment({ outcome: "deployed", generation: 2, toplevel: "/nix/store/2" }),
    aDeployment({ outcome: "deployed", generation: 1, toplevel: "/nix/store/of-a-machine-before" }),
  ];
  const blocks = generationsBlocks("yoga", all, past, true);
  const rows = blocks.flatMap((block) => (block.kind === "table" ? block.rows : []));
  assert.deepEqual(
    rows.map((row) => [row[0], row[1], row.at(-1)]),
    [
      ["3", "running, boots next", ""],
      ["2", "", "Alice, d-20261123-0001"],
      ["1", "", ""],
    ],
  );
  const commandsOf = blocks.flatMap((block) =>
    block.kind === "buttons" ? block.buttons.map(({ command }) => command) : [],
  );
  assert.deepEqual(commandsOf, ["/rollback yoga 2", "/rollback yoga 1"]);
  assert.equal(
    generationsBlocks("yoga", all, past, false).some(({ kind }) => kind === "buttons"),
    false,
  );
});

test("a host without generations is said to have none", () => {
  assert.match(JSON.stringify(generationsBlocks("yoga", [], [], true)), /no generations/);
});

test("many generations are cut, and few get buttons", () => {
  const all = Array.from({ length: 80 }, (_, index) => generation(80 - index));
  const blocks = generationsBlocks("yoga", all, [], true);
  assert.match(JSON.stringify(blocks), /30 more/);
  assert.equal(blocks.flatMap((block) => (block.kind === "buttons" ? block.buttons : [])).length, 5);
});

test("help has a line for each command", () => {
  const rows = helpBlocks(commands).flatMap((block) => (block.kind === "table" ? block.rows : []));
  assert.equal(rows.length, commands.length);
  assert.equal(
    rows.every(([usage = ""]) => usage.startsWith("/")),
    true,
  );
});
