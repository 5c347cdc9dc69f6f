import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { App } from "@slack/bolt";
import { httpBoltFor, slackFor } from "./bolt.ts";

function deploys(seen: string[]) {
  return (app: App) => {
    app.command("/deploy", async ({ ack, command, client }) => {
      seen.push(command.text);
      await ack();
      const button = {
        type: "button" as const,
        action_id: "go",
        text: { type: "plain_text" as const, text: "Go" },
      };
      const blocks = [{ type: "actions" as const, elements: [button] }];
      await client.chat.postMessage({ channel: command.channel_id, text: "go?", blocks });
    });
    app.action("go", async ({ ack, respond }) => {
      await ack();
      await respond({ replace_original: true, text: "gone" });
    });
    app.event("app_mention", async ({ context }) => {
      seen.push(`mention ${context.retryNum ?? "first"} ${context.retryReason ?? ""}`.trim());
    });
  };
}

test("over HTTP: a signed command is acknowledged, posts, and a click edits", async (t) => {
  const slack = await slackFor(t);
  const seen: string[] = [];
  await httpBoltFor(slack, deploys(seen));
  const ops = slack.channel("ops");
  const ada = slack.user({ name: "ada" });
  assert.equal((await ada.types("/deploy yoga & co", { channel: ops })).acked, true);
  assert.deepEqual(seen, ["yoga &amp; co"]);
  const message = await slack.until(() => slack.messages(ops)[0]);
  await ada.clicks(message, "Go");
  await slack.until(() => message.text === "gone");
  await ada.mentions("hello", { channel: ops });
  assert.equal(seen[1], "mention first");
});

test("over HTTP: what the acknowledgement says reaches the person", async (t) => {
  const slack = await slackFor(t);
  await httpBoltFor(slack, (app) => {
    app.command("/plain", ({ ack }) => ack("as text"));
    app.command("/json", ({ ack }) => ack({ response_type: "in_channel", text: "as JSON" }));
  });
  const ada = slack.user({ name: "ada" });
  const ops = slack.channel("ops");
  await ada.types("/plain", { channel: ops });
  await ada.types("/json", { channel: ops });
  assert.equal(ada.whispers[0]?.text, "as text");
  assert.equal(slack.messages(ops)[0]?.text, "as JSON");
});

test("wrong signatures, old timestamps and another secret are refused", async (t) => {
  const slack = await slackFor(t);
  const seen: string[] = [];
  await httpBoltFor(slack, deploys(seen));
  const contentType = "application/x-www-form-urlencoded";
  const body = "command=%2Fdeploy&text=evil&channel_id=C1&user_id=U1&team_id=T1";
  for (const wrong of [{ signature: "v0=00" }, { ageSeconds: 301 }, { secret: "another" }]) {
    assert.equal((await slack.http.post(body, { contentType, ...wrong })).status, 401);
  }
  assert.deepEqual(seen, []);
});

test("a replay within five minutes passes the signature: the bot has to notice by itself", async (t) => {
  const slack = await slackFor(t);
  const seen: string[] = [];
  await httpBoltFor(slack, deploys(seen));
  await slack.user({ name: "ada" }).types("/deploy yoga");
  assert.equal((await slack.http.replay()).status, 200);
  assert.deepEqual(seen, ["yoga", "yoga"]);
});

test("an event that was answered with an error is sent again with its number and reason, unless the bot says no", async (t) => {
  const slack = await slackFor(t, { retryDelays: [10, 10] });
  const retries: unknown[] = [];
  let noRetry = {};
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    const { "x-slack-retry-num": number, "x-slack-retry-reason": reason } = request.headers;
    retries.push([number, reason]);
    response.writeHead(body.challenge === undefined ? 500 : 200, noRetry).end(body.challenge);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  await slack.http.use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  retries.length = 0;

  const ada = slack.user({ name: "ada" });
  const channel = slack.channel("ops");
  const { acked, delivery } = await ada.mentions("x", { channel });
  assert.equal(acked, false);
  await slack.until(() => delivery.attempts.length === 3);
  assert.deepEqual(retries, [
    [undefined, undefined],
    ["1", "http_error"],
    ["2", "http_error"],
  ]);
  assert.equal(new Set(delivery.attempts.map((it) => it.envelopeId)).size, 3);

  noRetry = { "x-slack-no-retry": "1" };
  const unwanted = await ada.mentions("x", { channel });
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal(unwanted.delivery.attempts.length, 1);
});

test("who does not answer the challenge gets nothing", async (t) => {
  const slack = await slackFor(t);
  await assert.rejects(slack.http.use(`${slack.apiUrl}auth.test`), /did not answer the challenge/);
  assert.equal(slack.http.url, undefined);
});
