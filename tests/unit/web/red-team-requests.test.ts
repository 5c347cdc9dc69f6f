import assert from "node:assert/strict";
import { test } from "node:test";
import { assertUnharmed, bearer, json, post, request, slow, status, talk } from "./raw-http.ts";
import { serve } from "./serve.ts";

test(
  "requests whose length can be read in two ways are refused, and nothing that hides in them is done",
  slow,
  async (t) => {
    const served = await serve(t);
    const hidden = post("/api/commands", '{"text":"/deploy yoga"}');
    const chunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
    const head = ["POST /api/sign-in HTTP/1.1", "Host: localhost", json];
    const attacks = [
      [...head, "Content-Length: 4", "Transfer-Encoding: chunked", "", `0\r\n\r\n${hidden}`],
      [...head, "Content-Length: 0", "Content-Length: 44", "", hidden],
      [...head, "Transfer-Encoding: chunked, identity", "", `0\r\n\r\n${hidden}`],
      [...head, "Transfer-Encoding: xchunked", "Content-Length: 2", "", `{}${hidden}`],
      [...head, "Transfer-Encoding : chunked", "Content-Length: 2", "", `{}${hidden}`],
      [...head, "Content-Length: +2", "", `{}${hidden}`],
      [...head, "Content-Length: 2, 2", "", `{}${hidden}`],
      [...head, "Content-Length: -1", "", hidden],
      [...head, "Transfer-Encoding: chunked", "", `ffffffffffffffff1\r\n${hidden}`],
      [...head, "Transfer-Encoding: chunked", "", chunk.replace("\r\n", "\n")],
      ["GET /api/hosts HTTP/1.1\n Host: localhost", "Host: localhost", "", hidden],
      ["GET / HTTP/1.1", "Host: localhost", "X: a\rX-B: c", "", hidden],
    ];
    for (const attack of attacks) {
      const answer = await talk(served.url, attack.join("\r\n"));
      assert.equal(status(answer), 400, `${attack.slice(2, 6).join(" | ")}: ${answer.slice(0, 80)}`);
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, "one answer, then the connection is closed");
    }
    await assertUnharmed(served);
  },
);

test("a Host header that is missing, doubled, odd or another one is refused", slow, async (t) => {
  const served = await serve(t);
  const with_ = (...hosts: string[]) =>
    `${["GET /api/hosts HTTP/1.1", bearer, "Connection: close", ...hosts.map((host) => `Host: ${host}`)].join("\r\n")}\r\n\r\n`;
  for (const bytes of [
    with_(),
    with_(""),
    with_("evil.example"),
    with_("evil.example", "localhost"),
    with_("localhost.evil.example"),
    with_("localhost@evil.example"),
    with_("evil.example#localhost"),
    with_("localhost\\evil.example"),
    with_("[::1"),
    with_("127.0.0.1.nip.example"),
    `GET http://evil.example/api/hosts HTTP/1.1\r\nHost: evil.example\r\n${bearer}\r\nConnection: close\r\n\r\n`,
  ]) {
    const answer = await talk(served.url, bytes);
    assert.equal([400, 403].includes(status(answer)), true, `${bytes}: ${answer.slice(0, 40)}`);
  }
  await assertUnharmed(served);
});

test("methods that are not offered do nothing", slow, async (t) => {
  const served = await serve(t);
  const { deployments } = served.desk.begin(["yoga"]);
  const action = `/api/deployments/${deployments[0]?.id}/actions`;
  for (const method of [
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
    "CONNECT",
    "GET",
    "HEAD",
    "BREW",
    "post",
  ]) {
    for (const path of ["/api/commands", action, "/api/sign-in"]) {
      const body = '{"text":"/deploy yoga","action":"switch"}';
      const answer = await talk(
        served.url,
        `${[`${method} ${path} HTTP/1.1`, "Host: localhost", bearer, json, "X-HTTP-Method-Override: POST", "Connection: close", `Content-Length: ${body.length}`].join("\r\n")}\r\n\r\n${body}`,
      );
      assert.equal(
        status(answer) === 0 || status(answer) >= 400,
        true,
        `${method} ${path}: ${answer.slice(0, 40)}`,
      );
      assert.equal(/access-control-allow/i.test(answer), false, "no other site may read anything");
    }
  }
  await assertUnharmed(served);
});

test("bodies and headers that are too long are refused before they fill the memory", slow, async (t) => {
  const served = await serve(t);
  const long = await talk(
    served.url,
    request("GET /api/hosts HTTP/1.1", bearer, `X-Long: ${"x".repeat(40_000)}`),
  );
  assert.equal(status(long), 431);
  const many = Array.from({ length: 3_000 }, (_, index) => `X-${index}: y`);
  assert.equal(
    [400, 431].includes(status(await talk(served.url, request("GET /api/hosts HTTP/1.1", bearer, ...many)))),
    true,
  );
  const url = await talk(
    served.url,
    request(`GET /api/deployments?host=${"x".repeat(60_000)} HTTP/1.1`, bearer),
  );
  assert.equal([400, 414, 431].includes(status(url)), true);
  const declared = await talk(
    served.url,
    `${request("POST /api/commands HTTP/1.1", bearer, json, "Content-Length: 99999999999")}{`,
    (answer) => answer.includes("\r\n\r\n"),
  );
  assert.equal(status(declared), 413);
  await assertUnharmed(served);
});

test("a client that sends its headers, or its body, a byte at a time is cut off", slow, async (t) => {
  const served = await serve(t, { requestTimeout: 300 });
  const heads = [
    "GET /api/hosts HTTP/1.1\r\nHost: loc",
    `${request("POST /api/commands HTTP/1.1", bearer, json, "Content-Length: 20")}{`,
    "",
  ];
  for (const head of heads) {
    const before = Date.now();
    const answer = await talk(served.url, head);
    assert.equal([0, 408].includes(status(answer)), true, answer.slice(0, 60));
    assert.equal(Date.now() - before < 7_500, true, "not by our own patience");
  }
  await assertUnharmed(served);
});
