import type { TestContext } from "node:test";
import { type REST, Routes } from "discord.js";
import type { FakeDiscordOptions } from "../../../fakes/discord/index.ts";
import { discordFor, restFor } from "./client.ts";

export interface Sent {
  readonly id: string;
  readonly content: string;
  readonly attachments: { id: string; url: string; filename: string; description?: string }[];
  readonly flags: number;
}

export async function opsFor(t: TestContext, options: FakeDiscordOptions = {}) {
  const discord = await discordFor(t, { rateLimits: false, ...options });
  const ops = discord.channel("ops");
  const rest = restFor(discord);
  return { discord, ops, rest, ...calls(rest, ops.id) };
}

function calls(rest: REST, channel: string) {
  const post = (body: object, place = channel) =>
    rest.post(Routes.channelMessages(place), { body }) as Promise<Sent>;
  const edit = (id: string, body: object, place = channel) =>
    rest.patch(Routes.channelMessage(place, id), { body }) as Promise<Sent>;
  const list = async (query: Record<string, string> = {}) => {
    const found = await rest.get(Routes.channelMessages(channel), { query: new URLSearchParams(query) });
    return (found as Sent[]).map((it) => it.content);
  };
  return { post, edit, list };
}

export const startThread = (rest: REST, channel: string, message: string) =>
  rest.post(Routes.threads(channel, message), { body: { name: "yoga" } }) as Promise<{ id: string }>;
