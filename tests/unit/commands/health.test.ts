import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { dispatch } from "../../../src/chat/dispatch.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { createWorld } from "../../fakes/world.ts";
import { sick, sound } from "../health/recorded-report.ts";

async function asking(t: TestContext, fleet = "") {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = fleet;
  const bot = await world.startBot();
  const ask = (text: string) => world.clock.settle(dispatch(toolsOf(world, bot), text, owner));
  return { world, ask };
}

test("/health of a sound host says so, with load, memory and disk as shares", async (t) => {
  const { world, ask } = await asking(t);
  world.host("yoga").healthReport = sound;
  const reply = await ask("/health yoga");
  assert.equal(reply.kind, "answer");
  const blocks = reply.kind === "answer" ? reply.blocks : [];
  assert.deepEqual(blocks[0], { kind: "heading", text: "Health of yoga: running", tone: "good" });
  const fields = blocks.flatMap((block) => (block.kind === "fields" ? block.fields : []));
  assert.deepEqual(
    fields.map(({ name, value, share }) => [
      name,
      value,
      share === undefined ? null : Math.round(share * 100),
    ]),
    [
      ["System", "running", null],
      ["Up", "55 min", null],
      ["Load", "14.92 · 14.38 · 12.00 on 2 cores", 100],
      ["Memory", "1.4 GiB of 23.5 GiB", 6],
      ["Disk /", "76.2 GiB free of 101.4 GiB", 25],
    ],
  );
  assert.match(JSON.stringify(blocks), /no errors since the boot/);
});

test("/health names what is wrong first: units, checks, and the journal's errors", async (t) => {
  const { world, ask } = await asking(t, 'hosts: { yoga: { checks: [{ command: ["false"] }] } }');
  world.host("yoga").healthReport = sick;
  world.shell("yoga").on(/^false$/, { exitCode: 1, stderr: "it is down" });
  const reply = await ask("/health yoga");
  const blocks = reply.kind === "answer" ? reply.blocks : [];
  assert.deepEqual(blocks.slice(0, 4), [
    { kind: "heading", text: "Health of yoga: 3 problems", tone: "bad" },
    { kind: "text", text: "restic-backups.service failed.", tone: "bad" },
    { kind: "text", text: "nothing.service is critical and inactive.", tone: "bad" },
    { kind: "text", text: "The check false: it is down", tone: "bad" },
  ]);
  assert.match(JSON.stringify(blocks), /Fatal: unable to open config file/);
});

test("/health says what listens, and since when the journal was read", async (t) => {
  const { world, ask } = await asking(t);
  const rows =
    'listen=tcp LISTEN 0 9 127.0.0.1:5432 0.0.0.0:* users:(("postgres",pid=2,fd=6))\nlisten=tcp LISTEN 0 9 *:22 *:* users:(("sshd",pid=1,fd=3))';
  world.host("yoga").healthReport = sound.replace("--- journal", `${rows}\nswitched=1763883668\n--- journal`);
  const text = JSON.stringify(await ask("/health yoga"));
  assert.match(text, /Listens on 2 ports","items":\["22 sshd","5432 postgres \(only from itself\)"\]/);
  assert.match(text, /no errors since the last switch or boot \(2025-11-23 07:41 UTC\)/);
});

test("/health of a host that does not answer says why, and of no host which one is meant", async (t) => {
  const { world, ask } = await asking(t);
  world.host("yoga").answers = false;
  assert.match(JSON.stringify(await ask("/health yoga")), /Health of yoga: no answer.*Connection timed out/);
  const unknown = await ask("/health nowhere");
  assert.equal(unknown.kind === "refused" && unknown.code, "unknown-host");
  const nothing = await ask("/health");
  assert.equal(nothing.kind === "refused" && nothing.code, "bad-command");
});
