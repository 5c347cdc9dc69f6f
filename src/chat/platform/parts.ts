import type { Tone } from "../blocks.ts";
import type { Channel } from "../channel.ts";

export interface PlatformLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface Health {
  readonly ok: boolean;
  readonly detail: string;
}

/** Live threads that are being kept. */
export interface OpenThreads {
  stop(): Promise<void>;
  health(): Health;
}

/** Starts the live threads, at the start of a surface: the channel keeps their calls until it can post. */
export type OpensThreads = (channel: Channel) => OpenThreads;

/** Starts telling other channels of the platform; `find` looks for one by its name or id. */
export type OpensNotices = (find: (channel: string) => Promise<Channel>) => OpenThreads;

/** What stands before a heading or a text, for platforms without colours. */
export const toneSign: Readonly<Record<Tone, string>> = {
  neutral: "",
  info: "",
  good: "✅ ",
  warning: "⚠️ ",
  bad: "❌ ",
};
