import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Deployment } from "../../../src/chat/desk.ts";
import { standing } from "../../contracts/places/discord-reading.ts";
import { type DiscordRoomOptions, discordRoom } from "../../contracts/places/discord-room.ts";
import { buttonsOf, type Message } from "../../fakes/discord/index.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";

export const channel = "deploys";

export async function room(t: TestContext, options: DiscordRoomOptions = {}) {
  const real = fakeDesk();
  let isBroken = false;
  const desk: typeof real = {
    ...real,
    mayDecide: (id, who, digest) =>
      isBroken ? Promise.reject(new Error("the disk is full")) : real.mayDecide(id, who, digest),
  };
  const opened = await discordRoom(desk, options);
  t.after(async () => {
    await opened.close();
    assert.deepEqual(opened.discord.mistakes, []);
  });
  const ada = opened.discord.user({ name: "ada", roles: ["ops"] });
  const find = (label: string) => () =>
    standing(opened.discord, channel).find((one) => buttonsOf(one).includes(label));
  const asks = async (
    host: string,
    change: Partial<Deployment> = {},
  ): Promise<{ id: string; card: Message }> => {
    const id = desk.begin([host]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm", change);
    const label = change.mode === "rollback" ? "Roll back" : "Switch";
    const card = await opened.discord.until(find(label), 10_000, "a card that asks");
    return { id, card };
  };
  const failReading = (isSo: boolean) => {
    isBroken = isSo;
  };
  return { ...opened, desk: real, ada, asks, failReading };
}
