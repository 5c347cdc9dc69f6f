import assert from "node:assert/strict";
import { test } from "node:test";
import { assertUnharmed, bearer, request, slow, status, talk } from "./raw-http.ts";
import { serve } from "./serve.ts";

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
