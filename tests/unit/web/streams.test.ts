import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { reader, readUntil, type Served, serve, token, until } from "./serve.ts";

const slow = { timeout: 15_000 };

test("an event stream tells of every change, with its number as the event's id", slow, async (t) => {
  const { get, desk } = await serve(t);
  const answer = await get("/api/events");
  assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
  const stream = reader(answer);
  await until(() => desk.listeners() === 1);
  const { deployments } = desk.begin(["yoga"]);
  const events = parse(await readUntil(stream, (text) => text.includes("event: run")));
  assert.equal(events[0]?.id, 1);
  assert.equal(events[0]?.event, "deployment");
  assert.equal(events[0]?.data.deployment.id, deployments[0]?.id);
  assert.equal(events[0]?.data.card[0].kind, "heading");
  assert.equal("baseline" in (events[0]?.data.deployment ?? {}), false);
  assert.equal(events[1]?.event, "run");
  await stream.cancel();
});

test("Last-Event-ID resumes after that event, and so does ?lastEventId", slow, async (t) => {
  const { get, desk } = await serve(t);
  desk.begin(["yoga"]);
  const id = desk.begin(["hetzner-vps"]).deployments[0]?.id ?? "";
  for (const [path, headers] of [
    ["/api/events", { "last-event-id": "2" }],
    ["/api/events?lastEventId=2", {}],
    ["/api/events?lastEventId=0", { "last-event-id": "2" }],
  ] as const) {
    const stream = reader(await get(path, headers));
    const events = parse(await readUntil(stream, (text) => text.includes("id: 4")));
    assert.deepEqual(
      events.map((event) => event.id),
      [3, 4],
    );
    assert.equal(events[0]?.data.deployment.id, id);
    await stream.cancel();
  }
});

test("a page that missed too much is told to start again", slow, async (t) => {
  const { get } = await serve(t);
  const stream = reader(await get("/api/events", { "last-event-id": "900" }));
  const events = parse(await readUntil(stream, (text) => text.includes("event: reset")));
  assert.equal(events[0]?.data.kind, "reset");
  await stream.cancel();
});

test("a Last-Event-ID that is no number counts as none", slow, async (t) => {
  const { get, desk } = await serve(t);
  desk.begin(["yoga"]);
  const stream = reader(await get("/api/events", { "last-event-id": "1; drop" }));
  await until(() => desk.listeners() === 1);
  desk.begin(["hetzner-vps"]);
  const events = parse(await readUntil(stream, (text) => text.includes("event: run")));
  assert.equal(events[0]?.id, 3);
  await stream.cancel();
});

test("a page that goes away is forgotten", slow, async (t) => {
  const { get, desk } = await serve(t);
  const stream = reader(await get("/api/events"));
  await until(() => desk.listeners() === 1);
  await stream.cancel();
  await until(() => desk.listeners() === 0);
});

test("HEAD on a stream leaves no listener and no reader behind", slow, async (t) => {
  const { url, desk } = await serve(t);
  for (const path of ["/api/events", `/api/deployments/${started(desk)}/log?follow=1`]) {
    const answer = await fetch(url + path, { method: "HEAD", headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 405);
  }
  assert.equal(desk.listeners() + desk.followers(), 0);
});

test("a page that does not read is cut off at about 1 MB, and the others go on", slow, async (t) => {
  const { get, url, desk, logged } = await serve(t);
  const stuck = connect(Number(new URL(url).port), "127.0.0.1");
  stuck.write(`GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  await until(() => desk.listeners() === 1);
  stuck.pause();
  const good = reader(await get("/api/events"));
  await until(() => desk.listeners() === 2);
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  const reading = readUntil(good, (text) => text.includes("the end"));
  for (let round = 0; desk.listeners() === 2 && round < 2_000; round += 1) {
    desk.progress(id, "x".repeat(50_000), null);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(desk.listeners(), 1);
  assert.ok(logged.some((line) => line.includes("too slowly")));
  desk.progress(id, "the end", null);
  assert.match(await reading, /the end/);
  await good.cancel();
  stuck.destroy();
});

test("the log so far is plain text, with letters of every script whole", slow, async (t) => {
  const { get, desk } = await serve(t);
  const id = started(desk);
  desk.writeLog(id, "straße → ok\n<script>alert(1)</script>\n");
  const answer = await get(`/api/deployments/${id}/log`);
  assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.match(await answer.text(), /straße → ok\n<script>alert\(1\)<\/script>\n$/);
});

test("a followed log grows while the deployment runs, and ends with it", slow, async (t) => {
  const { get, desk } = await serve(t);
  const id = started(desk);
  const stream = reader(await get(`/api/deployments/${id}/log?follow=1`));
  await readUntil(stream, (text) => text.includes("yoga"));
  desk.writeLog(id, "building\n");
  await readUntil(stream, (text) => text.includes("building"));
  desk.finish(id, "deployed");
  assert.equal((await stream.read()).done, true);
});

test("a follower that goes away ends the reading behind it", slow, async (t) => {
  const { get, desk } = await serve(t);
  const stream = reader(await get(`/api/deployments/${started(desk)}/log?follow=1`));
  await stream.read();
  assert.equal(desk.followers(), 1);
  await stream.cancel();
  await until(() => desk.followers() === 0);
});

test("stop ends event streams and followed logs within two seconds", slow, async (t) => {
  const { get, desk, surface } = await serve(t);
  const events = reader(await get("/api/events"));
  const log = reader(await get(`/api/deployments/${started(desk)}/log?follow=1`));
  await log.read();
  const before = Date.now();
  await surface.stop();
  assert.ok(Date.now() - before < 2_000);
  assert.equal(surface.health().ok, false);
  await readUntil(events, () => false);
  await readUntil(log, () => false).catch(() => "");
  await until(() => desk.listeners() === 0 && desk.followers() === 0);
});

function started(desk: Served["desk"]): string {
  return desk.begin(["yoga"]).deployments[0]?.id ?? "";
}

function parse(text: string) {
  return text
    .split("\n\n")
    .filter((part) => part.includes("data: "))
    .map((part) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(part)?.[1] ?? "";
      return { id: Number(field("id")), event: field("event"), data: JSON.parse(field("data")) };
    });
}
