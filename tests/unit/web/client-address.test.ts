import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "../../../adapters/web/client-address.ts";
import type { WebContext } from "../../../adapters/web/types.ts";
import { bounds } from "../../../src/config/bounds.ts";
import { serve } from "./serve.ts";

/** Whom a request is counted for that comes from `peer` with this header. */
const counted = (trusted: readonly string[], peer: string | undefined, header?: string) =>
  addressOf(trusted)({
    env: { incoming: { socket: { remoteAddress: peer } } },
    req: { header: (name: string) => (name === "x-forwarded-for" ? header : undefined) },
  } as unknown as WebContext);

test("without a trusted proxy the peer counts, whatever the header says", () => {
  assert.equal(counted([], "198.51.100.7", "203.0.113.9"), "198.51.100.7");
  assert.equal(counted(["127.0.0.1"], "198.51.100.7", "203.0.113.9"), "198.51.100.7");
  assert.equal(counted([], undefined), "");
});

test("a trusted proxy says whom it heard, and what a client wrote before that counts for nothing", () => {
  const trusted = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"];
  const cases: readonly (readonly [peer: string, header: string | undefined, is: string])[] = [
    ["127.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["127.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
    ["127.0.0.1", "203.0.113.9, 10.2.3.4", "203.0.113.9"],
    ["::ffff:127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"],
    ["fd00::1", "2001:db8::7", "2001:db8::7"],
    ["10.1.1.1", "10.2.2.2, 10.3.3.3", "10.2.2.2"],
    ["127.0.0.1", undefined, "127.0.0.1"],
    ["127.0.0.1", "", "127.0.0.1"],
  ];
  for (const [peer, header, is] of cases) {
    assert.equal(counted(trusted, peer, header), is, `${peer} ${header}`);
  }
});

test("what is no plain address in the header ends the reading: the proxy that passed it on counts", () => {
  for (const odd of [
    "unknown",
    "203.0.113.9:4711",
    "[2001:db8::7]",
    "203.0.113",
    "1.1.1.1 2.2.2.2",
    "localhost",
  ]) {
    assert.equal(counted(["127.0.0.1"], "127.0.0.1", `198.51.100.1, ${odd}`), "127.0.0.1", odd);
  }
});

test("behind a trusted proxy wrong tokens are counted for each client, and without one for the proxy", async (t) => {
  for (const [trustedProxies, last] of [
    [["127.0.0.1"], 401],
    [[], 429],
  ] as const) {
    const { get } = await serve(t, { trustedProxies });
    const guess = (from: string) =>
      get("/api/hosts", { authorization: "Bearer guess", "x-forwarded-for": from });
    for (let one = 0; one < bounds.wrongTokens.address; one++) await guess("203.0.113.9");
    assert.equal((await guess("203.0.113.9")).status, 429);
    assert.equal((await guess("203.0.113.10")).status, last);
  }
});
