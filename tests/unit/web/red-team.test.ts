import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bounds } from "../../../src/config/bounds.ts";
import { assertUnharmed, json, request, slow, status, talk } from "./raw-http.ts";
import { reader, serve, token, until } from "./serve.ts";

test("keys that would change a prototype change nothing, and are no command", slow, async (t) => {
  const served = await serve(t);
  for (const body of [
    '{"__proto__":{"text":"/deploy yoga"}}',
    '{"constructor":{"prototype":{"isAdmin":true}},"text":"/deploy yoga"}',
    '{"text":{"__proto__":"/deploy yoga","toString":1}}',
    '[{"text":"/deploy yoga"}]',
    '{"text":["/deploy yoga"]}',
    '{"text":"/deploy yoga"}{"text":"/deploy yoga"}',
    `{"text":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    "null",
    "",
    "\ufeff{",
  ]) {
    const answer = await served.post("/api/commands", body);
    assert.equal(answer.status, 400, body.slice(0, 60));
  }
  assert.equal("isAdmin" in {}, false);
  await assertUnharmed(served);
});

test("cookies of any form are no session", slow, async (t) => {
  const served = await serve(t);
  const cookie = fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 80 }),
    fc.constantFrom(
      "switchyard_session",
      "switchyard_session=",
      "switchyard_session=;",
      `switchyard_session=${token}`,
      `switchyard_session="a"; switchyard_session=b`,
      "switchyard_session=%00%ff%",
      "__proto__=1",
      "=;=;=",
      `switchyard_session=${"a".repeat(4_000)}`,
      "switchyard_session=%E0%A4%A",
    ),
  );
  await fc.assert(
    fc.asyncProperty(cookie, async (value) => {
      const line = value.replaceAll(/[\r\n\0]/g, " ");
      const answer = await talk(served.url, request("GET /api/hosts HTTP/1.1", `Cookie: ${line}`));
      assert.equal(
        [400, 401].includes(status(answer)),
        true,
        `${JSON.stringify(value)}: ${answer.slice(0, 40)}`,
      );
    }),
    { numRuns: 150 },
  );
  await assertUnharmed(served);
});

test("another site's form, image, script and fetch can neither act nor read", slow, async (t) => {
  const served = await serve(t, { token: null });
  const body = '{"text":"/deploy yoga"}';
  const send = (...headers: string[]) =>
    talk(
      served.url,
      `${request("POST /api/commands HTTP/1.1", `Content-Length: ${body.length}`, ...headers)}${body}`,
    );
  for (const headers of [
    ["Content-Type: text/plain", "Origin: https://evil.example"],
    ["Content-Type: application/x-www-form-urlencoded"],
    ["Content-Type: multipart/form-data; boundary=x"],
    [json, "Origin: https://evil.example"],
    [json, "Origin: null"],
    [json, "Origin: http://localhost.evil.example"],
    [json, "Origin: http://localhost:1"],
    [json, "Origin: https://localhost, http://localhost"],
    [json, "Sec-Fetch-Site: cross-site"],
    [json, "Sec-Fetch-Site: none"],
    [],
  ]) {
    assert.equal([403, 415].includes(status(await send(...headers))), true, headers.join(" | "));
  }
  assert.deepEqual(served.desk.said, []);
  const answer = await fetch(`${served.url}/api/hosts`, { headers: { origin: "https://evil.example" } });
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
  assert.equal(answer.headers.get("cross-origin-resource-policy"), "same-origin");
});

test(
  "one person has only so many streams open at once; more are told to come back, and a free place is taken again",
  slow,
  async (t) => {
    const served = await serve(t);
    const id = served.desk.begin(["yoga"]).deployments[0]?.id ?? "";
    for (const path of ["/api/events", `/api/deployments/${id}/log?follow=1`]) {
      const open = await Promise.all(Array.from({ length: bounds.streams.person }, () => served.get(path)));
      assert.equal(
        open.every((answer) => answer.status === 200),
        true,
      );
      const more = await served.get(path);
      assert.equal(more.status, 429, path);
      assert.equal(more.headers.get("retry-after"), "5");
      assert.match(await more.text(), /"too-many"/);
      assert.equal((await served.get("/api/hosts")).status, 200, "everything else is answered");
      const [first, ...rest] = open.map(reader);
      await first?.cancel();
      await until(() => served.desk.listeners() + served.desk.followers() < bounds.streams.person);
      const again = await served.get(path);
      assert.equal(again.status, 200);
      await Promise.all([...rest, reader(again)].map((stream) => stream.cancel()));
      await until(() => served.desk.listeners() + served.desk.followers() === 0);
    }
  },
);
