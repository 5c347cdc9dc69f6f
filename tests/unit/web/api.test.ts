import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block } from "../../../src/chat/blocks.ts";
import type { RefusalCode } from "../../../src/chat/desk.ts";
import { digestOf } from "../../../src/deploy/consent.ts";
import { type Failure, json, serve } from "./serve.ts";

interface Shown {
  host: string;
  card: Block[];
}

interface List {
  deployments: Shown[];
  runs?: { command: string }[];
}

test("a command that starts work answers 202 with the run and its deployments", async (t) => {
  const { post, desk } = await serve(t);
  const answer = await post("/api/commands", { text: "/deploy yoga" });
  assert.equal(answer.status, 202);
  const body = await json<{ run: string; deployments: string[] }>(answer);
  assert.match(body.run, /^r-/);
  assert.equal(body.deployments.length, 1);
  assert.equal((await desk.deployment(body.deployments[0] ?? ""))?.host, "yoga");
  assert.deepEqual(desk.said[0]?.who, { surface: "web", id: "token", name: "owner", groups: [] });
});

test("a command that only answers gives 200 with text and blocks", async (t) => {
  const { post } = await serve(t);
  const answer = await post("/api/commands", { text: " /help " });
  assert.equal(answer.status, 200);
  const body = await json<{ text: string; blocks: Block[] }>(answer);
  assert.equal(body.text, "Commands");
  assert.equal(body.blocks[0]?.kind, "table");
});

test("the idempotency key reaches the desk, so that a repeated request starts nothing new", async (t) => {
  const { post, desk } = await serve(t);
  const headers = { "idempotency-key": "ci-4711" };
  const first = await json(await post("/api/commands", { text: "/deploy yoga" }, headers));
  const second = await json(await post("/api/commands", { text: "/deploy yoga" }, headers));
  assert.equal(desk.said[0]?.key, "ci-4711");
  assert.deepEqual(second, first);
  assert.equal((await desk.deployments({ limit: 10 })).length, 1);
});

test("an idempotency key that is too long is refused instead of cut", async (t) => {
  const { post, desk } = await serve(t);
  const answer = await post("/api/commands", { text: "/help" }, { "idempotency-key": "k".repeat(201) });
  assert.equal(answer.status, 400);
  assert.equal(desk.said.length, 0);
});

const statuses: readonly [RefusalCode, number][] = [
  ["bad-command", 400],
  ["unknown-host", 404],
  ["unknown-id", 404],
  ["unknown-generation", 404],
  ["not-allowed", 403],
  ["busy", 409],
  ["not-ready", 409],
  ["already-decided", 409],
  ["too-late", 409],
  ["expired", 409],
  ["unavailable", 503],
];
for (const [code, status] of statuses) {
  test(`the refusal ${code} is answered with ${status}, its message and its help`, async (t) => {
    const { post, desk } = await serve(t);
    desk.refuseNext(code, "No.", "Do this instead.");
    const answer = await post("/api/commands", { text: "/deploy yoga" });
    assert.equal(answer.status, status);
    assert.deepEqual(await json(answer), { error: { code, message: "No.", help: "Do this instead." } });
  });
}

test("JSON that is malformed or of another shape is a 400 that says what to send", async (t) => {
  const { post, desk } = await serve(t);
  for (const body of ["{", '"/help"', "{}", '{"text":7}', '{"text":"  "}', '{"text":"/help","as":"alice"}']) {
    const answer = await post("/api/commands", body);
    assert.equal(answer.status, 400, body);
    assert.match((await json<Failure>(answer)).error.help, /"text"/);
  }
  assert.equal(desk.said.length, 0);
});

test("Switch decides once: the second click is a 409", async (t) => {
  const { post, desk } = await serve(t);
  const id = waiting(desk);
  const blind = await post(`/api/deployments/${id}/actions`, { action: "switch" });
  assert.equal(blind.status, 409, "a yes says what it is for");
  const { code, present } = (await json<Failure>(blind)).error;
  assert.equal(code, "changed");
  const digest = digestOf([(await desk.deployment(id)) ?? assert.fail()]);
  assert.deepEqual([present?.digest, present?.command], [digest, `/confirm ${id} ${digest}`]);
  const other = await post(`/api/deployments/${id}/actions`, { action: "switch", digest: "0123456789ab" });
  assert.equal(other.status, 409, "nor for another set");
  assert.equal((await desk.deployment(id))?.phase, "confirm");
  assert.equal((await post(`/api/deployments/${id}/actions`, { action: "switch", digest })).status, 200);
  assert.equal((await desk.deployment(id))?.phase, "switch");
  const again = await post(`/api/deployments/${id}/actions`, { action: "cancel" });
  assert.equal(again.status, 409);
  assert.equal((await json<Failure>(again)).error.code, "already-decided");
});

test("roll back goes to what ran before that deployment, and is refused where it brought nothing", async (t) => {
  const { post, desk } = await serve(t);
  const { deployments, run } = desk.begin(["yoga"]);
  const id = deployments[0]?.id ?? "";
  const early = await post(`/api/deployments/${id}/actions`, { action: "rollback" });
  assert.equal(early.status, 409);
  assert.deepEqual(desk.said, []);
  desk.finish(id, "deployed-degraded");
  assert.equal((await post(`/api/deployments/${id}/actions`, { action: "rollback" })).status, 202);
  assert.equal((await post(`/api/runs/${run.id}/actions`, { action: "rollback" })).status, 202);
  assert.deepEqual(
    desk.said.map(({ text }) => text),
    ["/rollback yoga previous", "/rollback yoga previous"],
  );
});

test("a run's yes is for the set that its card shows, and counts once", async (t) => {
  const { post, desk } = await serve(t);
  const { deployments, run } = desk.begin(["yoga", "hetzner-vps"]);
  const [first, second] = deployments.map(({ id }) => id);
  const path = `/api/runs/${run.id}/actions`;
  desk.reach(first ?? "", "confirm");
  const early = digestOf([(await desk.deployment(first ?? "")) ?? assert.fail()]);
  assert.equal((await post(path, { action: "switch", digest: early })).status, 409, "one is not ready");
  desk.reach(second ?? "", "confirm");
  assert.equal((await post(path, { action: "switch", digest: early })).status, 409, "two are not one");
  const members = (await desk.run(run.id))?.deployments ?? [];
  const digest = digestOf(members);
  assert.equal((await post(path, { action: "switch", digest })).status, 200);
  assert.deepEqual(
    (await desk.run(run.id))?.deployments.map(({ phase }) => phase),
    ["switch", "switch"],
  );
  assert.equal((await post(path, { action: "switch", digest })).status, 409);
});

test("an action that does not exist is a 400", async (t) => {
  const { post, desk } = await serve(t);
  const answer = await post(`/api/deployments/${waiting(desk)}/actions`, { action: "explode" });
  assert.equal(answer.status, 400);
});

test("deployments are listed with their cards, by host and limit, without the baseline", async (t) => {
  const { get, desk } = await serve(t);
  desk.begin(["yoga", "hetzner-vps"]);
  desk.begin(["yoga"]);
  const all = await json<List>(await get("/api/deployments"));
  assert.equal(all.deployments.length, 3);
  assert.equal(all.deployments[0]?.card[0]?.kind, "heading");
  assert.equal("baseline" in (all.deployments[0] ?? {}), false);
  assert.equal("runs" in all, false);
  const some = await json<List>(await get("/api/deployments?host=yoga&limit=1&runs=1"));
  assert.deepEqual(
    some.deployments.map((one) => one.host),
    ["yoga"],
  );
  assert.equal(some.runs?.[0]?.command, "/deploy yoga");
});

test("a limit that is no number from 1 to 500 is refused", async (t) => {
  const { get } = await serve(t);
  for (const limit of ["0", "501", "-1", "1.5", "many"]) {
    assert.equal((await get(`/api/deployments?limit=${limit}`)).status, 400, limit);
  }
  assert.equal((await get("/api/deployments?limit=500")).status, 200);
});

test("one deployment and one run can be read, with their cards", async (t) => {
  const { get, desk } = await serve(t);
  const { deployments, run } = desk.begin(["yoga", "hetzner-vps"]);
  const one = await json<Shown>(await get(`/api/deployments/${deployments[0]?.id}`));
  assert.equal(one.host, "yoga");
  assert.ok(one.card.length > 1);
  const whole = await json<{ run: { command: string; card: Block[] }; deployments: Shown[] }>(
    await get(`/api/runs/${run.id}`),
  );
  assert.equal(whole.run.command, "/deploy yoga hetzner-vps");
  assert.ok(whole.run.card.length > 0);
  assert.equal(whole.deployments[1]?.host, "hetzner-vps");
});

test("an id that is unknown, malformed or a path is a 404 that never reaches the desk's files", async (t) => {
  const { get, post } = await serve(t);
  const strange = ["d-20261123-ffff", "d-1", "..%2f..%2fetc%2fpasswd", "%00", "__proto__", "r-20261123-ffff"];
  for (const id of strange) {
    assert.equal((await get(`/api/deployments/${id}`)).status, 404, id);
    assert.equal((await get(`/api/deployments/${id}/log`)).status, 404, id);
    assert.equal((await get(`/api/runs/${id}`)).status, 404, id);
    assert.equal((await post(`/api/deployments/${id}/actions`, { action: "switch" })).status, 404, id);
    assert.equal((await post(`/api/runs/${id}/actions`, { action: "switch" })).status, 404, id);
  }
});

test("hosts and help are what the desk offers", async (t) => {
  const { get, desk } = await serve(t);
  assert.deepEqual(await json(await get("/api/hosts")), {
    hosts: JSON.parse(JSON.stringify((await desk.hosts()).hosts)),
    trouble: null,
  });
  desk.loseHosts("The hosts of origin/main cannot be read: no route.", "Is it up?");
  assert.deepEqual(await json(await get("/api/hosts")), {
    hosts: [],
    trouble: { message: "The hosts of origin/main cannot be read: no route.", help: "Is it up?" },
  });
  const help = await json<{ who: string; commands: { name: string }[] }>(await get("/api/help"));
  assert.equal(help.commands[0]?.name, "deploy");
  assert.equal(help.who, "owner");
});

test("an error inside the bot is a 500 that tells nothing of its inside", async (t) => {
  const { get, desk, logged } = await serve(t);
  desk.failNext(new Error("password=hunter2"));
  const answer = await get("/api/deployments");
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /hunter2/);
  assert.ok(logged.includes("answering a request"));
});

function waiting(desk: Awaited<ReturnType<typeof serve>>["desk"]): string {
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.reach(id, "confirm");
  return id;
}
