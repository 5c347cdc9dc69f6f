import assert from "node:assert/strict";
import type { FakeDesk } from "../../fakes/fake-desk.ts";
import { buttonsOf, type Message, type Person } from "../../fakes/slack/index.ts";
import type { Place } from "../surface.ts";
import { until } from "../until.ts";
import { readChannel, readMessage, standing } from "./slack-reading.ts";
import { type SlackRoom, type SlackRoomOptions, slackRoom } from "./slack-room.ts";

const channel = "deploys";

/** Slack with one person in front of it. */
export async function slackPlace(desk: FakeDesk, options: SlackRoomOptions): Promise<Place> {
  const room = await slackRoom(desk, options);
  const ada = room.slack.user({ name: "ada" });
  const seen = new Map<string, { message: Message; version: number }>();
  return {
    person: ada.id,
    async types(command) {
      const told = ada.whispers.length;
      assert.equal((await ada.types(command, { channel })).acked, true);
      return whisper(room, ada, told);
    },
    reads: async () => readChannel(room.slack, channel),
    async buttons() {
      return standing(room.slack, channel).flatMap((message) => {
        const labels = buttonsOf(message);
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
    close: () => room.close(),
  };
}

/** Clicks, and waits until it was handled: what the person alone is told, "" for nothing. */
export async function click(
  room: SlackRoom,
  person: Person,
  message: Message,
  label: string,
  version = message.versions.length - 1,
): Promise<string> {
  const told = person.whispers.length;
  const asked = room.replies.length;
  assert.equal((await person.clicks(message, label, { version })).acked, true);
  await until("an answer of the desk", () => room.replies[asked]?.isOver === true);
  const isDone = room.replies[asked]?.reply?.kind === "answer";
  return isDone ? "" : whisper(room, person, told);
}

/** The next thing that only this person sees. */
async function whisper({ slack, lines }: SlackRoom, person: Person, after: number): Promise<string> {
  const heard = await slack.until(() => person.whispers[after], 5_000, `a whisper\n${lines.join("\n")}`);
  return readMessage(heard);
}
