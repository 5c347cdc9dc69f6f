import { discordSurface } from "../../../adapters/discord/index.ts";
import type { DiscordOptions } from "../../../adapters/discord/types.ts";
import type { Channel } from "../../../src/chat/channel.ts";
import { discordPace } from "../../../src/chat/platform-threads.ts";
import type { Surface } from "../../../src/chat/surface.ts";
import type { Clock } from "../../../src/config/clock.ts";
import { type FakeDiscord, type FakeDiscordOptions, startFakeDiscord } from "../../fakes/discord/index.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";
import { memoryDeliveries } from "../../fakes/memory-deliveries.ts";
import { until } from "../until.ts";
import { fastClock } from "./fast-clock.ts";
import { type ThreadRoom, threadRoom } from "./threads.ts";
import { type Noted, watchedDesk } from "./watched-desk.ts";

export interface DiscordRoomOptions extends FakeDiscordOptions {
  readonly speed?: number;
  /** The repairs of the surface itself go by the fast clock, too. */
  readonly isPaced?: boolean;
  /** False: the surface is not started. */
  readonly start?: boolean;
  readonly change?: Partial<DiscordOptions>;
  /** Discord's own, unless a test is about something else. */
  readonly pace?: Parameters<typeof threadRoom>[2];
  /** The text of fleet.yaml as it is now: which channels its hosts notify. */
  readonly fleet?: () => string;
}

/** Discord, the bot on it, and what passes between them. */
export interface DiscordRoom {
  readonly discord: FakeDiscord;
  readonly clock: Clock;
  readonly threads: ThreadRoom;
  readonly replies: readonly Noted[];
  readonly lines: readonly string[];
  readonly options: DiscordOptions;
  surface(): Surface;
  /** Until it is well. */
  ready(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** The real adapter, the real discord.js and the real live threads on the fake Discord. */
export async function discordRoom(desk: FakeDesk, given: DiscordRoomOptions = {}): Promise<DiscordRoom> {
  const { speed = 25, start = true, change = {}, isPaced: _, ...fake } = given;
  const clock = fastClock(speed);
  const discord = await startFakeDiscord({ rateLimits: { speed }, ...fake });
  const channel = discord.channel("deploys");
  const threads = threadRoom(desk, clock, given.pace ?? discordPace, given.fleet);
  const { desk: watched, replies } = watchedDesk(desk);
  const lines: string[] = [];
  const note = (details: object, message: string) => lines.push(`${message} ${JSON.stringify(details)}`);
  const options: DiscordOptions = {
    desk: watched,
    deliveries: memoryDeliveries(),
    token: discord.token,
    applicationId: discord.bot.id,
    guildId: discord.guildId,
    channelId: channel.id,
    apiUrl: discord.apiUrl,
    log: { debug: note, info: note, warn: note, error: note },
    openThreads: (into: Channel) => threads.open(into),
    openNotices: threads.notices("discord"),
    ...(given.isPaced === true ? { pacing: { clock, random: Math.random } } : {}),
    ...change,
  };
  let surface = discordSurface(options);

  const ready = () =>
    until(
      "a Discord that is well",
      () => surface.health().ok && discord.commands.length > 0,
      30_000,
      () => `${surface.health().detail}\n${lines.join("\n")}`,
    );

  async function close(): Promise<void> {
    await surface.stop();
    await discord.stop();
  }

  if (start) {
    await surface.start();
    await ready().catch(async (error: unknown) => {
      // What is left open would keep the whole test run waiting.
      await close();
      throw error;
    });
  }
  return {
    discord,
    clock,
    threads,
    replies,
    lines,
    options,
    surface: () => surface,
    ready,
    async restart() {
      await surface.stop();
      surface = discordSurface(options);
      await surface.start();
      await ready();
    },
    close,
  };
}
