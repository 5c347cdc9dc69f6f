import type { TestContext } from "node:test";
import type { Deployment } from "../../src/deploy/deployment.ts";
import type { RolloutRequest } from "../../src/deploy/requests.ts";
import type { Run } from "../../src/deploy/run.ts";
import { type Bot, createWorld, somebody, type World } from "./world.ts";

export const threeHosts = ["ovh-vps", "yoga", "zephyrus"];

export async function fleetOfThree(t: TestContext): Promise<{ world: World; bot: Bot }> {
  const world = await createWorld(t, threeHosts);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  return { world, bot };
}

/** What Carol asks for with `/deploy all`. */
export function rolloutRequest(change: Partial<RolloutRequest> = {}): RolloutRequest {
  return {
    hosts: threeHosts,
    mode: "deploy",
    ref: null,
    reason: null,
    by: somebody("carol"),
    allowAnyRef: false,
    keepGoing: false,
    canary: null,
    wave: 1,
    command: "/deploy all",
    ...change,
  };
}

export interface RollOut {
  readonly run: Run;
  readonly ids: readonly string[];
  /** Its records, in the order of its hosts. */
  all(): Promise<readonly Deployment[]>;
  /** Goes on until this holds of each of them. */
  until(holds: (one: Deployment) => boolean): Promise<readonly Deployment[]>;
}

/** Starts a run of several hosts; throws where it is refused. */
export async function rollOut(
  world: World,
  bot: Bot,
  change: Partial<RolloutRequest> = {},
): Promise<RollOut> {
  const answer = await world.clock.settle(bot.engine.rollOut(rolloutRequest(change)));
  if (answer.kind !== "started") {
    throw new Error(JSON.stringify(answer));
  }
  const { run } = answer;
  const ids = run.deployments;
  const all = () => Promise.all(ids.map((id) => bot.record(id)));
  const until = async (holds: (one: Deployment) => boolean) => {
    for (const id of ids) {
      await bot.reaches(id, holds);
    }
    return all();
  };
  return { run, ids, all, until };
}
