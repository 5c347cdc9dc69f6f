import assert from "node:assert/strict";
import { test } from "node:test";
import { threadDrawer } from "../../../src/chat/draw-thread.ts";
import type { Identity } from "../../../src/chat/identity.ts";
import { deskOver } from "../../fakes/at-the-desk.ts";
import { createWorld } from "../../fakes/world.ts";

const mira: Identity = { surface: "web", id: "mira", name: "mira", groups: [] };
const hosts = Array.from({ length: 40 }, (_, index) => `host-${String(index + 1).padStart(2, "0")}`);

test("/build-all on 40 hosts gets through the bounds, and shows one card with a line for each host", async (t) => {
  const world = await createWorld(t, hosts);
  world.fleet = "people: { mira: { web: mira } }\nroles: { deployer: [mira] }\n";
  const bot = await world.startBot();
  const { desk, say } = await deskOver(world, bot);
  const started = await say("/build-all", mira);
  assert.ok(started.kind === "started", JSON.stringify(started));
  assert.equal(started.deployments.length, 40);
  const headings = started.blocks.filter(({ kind }) => kind === "heading");
  const tables = started.blocks.flatMap((block) => (block.kind === "table" ? [block.rows.length] : []));
  assert.deepEqual([headings.length, tables], [1, [40]]);

  // The page reads the run at each change of one of its deployments: four of them while it is built.
  for (const id of started.deployments) {
    for (let change = 0; change < 4; change++) assert.equal(await desk.mayReadNow(mira, "look"), null);
    assert.equal((await bot.ends(id)).outcome, "built");
  }
  const thread = await threadDrawer(bot.store, () => null)(started.run);
  assert.deepEqual(
    thread?.messages.map(({ key }) => key),
    ["root", "end"],
    "the card, and one message that it is over",
  );
});
