import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import bolt from "@slack/bolt";
import type { FakeSlack, FakeSlackOptions } from "../../../fakes/slack/index.ts";
import { silent, slackFor } from "./bolt.ts";

type Client = InstanceType<typeof bolt.webApi.WebClient>;

async function clientFor(t: TestContext, options: FakeSlackOptions = {}, retries = 0, timeout = 2000) {
  const slack = await slackFor(t, options);
  const retryConfig = { retries, minTimeout: 10, factor: 1 };
  const client = clientOf(slack, slack.botToken, { retryConfig, timeout });
  return { slack, client };
}

function clientOf(slack: FakeSlack, token: string | undefined, more = {}): Client {
  return new bolt.webApi.WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    timeout: 2000,
    logger: silent,
    ...more,
  });
}

/** What Slack says no with. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => assert.fail("it was accepted"),
    (reason) => reason,
  );
  assert.ok(error instanceof Error);
  return "data" in error ? (error.data as { error: string }).error : error.message;
}

test("tokens and scopes are looked at", async (t) => {
  const { slack, client } = await clientFor(t);
  assert.equal((await client.auth.test()).user_id, slack.bot.userId);
  assert.ok((await client.auth.test()).response_metadata?.scopes?.includes("chat:write"));
  assert.equal(await refusal(clientOf(slack, "xoxb-wrong").auth.test()), "invalid_auth");
  assert.equal(await refusal(clientOf(slack, undefined).auth.test()), "not_authed");
  assert.equal(await refusal(clientOf(slack, slack.appToken).auth.test()), "not_allowed_token_type");
  assert.equal(await refusal(client.apps.connections.open()), "not_allowed_token_type");
  assert.equal(await refusal(client.apiCall("chat.shout")), "unknown_method");
  const { id } = slack.channel("ops");
  slack.scopes.delete("chat:write");
  await assert.rejects(client.chat.postMessage({ channel: id, text: "x" }), (error: { data: object }) => {
    assert.deepEqual(
      { ...error.data, provided: "", response_metadata: {} },
      { ok: false, error: "missing_scope", needed: "chat:write", provided: "", response_metadata: {} },
    );
    return true;
  });
  slack.revokeTokens();
  assert.equal(await refusal(client.auth.test()), "token_revoked");
});

test("channels, threads and messages must be there", async (t) => {
  const { slack, client } = await clientFor(t, { rateLimits: false });
  const { chat } = client;
  const ops = slack.channel("ops");
  const attic = slack.channel("attic", { bot: false });
  const secret = slack.channel("secret", { bot: false, kind: "private" });
  const ada = slack.user({ name: "ada" });
  const post = (channel: string, more = {}) => chat.postMessage({ channel, text: "x", ...more });

  assert.equal(await refusal(post("C0NOWHERE")), "channel_not_found");
  assert.equal(await refusal(post(attic.id)), "not_in_channel");
  assert.equal(await refusal(post(secret.id)), "channel_not_found");
  assert.equal(await refusal(post(ops.id, { text: "" })), "no_text");
  assert.equal(await refusal(post(ops.id, { thread_ts: "1" })), "invalid_thread_ts");
  assert.equal(await refusal(post(ops.id, { thread_ts: "1234567890.123456" })), "thread_not_found");
  await client.conversations.join({ channel: attic.id });
  assert.equal((await post(attic.id)).ok, true);
  assert.equal((await post(ada.id)).channel, ada.dm.id);

  const { ts = "" } = await post(ops.id);
  const reply = await post(ops.id, { thread_ts: ts, reply_broadcast: true });
  assert.equal(await refusal(post(ops.id, { thread_ts: reply.ts ?? "" })), "cannot_reply_to_message");
  assert.equal(slack.messages("ops").length, 2);
  assert.equal(slack.messages("ops")[0]?.replies.length, 1);

  const edit = (message: string, text = "y") => chat.update({ channel: ops.id, ts: message, text });
  assert.equal(await refusal(edit("1234567890.123456")), "message_not_found");
  const { message } = await ada.says("mine", { channel: ops });
  assert.equal(await refusal(edit(message.ts)), "cant_update_message");
  await edit(ts);
  assert.deepEqual(
    slack.edits(ts).map((it) => it.text),
    ["y"],
  );
  await chat.delete({ channel: ops.id, ts });
  assert.equal(await refusal(edit(ts)), "message_not_found");
  assert.equal(
    await refusal(chat.postEphemeral({ channel: ops.id, user: "U0NOBODY", text: "x" })),
    "user_not_in_channel",
  );
  const link = await chat.getPermalink({ channel: ops.id, message_ts: message.ts });
  assert.equal(link.permalink, `https://acme.slack.com/archives/${ops.id}/p${message.ts.replace(".", "")}`);
  ops.isArchived = true;
  assert.equal(await refusal(post(ops.id)), "is_archived");
});

test("an edit with text alone takes the blocks away, one with blocks alone leaves the text", async (t) => {
  const { slack, client } = await clientFor(t);
  const channel = slack.channel("ops").id;
  const blocks = [{ type: "divider" as const }];
  const { ts = "" } = await client.chat.postMessage({ channel, text: "one", blocks });
  const [message] = slack.messages("ops");
  await client.chat.update({ channel, ts, blocks: [...blocks, ...blocks] });
  assert.deepEqual([message?.text, message?.blocks.length], ["one", 2]);
  await client.chat.update({ channel, ts, text: "two" });
  assert.deepEqual([message?.text, message?.blocks.length], ["two", 0]);
});

test("blocks and texts that are too long are refused with Slack's words", async (t) => {
  const { slack, client } = await clientFor(t, { rateLimits: false });
  const channel = slack.channel("ops").id;
  const section = (length: number) => ({
    type: "section" as const,
    text: { type: "mrkdwn" as const, text: "x".repeat(length) },
  });
  const post = (more: object) => client.chat.postMessage({ channel, text: "x", ...more });
  await assert.rejects(post({ blocks: [section(3001)] }), (error: { data: Record<string, unknown> }) => {
    const problem = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]";
    assert.equal(error.data["error"], "invalid_blocks");
    assert.deepEqual(error.data["errors"], [problem]);
    const { messages } = error.data["response_metadata"] as { messages: string[] };
    assert.deepEqual(messages, [`[ERROR] ${problem}`]);
    return true;
  });
  const many = Array.from({ length: 5 }, () => section(3000));
  assert.equal(await refusal(post({ blocks: many })), "msg_blocks_too_long");
  assert.equal(await refusal(post({ blocks: "[not JSON" })), "invalid_blocks_format");
  assert.equal(await refusal(post({ text: "x".repeat(40_001) })), "msg_too_long");
  const { ts = "" } = await post({});
  assert.equal(await refusal(client.chat.update({ channel, ts, text: "x".repeat(4001) })), "msg_too_long");
  const plan = [
    { type: "plan", title: "deploy", tasks: [{ task_id: "1", title: "build", status: "complete" }] },
  ];
  assert.equal(await refusal(post({ blocks: plan })), "invalid_blocks");
  slack.take("plan");
  assert.equal((await post({ blocks: plan })).ok, true);
});

test("what was said can be read back, page by page, with the metadata that the bot attached", async (t) => {
  const { slack, client } = await clientFor(t, { rateLimits: false });
  const channel = slack.channel("ops").id;
  const metadata = { event_type: "deployment", event_payload: { id: "7" } };
  const { ts = "" } = await client.chat.postMessage({ channel, text: "one", metadata });
  await client.chat.postMessage({ channel, text: "reply", thread_ts: ts });
  await client.chat.postMessage({ channel, text: "two" });
  const first = await client.conversations.history({ channel, limit: 1 });
  assert.deepEqual([first.messages?.[0]?.text, first.has_more], ["two", true]);
  const cursor = first.response_metadata?.next_cursor ?? "";
  const second = await client.conversations.history({
    channel,
    limit: 1,
    cursor,
    include_all_metadata: true,
  });
  assert.deepEqual([second.messages?.[0]?.text, second.has_more], ["one", false]);
  assert.deepEqual(second.messages?.[0]?.metadata, metadata);
  const thread = await client.conversations.replies({ channel, ts });
  assert.deepEqual(
    thread.messages?.map((it) => it.text),
    ["one", "reply"],
  );
  assert.equal(thread.messages?.[0]?.metadata, undefined);
  const { channels } = await client.users.conversations({});
  assert.deepEqual(
    channels?.map((it) => it.name),
    ["ops"],
  );
});

test("people, groups and reactions", async (t) => {
  const { slack, client } = await clientFor(t);
  const ada = slack.user({ name: "ada", groups: ["deployers"], id: "W0GRID" });
  const { id } = slack.group("deployers");
  assert.deepEqual((await client.usergroups.users.list({ usergroup: id })).users, ["W0GRID"]);
  assert.equal((await client.users.info({ user: ada.id })).user?.name, "ada");
  const channel = slack.channel("ops").id;
  const { ts = "" } = await client.chat.postMessage({ channel, text: "x" });
  const reaction = { channel, timestamp: ts, name: "eyes" };
  await client.reactions.add(reaction);
  assert.equal(await refusal(client.reactions.add(reaction)), "already_reacted");
  await client.reactions.remove(reaction);
  assert.equal(await refusal(client.reactions.remove(reaction)), "no_reaction");
});

test("posts to one channel are limited to a burst, then to one a second; another channel is not", async (t) => {
  let now = Date.parse("2026-11-23T10:00:00Z");
  const { slack, client } = await clientFor(t, { now: () => now, rateLimits: { postBurst: 2 } });
  const impatient = clientOf(slack, slack.botToken, { rejectRateLimitedCalls: true });
  const [ops, attic] = [slack.channel("ops").id, slack.channel("attic").id];
  const post = (channel: string) => impatient.chat.postMessage({ channel, text: "x" });
  await post(ops);
  await post(ops);
  await assert.rejects(post(ops), { retryAfter: 1 });
  await post(attic);
  now += 1000;
  await post(ops);
  assert.equal(slack.rateLimited, 1);
  assert.equal(slack.messages("ops").length, 3);
  assert.equal(client.slackApiUrl, slack.apiUrl);
});

test("other methods are limited by the minute", async (t) => {
  const { slack } = await clientFor(t, { rateLimits: { tiers: { 2: 1 } } });
  const impatient = clientOf(slack, slack.botToken, { rejectRateLimitedCalls: true });
  await impatient.users.list({});
  await assert.rejects(impatient.users.list({}), { retryAfter: 60 });
});

test("the SDK waits as long as a 429 says, and comes through", async (t) => {
  const { slack, client } = await clientFor(t, { rateLimits: { postBurst: 1, speed: 5 } }, 3);
  const channel = slack.channel("ops").id;
  await client.chat.postMessage({ channel, text: "one" });
  const start = performance.now();
  await client.chat.postMessage({ channel, text: "two" });
  assert.ok(performance.now() - start >= 1000);
  assert.equal(slack.rateLimited, 1);
  assert.deepEqual(
    slack.messages("ops").map((it) => it.text),
    ["one", "two"],
  );
});

test("faults: refused, dropped, lost after the work, slow", async (t) => {
  const { slack, client } = await clientFor(t, { rateLimits: false }, 0, 200);
  const channel = slack.channel("ops").id;
  const post = (text: string) => client.chat.postMessage({ channel, text });
  slack.faults.add("chat.postMessage", { kind: "error", error: "internal_error" });
  assert.equal(await refusal(post("refused")), "internal_error");
  slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
  assert.match(await refusal(post("refused")), /500|statusCode/);
  slack.faults.add("*", { kind: "dropped" });
  assert.match(await refusal(post("refused")), /fetch failed|request error/i);
  assert.equal(slack.messages("ops").length, 0);
  slack.faults.add("chat.postMessage", { kind: "answer lost" });
  await assert.rejects(post("posted all the same"));
  slack.faults.add("chat.postMessage", { kind: "slow answer", milliseconds: 400 });
  await assert.rejects(post("posted in time"));
  assert.deepEqual(
    slack.messages("ops").map((it) => it.text),
    ["posted all the same", "posted in time"],
  );
  slack.setDown(true);
  await assert.rejects(post("down"));
  slack.setDown(false);
  await post("up again");
  assert.equal(slack.messages("ops").length, 3);
});

test("a retry after a lost answer posts twice: the SDK sends no key that would prevent it", async (t) => {
  const { slack, client } = await clientFor(t, {}, 1);
  const channel = slack.channel("ops").id;
  slack.faults.add("chat.postMessage", { kind: "answer lost" });
  await client.chat.postMessage({ channel, text: "x" });
  assert.equal(slack.messages("ops").length, 2);
});

test("until says what there is when nothing comes", async (t) => {
  const { slack, client } = await clientFor(t);
  await client.chat.postMessage({ channel: slack.channel("ops").id, text: "something else" });
  await assert.rejects(
    slack.until(() => slack.messages("ops")[1], 20, "a second message"),
    /not within 20 ms: a second message\nThe messages are:\n {2}something else/,
  );
});
