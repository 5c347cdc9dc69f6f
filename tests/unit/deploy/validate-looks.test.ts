import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { DeployRequest } from "../../../src/deploy/requests.ts";
import { readHostFactsArgv } from "../../../src/nix/host-facts.ts";
import type { Command } from "../../../src/remote/shell.ts";
import { next, old } from "../../fakes/at-the-card.ts";
import { type FakeSystem, fakeSystem } from "../../fakes/fake-system.ts";
import { alice, createWorld, type World } from "../../fakes/world.ts";

const facts = (readHostFactsArgv().at(-1) ?? "").slice(0, 40);

/** Short ones: what gives up asks less often until then. */
const deadlines = "activateWithin: 1m, ackWithin: 30s, commitWithin: 2m, rollbackWithin: 1m";

async function switching(
  t: TestContext,
  change: Partial<FakeSystem> = {},
  request: Partial<DeployRequest> = {},
) {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = `{ defaults: { ${deadlines} }, hosts: { yoga: { checks: [{ http: "http://localhost/" }] } } }`;
  world.freshShell("yoga").on("curl", {});
  world.builder.commit("the new one", { yoga: fakeSystem("yoga-2", change) });
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", request);
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "validate");
  return { world, bot, id };
}

const told = (world: World) =>
  world.ran.flatMap(({ argv }) => (argv.includes("decide") ? [argv[argv.indexOf("decide") + 1]] : []));
const logOf = (world: World, log: string) => readFile(join(world.directory, log), "utf8");

test("a host that runs another system than the new one is told to go back, however well it is", async (t) => {
  for (const noRollback of [false, true]) {
    const { world, bot, id } = await switching(t, {}, noRollback ? { noRollback, reason: "x" } : {});
    world.freshShell("yoga").on(facts, async (command: Command) => {
      const exit = await world.host("yoga").run(command, "fresh");
      return { ...exit, stdout: (exit.stdout ?? "").replaceAll(next, old) };
    });
    const ended = await bot.ends(id);
    assert.deepEqual(told(world), ["rollback"]);
    assert.match(ended.message ?? "", /\/run\/current-system is not the new system/);
    assert.equal(ended.outcome, "rolled-back", `--no-rollback: ${noRollback}`);
  }
});

test("a decision is told up to five times, two seconds apart; one that never arrives is none", async (t) => {
  for (const [failures, outcome] of [
    [4, "deployed"],
    [5, "rolled-back"],
  ] as const) {
    const { world, bot, id } = await switching(t);
    const at: number[] = [];
    const refuse = () => {
      at.push(world.clock.now());
      return { exitCode: 255, stderr: "broken pipe" };
    };
    for (let count = 0; count < failures; count++) {
      world.freshShell("yoga").once(" decide ", refuse);
    }
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, outcome, ended.message ?? "");
    assert.deepEqual(
      at.slice(1).map((time, index) => time - (at[index] ?? 0)),
      Array(failures - 1).fill(2_000),
    );
    assert.ok(
      bot.progress.some(({ text }) => /telling yoga to commit/.test(text)),
      "each try is told of",
    );
    assert.equal(
      bot.progress.some(({ text }) => text === "healthy: keeping the new system"),
      failures === 4,
    );
  }
});

test("who follows is told how long it settles, what was decided, and why", async (t) => {
  const { world, bot, id } = await switching(t, {
    testExit: 4,
    units: { "nginx.service": { active: "failed", result: "exit-code" } },
  });
  const { log } = await bot.ends(id);
  const said = bot.progress.map(({ text }) => text);
  assert.ok(said.includes("letting it settle for 15 s"));
  assert.ok(said.includes("rolling back: nginx.service failed (exit-code)"));
  assert.match(await logOf(world, log), /problem: nginx\.service failed \(exit-code\)/);
});

test("a health that cannot be read is asked for until half a minute before the host decides by itself", async (t) => {
  for (const what of [" snapshot ", facts]) {
    const { world, bot, id } = await switching(t);
    const begun = Date.parse((await bot.record(id)).times.validate?.startedAt ?? "");
    const asked: number[] = [];
    world.freshShell("yoga").on(what, () => {
      asked.push(world.clock.now() - begun);
      return { exitCode: 1, stderr: "Failed to connect to bus" };
    });
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, "rolled-back");
    assert.match(ended.message ?? "", /its health could not be read: .*Failed to connect to bus/);
    const last = asked.at(-1) ?? 0;
    assert.ok(last >= 90_000 && last < 110_000, `${what}: ${last}`);
    assert.deepEqual(told(world), ["rollback"]);
  }
});

test("a journal is read only for units that are in trouble", async (t) => {
  const { world, bot, id } = await switching(t);
  world.freshShell("yoga").on("curl", { exitCode: 22, stderr: "curl: (22) 503\n" });
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.equal(
    world.ran.some(({ argv }) => argv[0] === "journalctl"),
    false,
  );
});

test("a journal that cannot be read adds nothing, and keeps no host from going back", async (t) => {
  const { world, bot, id } = await switching(t, {
    testExit: 4,
    units: { "nginx.service": { active: "failed", result: "exit-code" } },
  });
  world.freshShell("yoga").on("--unit=", { exitCode: 1 });
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.deepEqual(ended.lines, ["nginx.service failed (exit-code)"]);
});

test("what the switch touched is kept in the record, in order, and a bot that comes back asks no second time", async (t) => {
  const { world, bot, id } = await switching(t);
  const lines = "starting the following units: z.service, a.service\n";
  world.freshShell("yoga").on(" acted ", { stdout: lines });
  const kept = await bot.reaches(id, ({ touched }) => touched !== undefined);
  assert.deepEqual(kept.touched, [...(kept.touched ?? [])].sort());
  assert.ok(kept.touched?.includes("nginx.service"), "what dry-activate announced");
  bot.kill();
  const second = await world.startBot();
  await world.clock.settle(second.engine.recover());
  const ended = await second.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.deepEqual(ended.touched, kept.touched);
});

test("what became of a host that does not answer after the decision is unknown, and why it did not is said", async (t) => {
  const { world, bot, id } = await switching(t);
  world.freshShell("yoga").on(" decide ", () => {
    world.shell("yoga").on(" show ", { exitCode: 255, stderr: "no route to host" });
    return {};
  });
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "unknown");
  assert.match(ended.message ?? "", /yoga did not answer while it switched, .*exit 255/);
});
