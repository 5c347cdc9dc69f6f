import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { Fleet } from "../../rehearsal/fleet.ts";
import { leader } from "../../rehearsal/machine.ts";
import { isHost } from "../../rehearsal/places.ts";
import type { Bot } from "../bot.ts";

/** What a fault has to hand: the machines, the bot, and the deployment that it disturbs. */
export interface Stage {
  readonly fleet: Fleet;
  readonly host: string;
  readonly bot: Bot;
  readonly id: string;
  /** The bot's own way to the builder, which can be cut without the other bots'. */
  readonly builderAddress: string;
  readonly old: string;
  record(): Promise<Deployment>;
  click(): Promise<void>;
  /** Until the supervisor's state on the host begins so. */
  hostSays(state: string): Promise<void>;
  until(what: string, isTrue: () => Promise<boolean>, seconds?: number): Promise<void>;
}

export async function until(what: string, isTrue: () => Promise<boolean>, seconds = 180): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await isTrue())) {
    if (Date.now() > end) {
      throw new Error(`${what}: not after ${seconds} s`);
    }
    await delay(30);
  }
}

/** A file in a machine, read from outside: quick enough to meet a moment. */
export async function fileIn(fleet: Fleet, host: string, path: string): Promise<string> {
  const pid = isHost(host) ? await leader({ fleet: fleet.name, machine: host }) : undefined;
  return readFile(`/proc/${pid ?? 0}/root${path}`, "utf8").catch(() => "");
}

export function openStage(fleet: Fleet, host: string, bot: Bot, id: string, old: string): Stage {
  return {
    fleet,
    host,
    bot,
    id,
    old,
    builderAddress: fleet.builderAddressFor(host),
    record: () => bot.deployment(id),
    async click() {
      await bot.act(id, "switch");
    },
    hostSays: (state) =>
      until(`${host}'s supervisor says ${state}`, async () =>
        (await fileIn(fleet, host, `/run/switchyard/${id}/state`)).startsWith(state),
      ),
    until,
  };
}
