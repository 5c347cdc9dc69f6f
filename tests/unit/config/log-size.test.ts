import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";

function sizeIn(text: string): number {
  const result = parseFleetFile(text);
  return result.kind === "ok" ? result.file.defaults.logSize : assert.fail(result.mistakes.join());
}

function mistakes(text: string): readonly string[] {
  const result = parseFleetFile(text);
  return result.kind === "wrong" ? result.mistakes : [];
}

test("a log keeps 256 MiB, or as much as the fleet says; no host has a bound of its own", () => {
  assert.equal(sizeIn(""), 256 * 2 ** 20);
  assert.equal(sizeIn("defaults: { logSize: 1.5GB }"), 1.5e9);
  for (const wrong of ["1KB", "0MB", "lots", "-5MB"]) {
    assert.match(
      mistakes(`defaults: { logSize: ${wrong} }`).join(),
      /defaults\.logSize: .* is not a size/,
      wrong,
    );
  }
  assert.match(mistakes("defaults: { logSize: 5 }").join(), /defaults\.logSize: is not a text/);
  assert.match(mistakes("hosts: { yoga: { logSize: 5MB } }").join(), /there is no setting "logSize" here/);
});
