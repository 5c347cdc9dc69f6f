import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf } from "../../../src/deploy/consent.ts";
import { click } from "../../contracts/places/slack.ts";
import { standing } from "../../contracts/places/slack-reading.ts";
import { slackRoom } from "../../contracts/places/slack-room.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { storePath } from "../../fakes/fake-system.ts";
import { buttonsOf } from "../../fakes/slack/index.ts";

test("while Slack holds edits back, a click on the old card is refused with the present set, and switches nothing", async (t) => {
  const desk = fakeDesk();
  const room = await slackRoom(desk);
  t.after(() => room.close());
  const ada = room.slack.user({ name: "ada" });
  const { run, deployments } = desk.begin(["yoga", "hetzner-vps"]);
  const [first = "", second = ""] = deployments.map(({ id }) => id);
  for (const id of [first, second]) {
    desk.reach(id, "confirm", { toplevel: storePath(`nixos-system-${id}`) });
  }
  const offers = (label: string) => () =>
    standing(room.slack, "deploys").find((message) => buttonsOf(message).includes(label));
  const shown = await room.slack.until(offers("Switch 2 hosts"), 10_000, "a card that asks");

  // Ten minutes of Slack's time, in which it takes no edit: one host leaves the run, and the other gets another system.
  const edits = room.slack.calls("chat.update").length;
  room.slack.faults.add("chat.update", { kind: "ratelimited", seconds: 600 }, 1_000);
  desk.finish(second, "cancelled");
  desk.reach(first, "confirm", { toplevel: storePath("nixos-system-yoga-3") });
  await room.slack.until(
    () => room.slack.calls("chat.update").length > edits,
    10_000,
    "an edit that is held back",
  );
  assert.deepEqual(buttonsOf(shown).includes("Switch 2 hosts"), true, "the old card still stands");

  const told = await click(room, ada, shown, "Switch 2 hosts");
  const present = digestOf([(await desk.deployment(first)) ?? assert.fail()]);
  assert.match(told, /What was shown is not what there is now.*nixos-system-yoga-3/s);
  assert.ok(told.includes(`/confirm ${run.id} ${present}`), told);
  for (const { id } of deployments) {
    assert.equal((await desk.deployment(id))?.confirmation?.decision ?? null, null);
  }
});
