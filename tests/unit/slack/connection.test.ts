import assert from "node:assert/strict";
import { test } from "node:test";
import { shown } from "../../fakes/slack/index.ts";
import { eventually, outMessage, serve, upOf } from "./serve.ts";

test("a socket through which nothing comes any more is noticed", async (t) => {
  const { slack, surface, log, desk } = await serve(t, { with: { pongWithin: 600 } });
  const opened = slack.socket.opened;
  slack.socket.fallSilent();
  await slack.until(() => slack.socket.opened > opened || null, 12_000);
  await upOf(surface, log);
  await slack.user({ name: "alice" }).types("/help");
  await eventually(() => desk.said.length === 1);
});

test("a socket that is cut is noticed, shown and recovered", async (t) => {
  const { slack, surface, log, desk } = await serve(t);
  assert.match(surface.health().detail, /connected/);
  slack.socket.refuses = true;
  slack.socket.cut();
  await eventually(() => !surface.health().ok);
  assert.match(surface.health().detail, /connect/);
  slack.socket.refuses = false;
  await upOf(surface, log, 8_000);
  await slack.user({ name: "alice" }).types("/help");
  await eventually(() => desk.said.length === 1);
});

test("when Slack wants a new connection, it is there before anybody notices", async (t) => {
  const { slack, surface, desk } = await serve(t);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const opened = slack.socket.opened;
  slack.socket.disconnect("refresh_requested");
  await slack.until(() => slack.socket.opened > opened || null, 4_000);
  await eventually(() => surface.health().ok);
  const alice = slack.user({ name: "alice" });
  await eventually(() => slack.socket.connections === 1);
  assert.equal((await alice.types("/help")).acked, true);
  await eventually(() => desk.said.length === 1);
});

test("a Slack that is away at the start stops nothing, and is found when it is back", async (t) => {
  const { slack, surface, channel, log } = await serve(t, {
    ready: false,
    before: (fake) => fake.setDown(true),
  });
  assert.equal(surface.health().ok, false);
  await eventually(() => /does not answer/.test(surface.health().detail));
  const posting = (await channel).post(outMessage(), null);
  slack.setDown(false);
  await posting;
  assert.equal(slack.messages("deploys").length, 1, "what was to be posted meanwhile");
  await upOf(surface, log, 8_000);
});

test("a wrong token is named, and not tried again and again", async (t) => {
  const { slack, surface, log } = await serve(t, { ready: false, with: { botToken: "xoxb-wrong" } });
  await eventually(() => /SLACK_BOT_TOKEN is not valid \(invalid_auth\)/.test(surface.health().detail));
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  assert.equal(slack.calls("auth.test").length, 1);
  assert.equal(log.lines.filter((line) => line.startsWith("error")).length, 1);
  assert.ok(log.lines.every((line) => !line.includes("xoxb-wrong")));
});

test("a wrong app token is named, and the channel is used all the same", async (t) => {
  const { slack, surface, channel } = await serve(t, { ready: false, with: { appToken: "xapp-wrong" } });
  await (await channel).post(outMessage(), null);
  assert.equal(slack.messages("deploys").length, 1);
  await eventually(() => /SLACK_APP_TOKEN is not valid/.test(surface.health().detail));
});

test("a bot that was not invited says how to, and begins when it is", async (t) => {
  const { slack, surface, channel, log } = await serve(t, {
    ready: false,
    before: (fake) => void fake.channel("private-deploys", { bot: false, kind: "private" }),
    with: { channel: "#private-deploys" },
  });
  await eventually(() =>
    /invite the bot: \/invite @switchyard in #private-deploys/.test(surface.health().detail),
  );
  const alice = slack.user({ name: "alice" });
  await eventually(() => slack.socket.connections === 1);
  await alice.types("/help");
  const [whisper] = await slack.until(() => (alice.whispers.length > 0 ? alice.whispers : null));
  assert.match(shown(whisper ?? assert.fail()), /build-all/, "commands are answered in the meantime");
  await alice.invitesBot("private-deploys");
  await (await channel).post(outMessage(), null);
  await upOf(surface, log, 8_000);
});

test("a channel is found by its id too, and an archived one is refused", async (t) => {
  const { surface } = await serve(t, {
    ready: false,
    before(fake) {
      fake.channel("old").isArchived = true;
    },
    with: { channel: "C0GONE000" },
  });
  await eventually(() => /there is no channel C0GONE000/.test(surface.health().detail));
});

test("a scope that is missing is named with what it is for", async (t) => {
  const { surface, channel } = await serve(t, {
    ready: false,
    before: (fake) => void fake.scopes.delete("files:write"),
  });
  await channel;
  await eventually(() =>
    /add the scope files:write and reinstall the app \(logs/.test(surface.health().detail),
  );
  assert.equal(surface.health().ok, false);
});

test("a stop does not wait for a Slack that does not answer, nor for one that is not there yet", async (t) => {
  const slow = (fake: Parameters<NonNullable<Parameters<typeof serve>[1]>["before"] & object>[0]) =>
    fake.faults.add("auth.test", { kind: "slow", milliseconds: 6_000 });
  const { surface, slack, channel } = await serve(t, { ready: false, before: slow });
  await eventually(() => slack.calls("auth.test").length === 1);
  const waiting = (await channel).post(outMessage(), null);
  const start = performance.now();
  await Promise.all([
    surface.stop(),
    assert.rejects(waiting, /slack: the bot stops before it could be reached/),
  ]);
  assert.ok(performance.now() - start < 3_000);
});

test("a stop ends everything within a moment", async (t) => {
  const { slack, surface } = await serve(t);
  const start = performance.now();
  await surface.stop();
  assert.ok(performance.now() - start < 1_500);
  await eventually(() => slack.socket.connections === 0);
  assert.equal(surface.health().ok, false);
});
