import type { Button } from "../../../src/chat/blocks.ts";
import type { Identity } from "../../../src/chat/identity.ts";
import { fakeChannel } from "../../fakes/fake-channel.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";
import { fakeSurface } from "../../fakes/fake-surface.ts";
import type { Place } from "../surface.ts";
import { fastClock } from "./fast-clock.ts";
import { threadRoom } from "./threads.ts";

const ada: Identity = { surface: "slack", id: "U1", name: "ada", groups: [] };

/** The fake surface, with everything taking `delay` milliseconds. */
export async function fakePlace(desk: FakeDesk, delay = 0): Promise<Place> {
  const clock = fastClock(50);
  const channel = fakeChannel();
  const room = threadRoom(desk, clock);
  const open = () => fakeSurface({ desk, channel, clock, delay, openThreads: room.open });
  let surface = open();
  let seen: readonly Button[] = [];
  await surface.start();
  return {
    person: ada.id,
    types: (command) => surface.types(command, ada),
    reads: async () => surface.reads(),
    async buttons() {
      seen = surface.buttons();
      return seen.map(({ label }) => label);
    },
    clicks(label) {
      const button = seen.find((one) => one.label === label);
      if (button === undefined) {
        throw new Error(`no button ${label} was seen`);
      }
      return surface.clicks(button, ada);
    },
    health: () => surface.health(),
    async restart() {
      await surface.stop();
      surface = open();
      await surface.start();
    },
    close: () => surface.stop(),
  };
}
