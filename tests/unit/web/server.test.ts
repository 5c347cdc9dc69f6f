import assert from "node:assert/strict";
import { test } from "node:test";
import { type Failure, json, raw, serve, token } from "./serve.ts";

test("the page's files are served with their types, and again only when they changed", async (t) => {
  const { url, get } = await serve(t);
  for (const [name, type] of [
    ["app.js", "text/javascript; charset=utf-8"],
    ["preact.js", "text/javascript; charset=utf-8"],
    ["lib/api.js", "text/javascript; charset=utf-8"],
    ["css/base.css", "text/css; charset=utf-8"],
    ["inter.woff2", "font/woff2"],
    ["icon.svg", "image/svg+xml"],
  ] as const) {
    const first = await get(`/assets/${name}`);
    assert.equal(first.status, 200, name);
    assert.equal(first.headers.get("content-type"), type);
    assert.equal(first.headers.get("cache-control"), "no-cache");
    const etag = first.headers.get("etag") ?? "";
    assert.equal((await fetch(`${url}/assets/${name}`, { headers: { "if-none-match": etag } })).status, 304);
  }
  assert.match(await (await get("/")).text(), /src="\/assets\/app.js"/);
});

test("no path leads out of the page's folder", async (t) => {
  const { url } = await serve(t);
  const headers = { authorization: `Bearer ${token}` };
  for (const path of [
    "/assets/../index.ts",
    "/assets/..%2findex.ts",
    "/assets/%2e%2e/index.ts",
    "/assets/..%5cindex.ts",
    "/assets//etc/passwd",
    "/assets/%2fetc%2fpasswd",
    "/assets/app.js%00.css",
    "/assets/",
    "/assets/constructor",
    "/../../package.json",
    "/page/app.js",
  ]) {
    const { status, body } = await raw(url, { path, headers });
    assert.equal(status, 404, path);
    assert.doesNotMatch(body, /import |root:/);
  }
});

test("healthz answers without sign-in, and tells the details only to who may look", async (t) => {
  const { url, get, desk } = await serve(t);
  const well = await fetch(`${url}/healthz`);
  assert.equal(well.status, 200);
  assert.deepEqual(await well.json(), { ok: true, parts: [{ part: "builder", ok: true }] });
  desk.part("slack", false, "xoxb is not accepted");
  const ill = await fetch(`${url}/healthz`);
  assert.equal(ill.status, 503);
  assert.doesNotMatch(await ill.text(), /xoxb/);
  assert.match(await (await get("/healthz")).text(), /xoxb/);
  desk.refuseViews("roles: { viewer: [owner] }");
  assert.doesNotMatch(await (await get("/healthz")).text(), /xoxb/);
});

test("healthz tells the troubles of the bot, their words and since when, only to who is signed in", async (t) => {
  const { url, get, desk } = await serve(t);
  const since = "2026-11-23T10:00:00.000Z";
  const full = {
    key: "disk",
    part: "disk",
    words: "The disk of /srv/data is full. Free some.",
    since,
  } as const;
  desk.trouble(full);
  assert.doesNotMatch(await (await fetch(`${url}/healthz`)).text(), /srv|troubles/);
  const shown = (await (await get("/healthz")).json()) as { troubles: unknown };
  assert.deepEqual(shown.troubles, [full]);
});

test("metrics are served to who is signed in, where there are any", async (t) => {
  const { get } = await serve(t, { metrics: async () => "switchyard_up 1\n" });
  const answer = await get("/metrics");
  assert.equal(await answer.text(), "switchyard_up 1\n");
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/);
  const without = await serve(t);
  assert.equal((await without.get("/metrics")).status, 404);
});

test("a taken port is an error that names the address and the setting", async (t) => {
  const first = await serve(t);
  const port = Number(new URL(first.url).port);
  const second = serve(t, { listen: { host: "127.0.0.1", port } });
  await assert.rejects(second, new RegExp(`127\\.0\\.0\\.1:${port}.*in use.*SWITCHYARD_LISTEN`));
});

test("after a stop the same address can be listened on again", async (t) => {
  const first = await serve(t);
  const port = Number(new URL(first.url).port);
  await first.get("/api/hosts");
  await first.surface.stop();
  await first.surface.stop();
  const second = await serve(t, { listen: { host: "127.0.0.1", port } });
  assert.equal((await second.get("/api/hosts")).status, 200);
});

test("an address that is nowhere is a 404 in the same shape as every error", async (t) => {
  const { get } = await serve(t);
  const answer = await get("/api/nothing");
  assert.equal(answer.status, 404);
  assert.equal((await json<Failure>(answer)).error.code, "not-found");
});
