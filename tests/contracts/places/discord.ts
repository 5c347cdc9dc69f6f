import assert from "node:assert/strict";
import { buttonsOf, type Message, type Person } from "../../fakes/discord/index.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";
import type { Place } from "../surface.ts";
import { until } from "../until.ts";
import { readChannel, readMessage, standing } from "./discord-reading.ts";
import { type DiscordRoom, type DiscordRoomOptions, discordRoom } from "./discord-room.ts";

const channel = "deploys";

/** Discord with one person in front of it. */
export async function discordPlace(desk: FakeDesk, options: DiscordRoomOptions = {}): Promise<Place> {
  const room = await discordRoom(desk, options);
  const ada = room.discord.user({ name: "ada" });
  const seen = new Map<string, { message: Message; version: number }>();
  return {
    person: ada.id,
    async types(command) {
      const [name = "", ...words] = command.replace(/^\//, "").split(" ");
      const outcome = await ada.uses("switchyard", { command: [name, ...words].join(" ") }, { channel });
      assert.equal(outcome.failed, undefined);
      return whisper(room, () => outcome.whispers[0]);
    },
    reads: async () => readChannel(room.discord, channel),
    async buttons() {
      return standing(room.discord, channel).flatMap((message) => {
        const labels = clickable(message);
        for (const label of labels) {
          seen.set(label, { message, version: message.versions.length - 1 });
        }
        return labels;
      });
    },
    async clicks(label) {
      const { message, version } = seen.get(label) ?? assert.fail(`no button ${label} was seen`);
      return click(room, ada, message, label, version);
    },
    health: () => room.surface().health(),
    restart: () => room.restart(),
    async close() {
      await room.close();
      assert.deepEqual(room.discord.mistakes, []);
    },
  };
}

/** Labels of the buttons that do something. */
export function clickable(message: Message): string[] {
  const spent = new Set(
    message.components
      .flatMap(everything)
      .filter((one) => one["disabled"] === true)
      .map((one) => String(one["label"])),
  );
  return buttonsOf(message).filter((label) => !spent.has(label));
}

function everything(component: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  const { components } = component;
  return [component, ...(Array.isArray(components) ? components.flatMap(everything) : [])];
}

/** Clicks, and waits until it was handled: what the person alone is told, "" for nothing. */
export async function click(
  room: DiscordRoom,
  person: Person,
  message: Message,
  label: string,
  version = message.versions.length - 1,
): Promise<string> {
  const asked = room.replies.length;
  const outcome = await person.clicks(message, label, { version });
  assert.equal(outcome.failed, undefined);
  await until("an answer of the desk", () => room.replies[asked]?.isOver === true);
  const isDone = room.replies[asked]?.reply?.kind === "answer";
  return isDone ? "" : whisper(room, () => outcome.whispers[0]);
}

/** What only this person sees, once the bot has stopped thinking. */
export async function whisper(room: DiscordRoom, find: () => Message | undefined): Promise<string> {
  const heard = await room.discord.until(
    () => {
      const found = find();
      return found === undefined || found.isThinking ? undefined : found;
    },
    5_000,
    `a whisper\n${room.lines.join("\n")}`,
  );
  return readMessage(heard);
}
