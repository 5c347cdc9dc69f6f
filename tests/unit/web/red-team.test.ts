import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { bounds } from "../../../src/config/bounds.ts";
import { reader, serve, token, until } from "./serve.ts";

const slow = { timeout: 20_000 };
const bearer = `Authorization: Bearer ${token}`;
const json = "Content-Type: application/json";

/** Bytes as they are, which no client library would send; gives everything that came until the server closed. */
function talk(url: string, bytes: string | Buffer, waitFor?: (answer: string) => boolean): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), "127.0.0.1");
    let answer = "";
    const end = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(8_000, end);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (waitFor?.(answer) === true) end();
    });
    socket.on("error", end);
    socket.on("close", end);
    socket.write(bytes);
  });
}

function request(line: string, ...headers: string[]): string {
  return `${[line, "Host: localhost", "Connection: close", ...headers].join("\r\n")}\r\n\r\n`;
}

function post(path: string, body: string, ...headers: string[]): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return request(`POST ${path} HTTP/1.1`, bearer, json, length, ...headers) + body;
}

const status = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

/** It still answers, and nobody has done anything. */
async function assertUnharmed(served: Awaited<ReturnType<typeof serve>>): Promise<void> {
  assert.equal((await served.get("/api/hosts")).status, 200);
  assert.deepEqual(served.desk.said, []);
  assert.deepEqual(served.desk.decided, []);
}

test("paths that lead out of the page's files, however they are written, find nothing", slow, async (t) => {
  const served = await serve(t);
  const up = [
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..\\",
    "..%5c",
    "%252e%252e%252f",
    "....//",
    "..%c0%af",
    "..;/",
  ];
  const targets = ["package.json", "etc/passwd", "src/main.ts"];
  const paths = up.flatMap((one) =>
    targets.flatMap((target) => [
      `/assets/${one.repeat(6)}${target}`,
      `/assets/lib/${one.repeat(6)}${target}`,
      `/${one.repeat(6)}${target}`,
      `/api/deployments/${one.repeat(6)}${target}`,
      `/api/deployments/d-20261123-0001/${one.repeat(3)}${target}`,
    ]),
  );
  const odd = [
    "/assets/\0app.js",
    "/assets/app.js%00.css",
    "/assets/%",
    "/assets/%zz",
    "/assets//app.js",
    "//evil.example/",
    "/\\evil.example",
    "/assets/constructor",
    "/assets/__proto__",
  ];
  for (const path of [...paths, ...odd]) {
    const answer = await talk(served.url, request(`GET ${path} HTTP/1.1`, bearer));
    assert.equal(
      [200, 301, 302, 303, 307].includes(status(answer)),
      false,
      `${path}: ${answer.slice(0, 60)}`,
    );
    assert.equal(/root:|"dependencies"|startApp/.test(answer), false, path);
  }
  await assertUnharmed(served);
});

test("ids and names of logs are looked up only when they have an id's form", slow, async (t) => {
  const { get, desk } = await serve(t);
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  for (const odd of [
    `${id}%00`,
    `${id}%0a`,
    `${id}/`,
    `%20${id}`,
    `${id}.log`,
    "__proto__",
    "constructor",
    "d-1",
    `${id.toUpperCase()}`,
    `${id}%2f..%2f${id}`,
  ]) {
    for (const path of [`/api/deployments/${odd}`, `/api/deployments/${odd}/log`, `/api/runs/${odd}`]) {
      assert.equal((await get(path)).status, 404, path);
    }
  }
});

test("no value that was sent comes back in a header", slow, async (t) => {
  const served = await serve(t);
  const evil = "%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0a<script>";
  for (const path of [
    `/login?code=${evil}`,
    `/${evil}`,
    `/d/${evil}`,
    `/api/deployments?host=${evil}`,
    `/api/deployments/${evil}/log`,
    `/assets/${evil}`,
    `/api/events?lastEventId=${evil}`,
  ]) {
    const answer = await talk(served.url, request(`GET ${path} HTTP/1.1`, bearer), (text) =>
      text.includes("\r\n\r\n"),
    );
    const head = answer.split("\r\n\r\n")[0] ?? "";
    assert.equal(/^set-cookie: evil/im.test(head), false, path);
    assert.equal(head.includes("evil"), false, path);
  }
  await assertUnharmed(served);
});

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
