import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { createWorld } from "../../fakes/world.ts";

const recorded = (name: string) =>
  readFileSync(join(import.meta.dirname, `../../fixtures/nix-errors/${name}.log`), "utf8");

test("an evaluation error is shown by its name, its line, its place in the flake, and what to do", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const source = storePath(`source-${world.builder.refs.get("origin/main")?.revision}`);
  const stderr = recorded("attribute-missing").replaceAll(/\/nix\/store\/[0-9a-z]{32}-source/g, source);
  world.builderShell.on(" --dry-run ", { exitCode: 1, stderr });
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.deepEqual(ended.diagnosis, {
    title: "An attribute or package is missing",
    line: "attribute 'ripgrepp' missing",
    where: "hosts/yoga.nix:8:16",
    advice: ended.help,
  });
  assert.match(
    JSON.stringify(deploymentCard(ended, null)),
    /An attribute or package is missing \(hosts\/yoga\.nix:8:16\): attribute 'ripgrepp' missing/,
  );
});

test("a syntax error that the evaluation runs into has its place, too", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const { revision } = world.builder.commit("broken", { yoga: fakeSystem("yoga-3") });
  const source = storePath(`source-${revision}`);
  const stderr = recorded("syntax-error").replaceAll(/\/nix\/store\/[0-9a-z]{32}-source/g, source);
  world.builder.commit("broken", { yoga: fakeSystem("yoga-3") }, "origin/main", stderr);
  world.builderShell.on("--dry-run", { exitCode: 1, stderr });
  const bot = await world.startBot();
  await world.clock.settle(bot.store.setInventory(["yoga"]));
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.phase, "build");
  assert.equal(ended.diagnosis?.where, "hosts/yoga.nix:3:5");
  assert.equal(ended.checks.find(({ name }) => name === "syntax")?.state, "warning");
});

test("a build that fails for a full disk is told as that", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const buildLog = recorded("out-of-disk").split("\n");
  world.builder.commit("big", { yoga: fakeSystem("yoga-big", { buildExit: 1, buildLog }) });
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.diagnosis?.title, "A disk is full");
  assert.match(ended.help ?? "", /nix-collect-garbage/);
});

test("a service that does not start is named, with where its lines are", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const units = { "nginx.service": { active: "failed", result: "exit-code" } };
  world.builder.commit("bad", { yoga: fakeSystem("yoga-bad", { units }) });
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", { surface: "web", id: "token", name: "Alice" });
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.equal(ended.diagnosis?.title, "A service does not start");
  assert.equal(ended.diagnosis?.line, "nginx.service failed (exit-code)");
  assert.match(JSON.stringify(deploymentCard(ended, null)), /journalctl -u UNIT/);
});

test("a deployment that went well has no diagnosis", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga", { mode: "dry-run" }));
  assert.equal(ended.outcome, "tested");
  assert.equal(ended.diagnosis, null);
});
