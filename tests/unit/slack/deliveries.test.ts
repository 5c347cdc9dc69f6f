import assert from "node:assert/strict";
import { test } from "node:test";
import { appHolder } from "../../../adapters/slack/connection.ts";
import type { Delivery } from "../../../src/store/deliveries.ts";
import { memoryDeliveries } from "../../fakes/memory-deliveries.ts";
import { shown } from "../../fakes/slack/index.ts";
import { card, eventually, serve } from "./serve.ts";

const slash = {
  token: "t",
  command: "/help",
  text: "",
  user_name: "alice",
  api_app_id: "A1",
  team_domain: "acme",
  channel_name: "x",
};
const form = "application/x-www-form-urlencoded";

test("what Slack delivers twice is done once, over both receivers", async (t) => {
  for (const http of [false, true]) {
    const served = await serve(t, { http });
    const { slack, desk } = served;
    const alice = slack.user({ name: "alice" });
    slack.deliveries.duplicates = 2;
    await alice.types("/help");
    await alice.mentions("help", { channel: "deploys" });
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm");
    const message = await card(served, id);
    slack.deliveries.duplicates = 1;
    await alice.clicks(message, "Switch");
    await eventually(() => desk.decided.length === 1 && alice.whispers.length === 1);
    await slack.until(
      () => slack.messages("deploys").find((one) => one.text.includes("help"))?.replies.length === 1 || null,
    );
    assert.deepEqual([desk.said.length, desk.decided.length], [2, 1], `http: ${http}`);
  }
});

test("an event that comes again in a new envelope is done once", async (t) => {
  const { slack, desk } = await serve(t);
  const alice = slack.user({ name: "alice" });
  const { delivery, message } = await alice.mentions("help", { channel: "deploys" });
  slack.socket.sendRaw(
    JSON.stringify({
      envelope_id: "another",
      type: "events_api",
      payload: delivery.payload,
      retry_attempt: 1,
    }),
  );
  await slack.until(() => slack.socket.strayAcks.some((ack) => ack.envelopeId === "another") || null);
  await slack.until(() => message.replies.length === 1 || null);
  await alice.types("/help");
  await slack.until(() => alice.whispers.length === 1 || null);
  assert.equal(desk.said.length, 2, "the mention and the command");
});

test("frames that are no JSON, or of no known kind, do no harm", async (t) => {
  const { slack, desk } = await serve(t);
  for (const frame of [
    "{",
    "null",
    "[]",
    '{"type":"pizza"}',
    '{"envelope_id":"e","type":"events_api","payload":{}}',
  ]) {
    slack.socket.sendRaw(frame);
  }
  const alice = slack.user({ name: "alice" });
  await alice.types("/help");
  await eventually(() => desk.said.length === 1);
});

test("a bad signature, an old one and a replay do nothing", async (t) => {
  const { slack, desk } = await serve(t, { http: true });
  const alice = slack.user({ name: "alice" });
  await alice.types("/help", { channel: "deploys" });
  await eventually(() => desk.said.length === 1);
  assert.equal((await slack.http.replay()).status, 200, "Slack is told that all is well");
  const body = "command=%2Fdeploy&text=yoga&user_id=U1&team_id=T1&trigger_id=9.9.9";
  assert.equal((await slack.http.post(body, { contentType: form, secret: "another" })).status, 401);
  assert.equal((await slack.http.post(body, { contentType: form, signature: "v0=00" })).status, 401);
  assert.equal((await slack.http.post(body, { contentType: form, ageSeconds: 301 })).status, 401);
  assert.equal((await slack.http.post("{", { contentType: "application/json" })).status, 400);
  assert.deepEqual(
    desk.said.map((one) => one.text),
    ["/help"],
  );
});

test("somebody of an unknown workspace is an outsider", async (t) => {
  const { slack, desk } = await serve(t);
  const eve = slack.user({ name: "eve", team: "T0STRANGER" });
  await eve.mentions("help", { channel: "deploys" });
  await eventually(() => desk.said.length === 1);
  assert.equal(desk.said[0]?.who.isOutsider, true);
});

test("user groups of the fleet's roles reach the desk", async (t) => {
  let group = "";
  const { slack, desk } = await serve(t, {
    before(fake, desk) {
      group = `slack-group:${fake.group("ops").id}`;
      desk.groups = () => [group];
    },
  });
  await slack.user({ name: "alice", groups: ["ops"] }).types("/help");
  await eventually(() => desk.said.length === 1);
  assert.deepEqual(desk.said[0]?.who.groups, [group]);
});

test("an answer finds another way when the response_url is gone, and a person without a channel is written to", async (t) => {
  const { slack } = await serve(t);
  const alice = slack.user({ name: "alice" });
  slack.channel("deploys").members.add(alice.id);
  const answers = ["https://127.0.0.1:9/gone", null].map((response_url) => ({
    ...slash,
    user_id: alice.id,
    team_id: slack.team.id,
    channel_id: response_url === null ? "C0ELSEWHERE" : slack.channel("deploys").id,
    response_url,
    trigger_id: String(response_url),
  }));
  for (const payload of answers) {
    slack.socket.sendRaw(
      JSON.stringify({ envelope_id: payload.trigger_id, type: "slash_commands", payload }),
    );
  }
  await slack.until(() => slack.ephemeral("deploys").length === 1 || null);
  await slack.until(() => slack.messages(alice.dm).length === 1 || null);
});

test("a delivery is kept before it is acknowledged, over both receivers", async (t) => {
  for (const http of [false, true]) {
    const kept: Delivery[] = [];
    const gate = Promise.withResolvers<void>();
    const memory = memoryDeliveries();
    const accept = async (delivery: Delivery) => {
      kept.push(delivery);
      await gate.promise;
      return memory.accept(delivery);
    };
    const { slack, desk } = await serve(t, { http, with: { deliveries: { ...memory, accept } } });
    const alice = slack.user({ name: "alice" });
    let isAcked = false;
    const typed = alice.types("/help").then(({ acked }) => {
      isAcked = acked;
    });
    const mentioned = alice.mentions("help", { channel: "deploys" });
    await eventually(() => kept.length === 2);
    assert.deepEqual([isAcked, desk.said.length], [false, 0], `http: ${http}`);
    assert.deepEqual(kept.map(({ said, user }) => [said, user]).toSorted(), [
      ["/help", alice.id],
      ["/help", alice.id],
    ]);
    gate.resolve();
    await Promise.all([typed, mentioned]);
    await eventually(() => isAcked && desk.said.length === 2);
  }
});

test("what a stopped bot had acknowledged and not done is answered after its restart, where it was said", async (t) => {
  const lost: Delivery[] = [];
  const done: string[] = [];
  const deliveries = {
    ...memoryDeliveries(),
    takeLost: (surface: string) => (surface === "slack" ? lost : []),
    done: (ids: readonly string[]) => void done.push(...ids),
  };
  const { slack, desk } = await serve(t, {
    with: { deliveries },
    before(slack) {
      const { id: channel, members } = slack.channel("deploys");
      const user = slack.user({ name: "alice" }).id;
      members.add(user);
      const place = { from: "slash", channel, thread: null, responseUrl: null };
      const asked = { surface: "slack", said: "/deploy yoga", user, key: "1.2" };
      lost.push(
        { ...asked, ids: ["trigger:1.2"], answerTo: place },
        { ...asked, ids: ["trigger:3"], answerTo: "?" },
      );
    },
  });
  const alice = slack.user({ name: "alice" });
  await eventually(() => alice.whispers.length === 1 && done.length === 2);
  assert.match(shown(alice.whispers[0] ?? assert.fail()), /restarted before it had answered: \/deploy yoga/);
  assert.deepEqual(desk.said, [], "nothing was done by it");
  assert.deepEqual(done.toSorted(), ["trigger:1.2", "trigger:3"]);
});

test("what was accepted is done though its acknowledgement does not get through", async () => {
  const processed: string[] = [];
  const lost: unknown[] = [];
  const { receiver, app } = appHolder(
    async () => true,
    (error) => void lost.push(error),
  );
  receiver.init({
    processEvent: async ({ ack }: { ack: () => Promise<void> }) => {
      await ack();
      processed.push("done");
    },
  } as never);
  const ack = async () => Promise.reject(new Error("the socket is closed"));
  await app().processEvent({ body: {}, ack } as never);
  assert.deepEqual([processed, lost.map(String)], [["done"], ["Error: the socket is closed"]]);
});
