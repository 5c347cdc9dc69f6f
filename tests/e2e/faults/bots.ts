import { type Bot, type BotOptions, startBot } from "../bot.ts";
import type { Lane, RowOptions } from "./row.ts";

/** Deadlines as short as busy cores allow. */
const quick = {
  settle: "1s",
  activateWithin: "30s",
  ackWithin: "20s",
  commitWithin: "101s",
  rollbackWithin: "60s",
};

/** A bot with its own way to the builder, and its data on a disk that can be filled. */
export async function startLaneBot({ fleet, host }: Lane, row: RowOptions = {}): Promise<Bot> {
  const builder = new URL(fleet.builderUrl);
  builder.hostname = fleet.builderAddressFor(host);
  const options: BotOptions = {
    defaults: { ...quick, ...row.defaults },
    hosts: { [host]: row.host ?? {} },
    env: { SWITCHYARD_BUILDER: builder.href.replace(/\/$/, "") },
    dataParent: await fleet.smallDisk(host),
  };
  return startBot(fleet, options);
}

/** The bot of a lane: it goes on from row to row, and another one takes over where a row wants other settings. */
export function laneBot(lane: Lane) {
  let bot: Bot | undefined;
  let settings = "";
  async function stop(): Promise<void> {
    await bot?.stop();
    bot = undefined;
  }
  return {
    stop,
    async for(options: RowOptions = {}): Promise<Bot> {
      const wanted = JSON.stringify(options);
      if (bot === undefined || wanted !== settings) {
        await stop();
        bot = await startLaneBot(lane, options);
        settings = wanted;
      }
      return bot;
    },
  };
}
