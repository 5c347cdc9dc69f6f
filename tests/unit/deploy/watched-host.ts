import type { TestContext } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { DeployRequest } from "../../../src/deploy/requests.ts";
import { isWatched } from "../../../src/deploy/watching.ts";
import { alice, type Bot, createWorld, type World } from "../../fakes/world.ts";

export const minute = 60_000;

/** A world in which yoga has switched, and is watched for ten minutes. */
export async function watching(
  t: TestContext,
  fleet = "hosts: { yoga: { monitor: 10m } }",
  request: Partial<DeployRequest> = {},
) {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = fleet;
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", request);
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  const record = await bot.reaches(id, (one) => isWatched(one) || one.outcome !== null);
  return { world, bot, id, record };
}

/** nginx of the system that yoga runs now. */
export function setNginx(world: World, active: "active" | "failed"): void {
  const host = world.host("yoga");
  Object.assign(host.systemOf(host.current).units, {
    "nginx.service": active === "active" ? { active } : { active, sub: "failed", result: "exit-code" },
  });
}

export const looks = (count: number) => (one: Deployment) => (one.monitor?.strip.length ?? 0) >= count;

export async function again(world: World, bot: Bot): Promise<Bot> {
  bot.kill();
  const next = await world.startBot();
  await world.clock.settle(next.engine.recover());
  return next;
}
