import assert from "node:assert/strict";
import { test } from "node:test";
import { hashToken } from "../../../src/store/web-tokens.ts";
import { options, useBrowser } from "./browser.ts";
import { type Failure, json, reader, readUntil, serve, token, until } from "./serve.ts";

const open = useBrowser();
const alices = "swy_a-token-of-alice";
const alice = { name: "alice", hash: hashToken(alices) };
const bearer = { authorization: `Bearer ${alices}` };

const cookieOf = (answer: Response) => (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";

function signIn(url: string, candidate: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ token: candidate }),
  });
}

test("a person's token speaks in the person's name, by header and by session", async (t) => {
  const { url, desk } = await serve(t, { people: () => [alice] });
  const say = (headers: Record<string, string>) =>
    fetch(`${url}/api/commands`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: '{"text":"/help"}',
    });
  await say(bearer);
  await say({ cookie: cookieOf(await signIn(url, alices)) });
  const who = { surface: "web", id: "alice", name: "alice", groups: [] };
  assert.deepEqual(
    desk.said.map((one) => one.who),
    [who, who],
  );
});

test("the hash of a token, or of a session, signs nobody in", async (t) => {
  const { url } = await serve(t, { people: () => [alice] });
  const cookie = cookieOf(await signIn(url, alices));
  const session = cookie.split("=")[1] ?? "";
  for (const headers of [
    { authorization: `Bearer ${alice.hash}` },
    { cookie: `switchyard_session=${hashToken(session)}` },
    { cookie: `switchyard_session=${alice.hash}` },
    { cookie: "switchyard_session=constructor" },
  ]) {
    assert.equal((await fetch(`${url}/api/hosts`, { headers })).status, 401, JSON.stringify(headers));
  }
  assert.equal((await signIn(url, alice.hash)).status, 401);
});

test("a revoked token ends its sessions and its open streams, and nobody else's", {
  timeout: 20_000,
}, async (t) => {
  let people = [alice];
  const { url, desk, get } = await serve(t, { people: () => people });
  const cookie = cookieOf(await signIn(url, alices));
  const stream = reader(await fetch(`${url}/api/events`, { headers: { cookie } }));
  const owners = reader(await get("/api/events"));
  await until(() => desk.listeners() === 2);
  people = [];
  desk.begin(["yoga"]);
  assert.equal(
    (await readUntil(stream, () => false)).includes("yoga"),
    false,
    "it ends without another event",
  );
  await readUntil(owners, (text) => text.includes("yoga"));
  for (const headers of [{ cookie }, bearer]) {
    assert.equal((await fetch(`${url}/api/hosts`, { headers })).status, 401);
  }
});

test("signing out ends the session for good, not only in this browser", async (t) => {
  const { url } = await serve(t, { people: () => [alice] });
  const cookie = cookieOf(await signIn(url, alices));
  const other = cookieOf(await signIn(url, alices));
  const out = await fetch(`${url}/api/sign-out`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: "{}",
  });
  assert.match(out.headers.get("set-cookie") ?? "", /switchyard_session=;.*Max-Age=0/);
  assert.equal((await fetch(`${url}/api/hosts`, { headers: { cookie } })).status, 401);
  assert.equal((await fetch(`${url}/api/hosts`, { headers: { cookie: other } })).status, 200);
});

test("behind TLS the cookie is for TLS only", async (t) => {
  const { url } = await serve(t);
  assert.doesNotMatch((await signIn(url, token)).headers.get("set-cookie") ?? "", /Secure/);
  const behind = await signIn(url, token, { "x-forwarded-proto": "https" });
  assert.match(behind.headers.get("set-cookie") ?? "", /HttpOnly; Secure; SameSite=Strict/);
});

test("another site cannot sign anybody in or out", async (t) => {
  const { url } = await serve(t);
  const crossing = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  assert.equal((await signIn(url, token, crossing)).status, 403);
  const out = await fetch(`${url}/api/sign-out`, {
    method: "POST",
    headers: { "content-type": "application/json", ...crossing },
    body: "{}",
  });
  assert.equal(out.status, 403);
});

test("whoever may not look sees nothing: no list, no record, no log, no event", async (t) => {
  const { url, desk } = await serve(t, { people: () => [alice] });
  const id = desk.begin(["yoga"]).deployments[0]?.id;
  desk.refuseViews("roles:\n  viewer: [alice]");
  for (const path of ["deployments", `deployments/${id}`, `deployments/${id}/log`, "events", "hosts"]) {
    const answer = await fetch(`${url}/api/${path}`, { headers: bearer });
    assert.equal(answer.status, 403, path);
    assert.match((await json<Failure>(answer)).error.help, /viewer: \[alice\]/);
  }
});

test(
  "without sign-in the page takes a pasted token, and then shows what the address says",
  options,
  async (t) => {
    const { url, desk } = await serve(t, { people: () => [alice] });
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    const { page } = await open(t, url);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Sign in to Switchyard").waitFor();
    await page.goto(`${url}/d/${id}`);
    await page.fill("#token", "wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("not one the bot knows").waitFor();
    await page.fill("#token", alices);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "yoga: check", level: 1 }).waitFor();
    await page.locator(".me", { hasText: "alice" }).waitFor();
  },
);

test(
  "a login link shows one button; a click signs in, and a used link says what to do",
  options,
  async (t) => {
    const codes = new Map([["the-code", alice.hash]]);
    const spendCode = async (code: string) => {
      const hash = codes.get(code) ?? null;
      codes.delete(code);
      return hash;
    };
    const { url } = await serve(t, { people: () => [alice], spendCode });
    const { page } = await open(t, url);
    await page.context().clearCookies();
    await page.goto(`${url}/login#the-code`);
    const button = page.getByRole("button", { name: "Sign in with this link" });
    await button.waitFor();
    assert.equal(await page.locator("#token").isVisible(), false);
    assert.equal(page.url(), `${url}/login`, "the code does not stay in the address");
    assert.equal(codes.size, 1, "looking spends nothing");
    await button.click();
    await page.locator(".me", { hasText: "alice" }).waitFor();
    await page.context().clearCookies();
    await page.goto("about:blank");
    await page.goto(`${url}/login#the-code`);
    await button.click();
    await page.getByText("used already, or is older than 15 minutes").waitFor();
    await page.getByText("token -- link NAME").waitFor();
    assert.equal(await button.isVisible(), false);
    assert.equal(await page.locator("#token").isVisible(), true);
  },
);

test("a second login link in the same tab shows its button again, and signs in", options, async (t) => {
  const codes = new Map([["second", alice.hash]]);
  const spendCode = async (code: string) => {
    const hash = codes.get(code) ?? null;
    codes.delete(code);
    return hash;
  };
  const { url } = await serve(t, { people: () => [alice], spendCode });
  const { page } = await open(t, url);
  await page.context().clearCookies();
  await page.goto(`${url}/login#used-already`);
  const button = page.getByRole("button", { name: "Sign in with this link" });
  await button.click();
  await page.getByText("used already, or is older than 15 minutes").waitFor();
  // Only what stands behind the # changes: the browser loads nothing by itself.
  await page.goto(`${url}/login#second`);
  await button.click();
  await page.locator(".me", { hasText: "alice" }).waitFor();
  assert.equal(page.url(), `${url}/`);
});

test("an open page whose token is revoked goes to the page that signs in", options, async (t) => {
  let people = [alice];
  const { url, desk } = await serve(t, { people: () => people });
  const { page } = await open(t, url);
  await page.context().clearCookies();
  await page.request.post(`${url}/api/sign-in`, { data: { token: alices } });
  await page.goto(url);
  await page.locator(".me", { hasText: "alice" }).waitFor();
  people = [];
  desk.begin(["yoga"]);
  await page.getByText("Sign in to Switchyard").waitFor();
});

test("a page of somebody who may not look says what would allow it", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page } = await open(t, url);
  desk.refuseViews("An admin can allow it in fleet.yaml:\nroles:\n  viewer: [alice]");
  await page.reload();
  await page.getByText("may not look at hosts").waitFor();
  await page.getByText("viewer: [alice]").waitFor();
});

test("a person's token that was revoked leaves nobody whose word could count", async (t) => {
  let people = [alice];
  const { surface } = await serve(t, { people: () => people });
  const standing = async () =>
    (await surface.standingOf?.({ surface: "web", id: alice.name, name: alice.name }))?.kind;
  assert.equal(await standing(), "here");
  people = [];
  assert.equal(await standing(), "gone");
  assert.equal((await surface.standingOf?.({ surface: "web", id: "token", name: "owner" }))?.kind, "here");
});
