import assert from "node:assert/strict";
import { test } from "node:test";
import { duration } from "../../../src/config/durations.ts";

const schema = duration(1_000, 3_600_000);

test("durations are words of people", () => {
  for (const [text, milliseconds] of [
    ["90s", 90_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["1.5m", 90_000],
    ["2 minutes", 120_000],
    ["1000ms", 1_000],
    ["10S", 10_000],
  ] as const) {
    assert.equal(schema.parse(text), milliseconds, text);
  }
});

test("what is no duration, or too short or long, is refused with the bounds", () => {
  for (const text of ["", "soon", "5", "-5m", "0s", "999ms", "61m", "5m5s", "5m; reboot", "1e3s", "∞s"]) {
    const result = schema.safeParse(text);
    assert.equal(result.success, false, text);
    assert.match(result.error?.issues[0]?.message ?? "", /is not a duration between 1s and 1h, such as 90s/);
  }
});
