import assert from "node:assert/strict";
import { test } from "node:test";
import { standing } from "../../contracts/places/slack-reading.ts";
import { slackRoom } from "../../contracts/places/slack-room.ts";
import { until } from "../../contracts/until.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";

const hosts = ["yoga", "zephyrus", "hetzner-vps", "ovh-vps"];

test("a channel that is archived in the middle gets no post more; it is said with what to do, and goes on when that is done", async (t) => {
  const desk = fakeDesk(hosts);
  const room = await slackRoom(desk, { speed: 200, isPaced: true });
  t.after(() => room.close());
  const deploys = room.slack.channel("deploys");
  const ids = hosts.slice(0, 2).map((host) => desk.begin([host]).deployments[0]?.id ?? assert.fail());
  await until("two threads", () => standing(room.slack, "deploys").length === 4, 10_000);
  deploys.isArchived = true;
  // Each of them has something to say.
  for (const id of ids) {
    desk.reach(id, "confirm");
  }
  for (const host of hosts.slice(2)) {
    desk.begin([host]);
  }
  const detail = () => room.surface().health().detail;
  await until("the words", () => detail().includes("is_archived"), 10_000, detail);
  assert.match(detail(), /unarchive the channel, or name another one in SLACK_CHANNEL/);
  const refused = () =>
    ["chat.postMessage", "chat.update"].flatMap((method) =>
      room.slack.calls(method).filter(({ error }) => error === "is_archived"),
    ).length;
  const before = refused();
  const looks = room.slack.calls("users.conversations").length;
  // Many minutes of Slack's time.
  await until("looks", () => room.slack.calls("users.conversations").length >= looks + 4, 20_000, detail);
  assert.ok(before <= 4 && refused() === before, `${refused()} posts were refused, ${before} at first`);
  assert.equal(room.surface().health().ok, false);
  deploys.isArchived = false;
  const told = () => standing(room.slack, "deploys").length;
  await until(
    "what waited",
    () => told() === 10,
    20_000,
    () => `${told()} ${detail()}`,
  );
  await until("that it is well", () => room.surface().health().ok, 10_000, detail);
});

test("a scope that is missing for posts alone is tried rarely, and said with what to do", async (t) => {
  const desk = fakeDesk(hosts);
  const room = await slackRoom(desk, { speed: 200, isPaced: true });
  t.after(() => room.close());
  room.slack.faults.add(
    "chat.postMessage",
    { kind: "error", error: "missing_scope" },
    Number.POSITIVE_INFINITY,
  );
  const began = room.clock.now();
  for (const host of hosts) {
    desk.begin([host]);
  }
  const detail = () => room.surface().health().detail;
  await until("the words", () => /missing_scope/.test(detail()), 10_000, detail);
  assert.match(detail(), /add that scope under OAuth & Permissions, and install the app again/);
  const tries = () => room.slack.calls("chat.postMessage").length;
  await until("ten minutes", () => room.clock.now() - began > 10 * 60_000, 20_000);
  assert.ok(tries() <= 12, `${tries()} tries by four threads in ten minutes`);
  room.slack.faults.clear();
  await until("what waited", () => standing(room.slack, "deploys").length === 8, 20_000, detail);
  await until("that it is well", () => room.surface().health().ok, 10_000, detail);
});
