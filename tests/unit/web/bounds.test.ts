import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { places } from "../../../adapters/web/bounded.ts";
import { createWrongTokens } from "../../../adapters/web/wrong-tokens.ts";
import { bounds } from "../../../src/config/bounds.ts";
import { serve, token } from "./serve.ts";

const viewer = (name: string) => ({ person: `web:${name}`, isDecider: false });
const decider = (name: string) => ({ person: `web:${name}`, isDecider: true });

test("people who decide nothing cannot take the streams of deciders, however many they are", () => {
  const open = places();
  for (let person = 0; person < 20; person++) {
    for (let stream = 0; stream < bounds.streams.person; stream++) open.take(viewer(`v${person}`));
  }
  assert.equal(open.take(viewer("late")), null);
  for (let stream = 0; stream < bounds.streams.person; stream++) {
    assert.notEqual(open.take(decider("alice")), null, `stream ${stream}`);
  }
  assert.equal(open.take(decider("alice")), null);
  assert.notEqual(open.take(decider("bob")), null, "there is room beside one decider who takes all");
});

test("a place that is given back twice is given back once", () => {
  const open = places({ ...bounds.streams, person: 2 } as never);
  const leave = open.take(decider("alice"));
  open.take(decider("alice"));
  leave?.();
  leave?.();
  assert.notEqual(open.take(decider("alice")), null);
  assert.equal(open.take(decider("alice")), null);
});

test("a viewer with all streams keeps the owner from none, and 20 people who open the page at once all get theirs", async (t) => {
  const hash = (token: string) => createHash("sha256").update(token).digest("hex");
  const names = Array.from({ length: 20 }, (_, number) => `person${number}`);
  const people = ["mallory", ...names].map((name) => ({ name, hash: hash(`swy_${name}`) }));
  const served = await serve(t, { people: () => people });
  served.desk.onlookers.add("mallory");
  const as = (name: string) => served.get("/api/events", { authorization: `Bearer swy_${name}` });
  const greedy = await Promise.all(Array.from({ length: bounds.streams.person + 1 }, () => as("mallory")));
  assert.deepEqual(
    greedy.map(({ status }) => status).filter((status) => status !== 200),
    [429],
  );
  const refused = greedy.find(({ status }) => status === 429);
  assert.equal(refused?.headers.get("retry-after"), "5");
  const team = await Promise.all(names.map(as));
  const own = await served.get("/api/events");
  assert.deepEqual(new Set([...team, own].map(({ status }) => status)), new Set([200]));
  await Promise.all([...greedy, ...team, own].map((answer) => answer.body?.cancel()));
});

test("a command too many is answered 429, with the seconds to wait in Retry-After", async (t) => {
  const served = await serve(t);
  served.desk.answerNext("yes", []);
  served.desk.say = async () => ({
    kind: "refused",
    code: "too-many",
    message: "Too many commands in a minute: this one was not begun.",
    help: "Ask again in 12 s.",
    retryAfter: 12,
  });
  const answer = await served.post("/api/commands", { text: "/status" });
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get("retry-after"), "12");
  assert.match(await answer.text(), /Ask again in 12 s/);
});

test("wrong tokens are counted for each address and in total, anew each minute, and what was not told is told later", () => {
  let time = 0;
  const wrong = createWrongTokens(() => time);
  const { address, all, within } = bounds.wrongTokens;
  for (let one = 0; one < address; one++) assert.equal(wrong("a").kind, "told");
  assert.deepEqual(wrong("a"), { kind: "too-many", seconds: 60 });
  assert.deepEqual(wrong("b"), { kind: "told", before: 1 });
  for (let one = address + 1; one < all; one++) wrong(`c${one}`);
  assert.equal(wrong("d").kind, "too-many");
  time = within;
  assert.deepEqual(wrong("a"), { kind: "told", before: 1 });
});

test("too many wrong tokens are answered 429, and the right one from the same address signs in", async (t) => {
  const { url, logged } = await serve(t);
  const signIn = (candidate: string) =>
    fetch(`${url}/api/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: candidate }),
    });
  for (let one = 0; one < bounds.wrongTokens.address; one++)
    assert.equal((await signIn("guess")).status, 401);
  const lines = logged.length;
  const refused = await signIn("guess");
  assert.equal(refused.status, 429);
  assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d?$/);
  assert.equal(logged.length, lines, "the log does not grow");
  assert.equal((await signIn(token)).status, 200);
});

test("wrong bearer tokens are counted with wrong sign-ins, at every address, and the right one is taken all the same", async (t) => {
  const { url, get, logged } = await serve(t);
  const guess = (path: string) => get(path, { authorization: "Bearer guess" });
  const paths = ["/api/hosts", "/healthz", "/", "/api/events", "/login", "/metrics", "/no-such-page"];
  for (let one = 0; one < bounds.wrongTokens.address; one++) {
    const answer = await guess(paths[one % paths.length] ?? "");
    assert.equal(answer.status, 401, paths[one % paths.length]);
    assert.equal(answer.headers.get("www-authenticate"), "Bearer");
  }
  const told = logged.filter((line) => line === "a wrong bearer token was sent");
  assert.equal(told.length, bounds.wrongTokens.address);
  for (const path of paths) {
    const refused = await guess(path);
    assert.equal(refused.status, 429, path);
    assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d?$/);
  }
  const typed = await fetch(`${url}/api/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: "guess" }),
  });
  assert.equal(typed.status, 429, "one count for both");
  assert.equal((await get("/api/hosts")).status, 200);
  assert.equal((await get("/healthz")).status, 200);
});

test("what is read too often is answered 429 with the seconds to wait, and completion is counted apart", async (t) => {
  const { desk, get, post } = await serve(t);
  const asked: string[] = [];
  desk.mayReadNow = async (who, kind) => {
    asked.push(`${who.name} ${kind}`);
    return {
      kind: "refused",
      code: "too-many",
      message: "Too many requests in a minute: this one was not begun.",
      help: "Ask again in 9 s.",
      retryAfter: 9,
    };
  };
  const paths = ["/api/help", "/api/hosts", "/api/deployments", "/api/events", "/api/suggest?of=host"];
  for (const path of paths) {
    const answer = await get(path);
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "9"], path);
  }
  assert.deepEqual(asked, [...Array.from({ length: 4 }, () => "owner look"), "owner complete"]);
  assert.equal(
    (await post("/api/commands", { text: "/help" })).status,
    200,
    "a command is counted by the desk",
  );
  assert.equal(asked.length, 5);
});
