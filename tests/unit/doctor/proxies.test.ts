import assert from "node:assert/strict";
import { test } from "node:test";
import { lineText } from "../../../src/doctor/line.ts";
import { checkProxies } from "../../../src/doctor/place.ts";

test("a proxy in front of the page that is not trusted is a warning, with the setting that says which one it is", () => {
  const said = (allowedHosts: readonly string[], trustedProxies: readonly string[]) =>
    checkProxies({ allowedHosts, trustedProxies }).map(lineText);
  assert.deepEqual(said([], []), []);
  const [line = "", ...more] = said(["deploy.example"], []);
  assert.match(line, /^! proxies: .*\n {4}→ Set SWITCHYARD_TRUSTED_PROXIES /);
  assert.deepEqual(more, []);
  assert.deepEqual(said(["deploy.example"], ["127.0.0.1", "10.0.0.0/8"]), [
    "✓ proxies: X-Forwarded-For is believed from 127.0.0.1, 10.0.0.0/8 alone",
  ]);
});
