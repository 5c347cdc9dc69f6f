import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../../src/config/clock.ts";
import { codeLasts, makeLoginCode, spendLoginCode } from "../../../src/store/login-codes.ts";
import { openWebSessions } from "../../../src/store/web-sessions.ts";
import { hashToken } from "../../../src/store/web-tokens.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { type Failure, json, raw, serve, token } from "./serve.ts";

const bearer = { authorization: `Bearer ${token}` };

test("without a token the API answers 401 and says how to sign in", async (t) => {
  const { url, desk } = await serve(t);
  const id = desk.begin(["yoga"]).deployments[0]?.id;
  const paths = [
    "/api/deployments",
    `/api/deployments/${id}`,
    `/api/deployments/${id}/log`,
    "/api/events",
    "/api/hosts",
    "/api/help",
  ];
  for (const path of [...paths, "/metrics"]) {
    const answer = await fetch(url + path);
    assert.equal(answer.status, 401, path);
    assert.match((await json<Failure>(answer)).error.help, /SWITCHYARD_TOKEN/);
  }
  const said = await fetch(`${url}/api/commands`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"text":"/deploy yoga"}',
  });
  assert.equal(said.status, 401);
  assert.equal(desk.said.length, 0);
});

test("a wrong token, a wrong cookie and another scheme are no sign-in", async (t) => {
  const { url } = await serve(t);
  const tries: Record<string, string>[] = [
    { authorization: "Bearer wrong" },
    { authorization: `Bearer ${token}x` },
    { authorization: `Basic ${token}` },
    { authorization: "Bearer" },
    { cookie: `switchyard_session=${token}` },
    { cookie: "switchyard_session=" },
  ];
  for (const headers of tries) {
    assert.equal((await fetch(`${url}/api/hosts`, { headers })).status, 401, JSON.stringify(headers));
  }
});

const signIn = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

test("signing in sets a strict, http-only cookie that is not the token, and opens the page", async (t) => {
  const { url } = await serve(t);
  const login = await signIn(url, { token });
  const cookie = login.headers.get("set-cookie") ?? "";
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  assert.equal(cookie.includes(token), false);
  const headers = { cookie: cookie.split(";")[0] ?? "" };
  assert.equal((await fetch(`${url}/api/hosts`, { headers })).status, 200);
  assert.match(await (await fetch(url, { headers })).text(), /id="app"/);
});

test("a session outlives a restart of the bot, and ends when the token changes", async (t) => {
  const directory = await scratchDirectory(t);
  const opened = () => openWebSessions(directory, systemClock);
  const first = await serve(t, { sessions: await opened() });
  const login = await signIn(first.url, { token });
  const headers = { cookie: (login.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
  const restarted = await serve(t, { sessions: await opened() });
  assert.equal((await fetch(`${restarted.url}/api/hosts`, { headers })).status, 200);
  const changed = await serve(t, { token: "another", sessions: await opened() });
  assert.equal((await fetch(`${changed.url}/api/hosts`, { headers })).status, 401);
});

test("without sign-in the page says how to log in, and no link with a token signs anybody in", async (t) => {
  const { url, logged } = await serve(t);
  const page = await fetch(url);
  assert.equal(page.status, 401);
  assert.match(await page.text(), /login link/);
  for (const query of ["", `?token=${token}`, "?token=guess"]) {
    const looked = await fetch(`${url}/login${query}`, { redirect: "manual" });
    assert.deepEqual([looked.status, looked.headers.get("set-cookie")], [401, null], query);
    assert.match(await looked.text(), /Sign in with this link/);
  }
  assert.equal((await signIn(url, { token: "guess" })).status, 401);
  assert.ok(logged.includes("a wrong token was typed"));
});

test("the code of a login link signs in once, for 15 minutes, from this page alone, and is no token", async (t) => {
  const directory = await scratchDirectory(t);
  let now = Date.parse("2026-11-23T10:00:00Z");
  const { url } = await serve(t, {
    spendCode: (code, isKnown) => spendLoginCode(directory, code, now, isKnown),
  });
  const make = () => makeLoginCode(directory, hashToken(token), now);
  const code = await make();
  const stranger = await signIn(url, { code }, { origin: "https://evil.example" });
  assert.deepEqual([stranger.status, stranger.headers.get("set-cookie")], [403, null]);
  assert.equal((await signIn(url, { token: code })).status, 401);
  assert.equal(
    (await fetch(`${url}/api/hosts`, { headers: { authorization: `Bearer ${code}` } })).status,
    401,
  );
  const both = await Promise.all([signIn(url, { code }), signIn(url, { code })]);
  assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 401], "once");
  const again = await signIn(url, { code });
  assert.match(await again.text(), /used already, or is older than 15 minutes/);
  const late = await make();
  now += codeLasts;
  assert.equal((await signIn(url, { code: late })).status, 401, "too old");
  const revoked = await makeLoginCode(directory, hashToken("swy_revoked"), now);
  assert.equal((await signIn(url, { code: revoked })).status, 401, "its token is gone");
  for (const strange of ["../web-tokens.json", "..", "x".repeat(101), ""]) {
    assert.ok((await signIn(url, { code: strange })).status >= 400, strange);
  }
  for (let count = 0; count < 60; count++) {
    await make();
  }
  assert.ok((await readdir(join(directory, "login-codes"))).length <= 50, "only so many are open");
});

test("a link from another site is asked again by the page itself, since strict cookies stay at home", async (t) => {
  const { url } = await serve(t);
  const page = await fetch(url, { headers: { "sec-fetch-site": "cross-site" } });
  assert.match(await page.text(), /http-equiv="refresh"/);
});

test("the demo is open without a token, and only on loopback", async (t) => {
  const { url, post, desk } = await serve(t, { token: null });
  assert.equal((await fetch(`${url}/api/hosts`)).status, 200);
  await post("/api/commands", { text: "/help" });
  assert.equal(desk.said[0]?.who.name, "you");
  await assert.rejects(
    () => serve(t, { token: null, listen: { host: "0.0.0.0", port: 0 } }),
    /SWITCHYARD_TOKEN/,
  );
});

test("a Host that DNS rebinding would bring is refused, on every route", async (t) => {
  const { url } = await serve(t);
  for (const path of ["/", "/api/hosts", "/healthz", "/assets/app.js", "/login"]) {
    const answer = await raw(url, { path, headers: { ...bearer, host: "evil.example:4040" } });
    assert.equal(answer.status, 403, path);
  }
  for (const host of ["127.0.0.1.evil.example", "10.0.0.7", "localhost.evil.example"]) {
    assert.equal((await raw(url, { path: "/api/hosts", headers: { ...bearer, host } })).status, 403, host);
  }
});

test("localhost, loopback addresses on any port, and allowed names are answered", async (t) => {
  const { url } = await serve(t, { allowedHosts: ["Deploy.example.org"] });
  for (const host of ["localhost:8080", "127.0.0.1", "[::1]:4040", "deploy.example.org"]) {
    assert.equal((await raw(url, { path: "/api/hosts", headers: { ...bearer, host } })).status, 200, host);
  }
});

test("a page of another site cannot act in a signed-in person's name", async (t) => {
  const { url, desk } = await serve(t);
  const host = new URL(url).host;
  const send = (headers: Record<string, string>) =>
    raw(url, {
      path: "/api/commands",
      method: "POST",
      headers: { ...bearer, host, "content-type": "application/json", ...headers },
      body: '{"text":"/deploy yoga"}',
    });
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://127.0.0.1:1" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: `http://${host}`, "sec-fetch-site": "cross-site" },
  ]) {
    assert.equal((await send(headers)).status, 403, JSON.stringify(headers));
  }
  assert.equal(desk.said.length, 0);
  assert.equal((await send({ origin: `http://${host}`, "sec-fetch-site": "same-origin" })).status, 202);
});

test("a body that is not declared as JSON is refused: a form on another site can send those", async (t) => {
  const { post, desk } = await serve(t);
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "text/plain; application/json",
  ]) {
    assert.equal(
      (await post("/api/commands", { text: "/deploy yoga" }, { "content-type": type })).status,
      415,
      type,
    );
  }
  assert.equal(desk.said.length, 0);
  const answer = await post(
    "/api/commands",
    { text: "/help" },
    { "content-type": "application/json; charset=utf-8" },
  );
  assert.equal(answer.status, 200);
});

test("a body of more than 64 KiB is refused, declared or not", async (t) => {
  const { post, url, desk } = await serve(t);
  const body = JSON.stringify({ text: `/help ${"x".repeat(65 * 1024)}` });
  assert.equal((await post("/api/commands", body)).status, 413);
  const chunked = { ...bearer, "content-type": "application/json", "transfer-encoding": "chunked" };
  assert.equal(
    (await raw(url, { path: "/api/commands", method: "POST", headers: chunked, body })).status,
    413,
  );
  const small = await raw(url, {
    path: "/api/commands",
    method: "POST",
    headers: chunked,
    body: '{"text":"/help"}',
  });
  assert.equal(small.status, 200);
  assert.equal(desk.said.length, 1);
});

test("a request that trickles in is cut off", { timeout: 10_000 }, async (t) => {
  const { url } = await serve(t, { requestTimeout: 200 });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += String(chunk);
  });
  const head = `POST /api/commands HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n`;
  socket.write(`${head}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{`);
  await new Promise((resolve) => socket.on("close", resolve));
  assert.match(answer, /^HTTP\/1\.1 408/);
});

test("every answer carries the strict policy, and none names the server's software", async (t) => {
  const { url, get, post } = await serve(t);
  const answers = [
    await fetch(url),
    await get("/"),
    await get("/assets/app.js"),
    await get("/api/hosts"),
    await get("/nowhere"),
    await fetch(`${url}/api/hosts`),
    await post("/api/commands", "{"),
    await post("/api/commands", "x".repeat(70_000)),
  ];
  for (const { headers, url: from } of answers) {
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(
      policy,
      /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:/,
      from,
    );
    assert.match(policy, /base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("x-powered-by"), null);
  }
  assert.equal((await get("/api/hosts")).headers.get("cache-control"), "no-store");
});
