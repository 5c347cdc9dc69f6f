import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "@slack/bolt";
import { boltFor, slackFor } from "./bolt.ts";

/** Acknowledges /deploy and counts it; events are remembered with the number of their retry. */
function counting() {
  const seen: string[] = [];
  const set = (app: App) => {
    app.command("/deploy", async ({ ack, command }) => {
      seen.push(command.text);
      await ack();
    });
    app.event("app_mention", async ({ event, context }) => {
      seen.push(`${event.text.replace(/<.*> /, "")} ${context.retryNum ?? "first"}`);
    });
  };
  return { seen, set };
}

for (const reason of ["refresh_requested", "warning"] as const) {
  test(`after a disconnect (${reason}) the app connects again and hears commands`, async (t) => {
    const slack = await slackFor(t);
    const { seen, set } = counting();
    await boltFor(slack, set);
    slack.socket.disconnect(reason);
    await slack.until(() => slack.socket.connections === 0);
    const ada = slack.user({ name: "ada" });
    assert.equal((await ada.types("/deploy lost")).error, "dispatch_failed");
    await slack.until(() => slack.socket.opened === 2 && slack.socket.connections === 1);
    assert.equal((await ada.types("/deploy heard")).acked, true);
    assert.deepEqual(seen, ["heard"]);
    assert.equal(slack.calls("apps.connections.open").length, 2);
  });
}

test("a connection that is cut, and then refused for a while, comes back", async (t) => {
  const slack = await slackFor(t);
  const { seen, set } = counting();
  await boltFor(slack, set);
  slack.socket.refuses = true;
  slack.socket.cut();
  await slack.until(() => slack.calls("apps.connections.open").length === 3);
  assert.equal(slack.socket.connections, 0);
  slack.socket.refuses = false;
  await slack.until(() => slack.socket.connections === 1);
  await slack.user({ name: "ada" }).types("/deploy yoga");
  assert.deepEqual(seen, ["yoga"]);
});

test("a connection that fell silent is noticed by its missing pongs", async (t) => {
  const slack = await slackFor(t);
  const { set } = counting();
  await boltFor(slack, set);
  slack.socket.fallSilent();
  await slack.until(() => slack.socket.opened === 2);
  assert.equal((await slack.user({ name: "ada" }).types("/deploy yoga")).acked, true);
});

test("of several connections each event goes to one", async (t) => {
  const slack = await slackFor(t);
  const [one, two] = [counting(), counting()];
  await boltFor(slack, one.set);
  await boltFor(slack, two.set);
  assert.equal(slack.socket.connections, 2);
  const ada = slack.user({ name: "ada" });
  for (const host of ["a", "b", "c", "d"]) {
    await ada.types(`/deploy ${host}`);
  }
  assert.equal(one.seen.length, 2);
  assert.equal(two.seen.length, 2);
});

test("a duplicate comes in the same envelope", async (t) => {
  const slack = await slackFor(t);
  const { seen, set } = counting();
  await boltFor(slack, set);
  slack.deliveries.duplicates = 1;
  const { delivery } = await slack.user({ name: "ada" }).types("/deploy yoga");
  assert.deepEqual(seen, ["yoga", "yoga"]);
  assert.equal(new Set(delivery.attempts.map((it) => it.envelopeId)).size, 1);
});

test("an event that nobody heard is sent again, a command is not", async (t) => {
  const slack = await slackFor(t, { retryDelays: [0, 400, 400] });
  const { seen, set } = counting();
  await boltFor(slack, set);
  const ops = slack.channel("ops");
  const ada = slack.user({ name: "ada" });
  slack.socket.disconnect();
  await slack.until(() => slack.socket.connections === 0);
  assert.equal((await ada.mentions("status", { channel: ops })).acked, false);
  assert.equal((await ada.types("/deploy yoga")).acked, false);
  await slack.until(() => seen.length > 0);
  assert.deepEqual(seen, ["status 2"]);
  const [event, command] = slack.deliveries.all;
  assert.deepEqual(
    event?.attempts.map((it) => [it.retry, it.ack.kind]),
    [
      [0, "failed"],
      [1, "failed"],
      [2, "acked"],
    ],
  );
  assert.equal(command?.attempts.length, 1);
});

test("who does not acknowledge in time has timed out, and the late acknowledgement is kept", async (t) => {
  const slack = await slackFor(t, { ackMilliseconds: 50 });
  let acknowledge: (() => Promise<void>) | undefined;
  await boltFor(slack, (app) => {
    app.command("/deploy", async ({ ack }) => {
      acknowledge = ack;
    });
  });
  const outcome = await slack.user({ name: "ada" }).types("/deploy yoga");
  assert.equal(outcome.error, "operation_timeout");
  assert.ok(outcome.milliseconds >= 45);
  await acknowledge?.();
  await slack.until(() => slack.socket.strayAcks.length === 1);
});

test("a delivery can be late", async (t) => {
  const slack = await slackFor(t);
  const { seen, set } = counting();
  await boltFor(slack, set);
  slack.deliveries.delayMilliseconds = 100;
  const typing = slack.user({ name: "ada" }).types("/deploy yoga");
  assert.deepEqual(seen, []);
  await typing;
  assert.deepEqual(seen, ["yoga"]);
});

test("an eleventh connection is sent away", async (t) => {
  const slack = await slackFor(t, { rateLimits: false });
  const open = async () => {
    const headers = { authorization: `Bearer ${slack.appToken}` };
    const response = await fetch(`${slack.apiUrl}apps.connections.open`, { method: "POST", headers });
    const { url } = (await response.json()) as { url: string };
    const socket = new WebSocket(url);
    return new Promise<Record<string, unknown>>((resolve) => {
      socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data))), { once: true });
    });
  };
  const first = [];
  for (let count = 0; count < 11; count++) {
    first.push(await open());
  }
  assert.equal(first[9]?.["num_connections"], 10);
  assert.equal(first[10]?.["reason"], "too_many_websockets");
  slack.socket.cut();
});
