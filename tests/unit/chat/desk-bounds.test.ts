import assert from "node:assert/strict";
import { test } from "node:test";
import { bounds } from "../../../src/config/bounds.ts";
import { atTheDesk, bob, shown } from "../../fakes/at-the-desk.ts";
import { owner } from "../../fakes/tools.ts";

test("what somebody may not do is one line in the audit, and one that says how often it came again within the minute", async (t) => {
  const { world, desk, say, audit } = await atTheDesk(t);
  for (const text of ["/deploy yoga", "/deploy yoga", "/gc yoga", "/deploy yoga --dry-run"]) {
    await say(text, bob);
  }
  await desk.sumUp();
  assert.deepEqual(
    (await audit()).map(([who, what, about]) => [who, what, about]),
    [
      ["Bob (U2)", "refused", "/deploy yoga"],
      ["Bob (U2)", "refused", "/gc yoga"],
    ],
  );
  await world.clock.advance(bounds.commands.within);
  await say("/deploy yoga", bob);
  const [sum, anew, ...more] = (await audit()).slice(2);
  assert.deepEqual(sum?.slice(0, 3), ["Switchyard", "refused", "slack:U2"]);
  assert.match(
    sum?.[3] ?? "",
    /^not-allowed: deploy without the role deployer: 2 more in the minute from 2026-/,
  );
  assert.deepEqual([anew?.[0], anew?.[2], more], ["Bob (U2)", "/deploy yoga", []]);
});

test("counts of what was refused are written at the stop, too", async (t) => {
  const { desk, say, audit } = await atTheDesk(t);
  await say("/deploy yoga", bob);
  await say("/deploy yoga", bob);
  await desk.sumUp(true);
  assert.match((await audit()).at(-1)?.[3] ?? "", /: 1 more in the minute from /);
});

test("reading, completion and what comes before a yes are bounded for each person, and a yes is not among them", async (t) => {
  const { world, bot, desk, say, audit } = await atTheDesk(t);
  const [id = ""] = await say("/deploy yoga").then((reply) =>
    reply.kind === "started" ? reply.deployments : [],
  );
  await bot.asks(id);
  const digest = await shown(bot, id);
  const asks = {
    look: () => desk.mayReadNow(owner, "look"),
    complete: () => desk.mayReadNow(owner, "complete"),
    "before-yes": async () => {
      const answer = await desk.mayDecide(id, owner, digest);
      return answer.kind === "refused" ? answer : null;
    },
  };
  for (const kind of ["look", "complete", "before-yes"] as const) {
    for (let one = 0; one < bounds.asks[kind].decider; one++) {
      assert.equal(await world.clock.settle(asks[kind]()), null, `${kind} ${one}`);
    }
    const refused = await world.clock.settle(asks[kind]());
    assert.deepEqual([refused?.code, refused?.retryAfter], ["too-many", 60], kind);
  }
  assert.deepEqual(
    (await audit()).slice(2).map(([, what, , detail]) => [what, detail]),
    Array.from({ length: 3 }, () => ["refused", "too-many"]),
  );
  const clicked = await world.clock.settle(desk.decide(id, "switch", owner, digest));
  assert.equal(clicked.kind, "answer");
  assert.equal(await desk.mayReadNow(bob, "look"), null, "somebody else may read");
});

test("a person without a role who floods the desk leaves a few lines in the audit, and one that says how many there were", async (t) => {
  const { world, desk, say, audit } = await atTheDesk(t);
  const { other, within } = bounds.commands;
  const replies = [];
  for (let one = 0; one < other + 50; one++) {
    replies.push(await say("/deploy yoga", bob));
  }
  const codes = replies.map((reply) => (reply.kind === "refused" ? reply.code : reply.kind));
  assert.equal(codes.filter((code) => code === "too-many").length, 50);
  assert.equal((await audit()).length, 2, "one for what Bob may not do, and one for what was too many");
  const last = replies.at(-1);
  assert.equal(last?.kind === "refused" && last.help, "Ask again in 60 s.");
  assert.equal((await say("/deploy yoga")).kind, "started", "a decider is not kept waiting");
  await world.clock.advance(within);
  await desk.sumUp();
  const [, , about, detail] = (await audit()).at(-1) ?? [];
  assert.equal(about, "slack:U2");
  assert.match(detail ?? "", /^too-many commands: 49 more in the minute from 2026-/);
});

test("a command refused as one too many is done when the same delivery comes again later", async (t) => {
  const { world, say } = await atTheDesk(t);
  for (let one = 0; one < bounds.commands.decider; one++) await say("/nothing");
  const refused = await say("/deploy yoga", owner, "k-1");
  assert.equal(refused.kind === "refused" && refused.code, "too-many");
  await world.clock.advance(bounds.commands.within);
  assert.equal((await say("/deploy yoga", owner, "k-1")).kind, "started");
});
