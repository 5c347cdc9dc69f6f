import assert from "node:assert/strict";
import { test } from "node:test";
import { dispatch } from "../../../src/chat/dispatch.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { alice, createWorld } from "../../fakes/world.ts";

test("/stats counts what was switched, by host, with a chart and its words", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const tools = toolsOf(world, bot);
  const ask = (text: string) => world.clock.settle(dispatch(tools, text, owner));
  assert.match(JSON.stringify(await ask("/stats")), /Nothing was switched in the last 12 weeks/);
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
  const reply = await ask("/stats");
  assert.ok(reply.kind === "answer");
  const table = reply.blocks.find((block) => block.kind === "table");
  assert.deepEqual(
    table?.rows.map(([host, changes]) => [host, changes]),
    [["yoga", "1"]],
  );
  const picture = reply.blocks.find((block) => block.kind === "picture");
  assert.match(picture?.svg ?? "", /^<svg .*Changes per week/s);
  assert.match(picture?.alt ?? "", /Changes by the week .*: 1\./);
  assert.match(JSON.stringify(await ask("/stats hetzner-vps")), /Nothing was switched/);
});
