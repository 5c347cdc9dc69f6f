import type { TestContext } from "node:test";
import { type FakeSystem, fakeSystem, storePath } from "./fake-system.ts";
import { type Bot, createWorld, type World } from "./world.ts";

/** What yoga runs, and what its card asks for. */
export const old = storePath("nixos-system-yoga-1");
export const next = storePath("nixos-system-yoga-2");

/** A fleet of one host whose new system behaves as told, with its card waiting. */
export async function atTheCard(
  t: TestContext,
  change: Partial<FakeSystem> = {},
): Promise<{ world: World; bot: Bot; id: string }> {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("the new one", { yoga: fakeSystem("yoga-2", change) });
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  return { world, bot, id };
}
