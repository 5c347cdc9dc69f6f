import assert from "node:assert/strict";
import { test } from "node:test";
import { fakePlace } from "../../contracts/places/fake.ts";
import { fastClock } from "../../contracts/places/fast-clock.ts";
import { threadRoom } from "../../contracts/places/threads.ts";
import { surfaceContract } from "../../contracts/surface.ts";
import { until } from "../../contracts/until.ts";
import { fakeChannel } from "../../fakes/fake-channel.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { fakeSurface } from "../../fakes/fake-surface.ts";

surfaceContract("the fake surface", (desk) => fakePlace(desk));
surfaceContract("the fake surface, slowly", (desk) => fakePlace(desk, 2_000));

test("a platform that is away says so, and has everything once it is back, each thing once", async (t) => {
  const clock = fastClock(50);
  const desk = fakeDesk();
  const channel = fakeChannel();
  const surface = fakeSurface({ desk, channel, clock, openThreads: threadRoom(desk, clock).open });
  t.after(() => surface.stop());
  surface.setDown(true);
  await surface.start();
  const who = { surface: "slack", id: "U1", name: "ada", groups: [] } as const;
  await assert.rejects(surface.types("/help", who), /away/);
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.reach(id, "confirm");
  await until("word of the outage", () => !surface.health().ok);
  desk.finish(id, "deployed", { message: "yoga runs it" });
  surface.setDown(false);
  await until("the end", () => surface.reads().includes("yoga runs it"));
  assert.deepEqual(
    channel.messages.map(({ message }) => message.key.replace(/^r-[^/]*\/(d-[^/]*\/)?/, "")),
    ["root", "phases", "card", "end"],
  );
  await until("health", () => surface.health().ok);
});
