import assert from "node:assert/strict";
import { test } from "node:test";
import bolt from "@slack/bolt";
import { clientOptions } from "../../../adapters/slack/bolt.ts";
import { slackChannel } from "../../../adapters/slack/channel.ts";
import { type Block, text } from "../../../src/chat/blocks.ts";
import { DeliveryError, type DeliveryFailure } from "../../../src/chat/channel.ts";
import { type FakeSlackOptions, startFakeSlack } from "../../fakes/slack/index.ts";
import { collector, outMessage } from "./serve.ts";

async function posting(t: { after(work: () => Promise<void>): void }, options: FakeSlackOptions = {}) {
  const slack = await startFakeSlack(options);
  t.after(() => slack.stop());
  const log = collector();
  const client = new bolt.webApi.WebClient(slack.botToken, clientOptions({ apiUrl: slack.apiUrl, log }));
  const { id } = slack.channel("deploys");
  const posted: string[] = [];
  const channel = slackChannel({
    client,
    channel: id,
    bot: slack.bot.userId,
    log,
    onPost: (key) => void posted.push(key),
  });
  return { slack, channel, log, id, posted };
}

async function failure(
  work: Promise<unknown>,
): Promise<{ kind: DeliveryFailure; retryAfter: number | null }> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DeliveryError, String(error));
  return { kind: error.failure, retryAfter: error.retryAfter };
}

const steps: Block = {
  kind: "steps",
  steps: [
    { name: "build", state: "running", detail: null, startedAt: null, finishedAt: null, progress: null },
  ],
};

test("a root, its replies, an edit and a broadcast", async (t) => {
  const { slack, channel, id } = await posting(t);
  const root = await channel.post(outMessage(), null);
  assert.equal(root.channel, id);
  await channel.post(
    outMessage({ key: "r-1/end", thread: root, text: "failed", broadcast: true, mention: "U012AB" }),
    null,
  );
  const [message] = slack.messages("deploys");
  assert.equal(message?.replies[0]?.isBroadcast, true);
  assert.match(message?.replies[0]?.text ?? "", /^<@U012AB> failed/);
  await channel.edit(root, outMessage({ text: "Deploy yoga: deployed" }));
  assert.equal(message?.text, "Deploy yoga: deployed");
  assert.equal(slack.calls("chat.postMessage")[0]?.args["unfurl_links"], "false");
});

test("a post whose answer was lost is found again, in the channel and in a thread", async (t) => {
  const { slack, channel, posted } = await posting(t);
  for (const thread of [null, await channel.post(outMessage({ key: "r-0/root" }), null)]) {
    const message = outMessage({ key: `r-1/${thread === null ? "root" : "card"}`, thread });
    const since = Date.now();
    slack.faults.add("chat.postMessage", { kind: "answer lost" });
    assert.deepEqual(await failure(channel.post(message, null)), { kind: "temporary", retryAfter: null });
    const before = slack.calls("chat.postMessage").length;
    const ref = await channel.post(message, since);
    assert.equal(slack.calls("chat.postMessage").length, before, "nothing is posted again");
    await channel.edit(ref, { ...message, text: "edited" });
  }
  assert.equal(slack.messages("deploys").length, 2);
  assert.equal(slack.messages("deploys")[0]?.replies.length, 1);
  assert.ok(posted.includes("r-1/root"));
});

test("a post that did not arrive is posted at the second try", async (t) => {
  const { slack, channel } = await posting(t);
  slack.faults.add("chat.postMessage", { kind: "dropped" });
  const since = Date.now();
  await failure(channel.post(outMessage(), null));
  await channel.post(outMessage(), since);
  assert.equal(slack.messages("deploys").length, 1);
});

test("without the scope to look, it is posted all the same, and the log says so", async (t) => {
  const { slack, channel, log } = await posting(t);
  slack.scopes.delete("channels:history");
  slack.scopes.delete("groups:history");
  slack.scopes.delete("im:history");
  await channel.post(outMessage(), Date.now());
  assert.equal(slack.messages("deploys").length, 1);
  assert.ok(log.lines.some((line) => /looking whether.*missing_scope/.test(line)));
});

test("a rate limit says how long to wait, and nothing waits inside", async (t) => {
  const { slack, channel } = await posting(t);
  slack.faults.add("chat.postMessage", { kind: "ratelimited", seconds: 7 });
  const start = performance.now();
  assert.deepEqual(await failure(channel.post(outMessage(), null)), {
    kind: "rate-limited",
    retryAfter: 7_000,
  });
  assert.ok(performance.now() - start < 2_000);
});

const kinds: readonly [string, string, DeliveryFailure][] = [
  ["chat.update", "message_not_found", "gone"],
  ["chat.update", "cant_update_message", "gone"],
  ["chat.update", "edit_window_closed", "refused"],
  ["chat.postMessage", "invalid_arguments", "refused"],
  ["chat.postMessage", "channel_not_found", "permanent"],
  ["chat.postMessage", "not_in_channel", "permanent"],
  ["chat.postMessage", "is_archived", "permanent"],
  ["chat.postMessage", "invalid_auth", "permanent"],
  ["chat.postMessage", "account_inactive", "permanent"],
  ["chat.postMessage", "missing_scope", "permanent"],
  ["chat.postMessage", "ratelimited", "rate-limited"],
  ["chat.postMessage", "fatal_error", "temporary"],
];
test("Slack's errors are of the kinds that the live threads know", async (t) => {
  const { slack, channel } = await posting(t, { rateLimits: false });
  const root = await channel.post(outMessage(), null);
  for (const [method, error, kind] of kinds) {
    slack.faults.add(method, { kind: "error", error });
    const work =
      method === "chat.update" ? channel.edit(root, outMessage()) : channel.post(outMessage(), null);
    assert.equal((await failure(work)).kind, kind, error);
  }
  slack.faults.add("chat.postMessage", { kind: "status", status: 503 });
  assert.equal((await failure(channel.post(outMessage(), null))).kind, "temporary");
});

test("a workspace that takes no plan gets plain lines, and is asked only once", async (t) => {
  const { slack, channel } = await posting(t);
  const message = outMessage({ blocks: [text("Hello"), steps] });
  const ref = await channel.post(message, null);
  await channel.edit(ref, message);
  assert.equal(slack.calls("chat.postMessage").length, 2);
  assert.equal(slack.calls("chat.update").length, 1);
  assert.deepEqual(
    slack.messages("deploys")[0]?.blocks.map((block) => block["type"]),
    ["section", "section"],
  );
});

test("a workspace that takes a plan gets one", async (t) => {
  const { slack, channel } = await posting(t, { takes: ["plan", "task_card"] });
  await channel.post(outMessage({ blocks: [steps] }), null);
  assert.equal(slack.messages("deploys")[0]?.blocks[0]?.["type"], "plan");
});

test("blocks that Slack does not take at all leave the text, and take the old blocks away", async (t) => {
  const { slack, channel, log } = await posting(t, { takes: ["plan", "task_card"] });
  const ref = await channel.post(outMessage({ blocks: [text("Hello"), steps] }), null);
  slack.faults.add("chat.update", { kind: "error", error: "invalid_blocks" }, 2);
  await channel.edit(ref, outMessage({ text: "as text", blocks: [text("Hello"), steps] }));
  const [message] = slack.messages("deploys");
  assert.deepEqual([message?.text, message?.blocks], ["as text", []]);
  assert.ok(log.lines.some((line) => line.startsWith("error")));
  await channel.edit(ref, outMessage({ blocks: [steps] }));
  assert.equal(message?.blocks[0]?.["type"], "plan", "that says nothing about plans");
});

test("a file goes into the thread, once, even when an answer was lost", async (t) => {
  const { slack, channel } = await posting(t);
  const root = await channel.post(outMessage(), null);
  const file = {
    key: "r-1/log",
    thread: root,
    threadName: "deploy yoga · 0001",
    name: "d-1.log",
    title: "Log of d-1",
    content: "línea\n",
  };
  slack.faults.add("files.completeUploadExternal", { kind: "answer lost" });
  const since = Date.now();
  assert.equal((await failure(channel.upload(file, null))).kind, "temporary");
  await channel.upload(file, since);
  const [message] = slack.messages("deploys");
  assert.equal(message?.replies.length, 1);
  assert.deepEqual(
    [message?.replies[0]?.files[0]?.name, String(message?.replies[0]?.files[0]?.content)],
    ["d-1.log", "línea\n"],
  );
  await channel.upload({ ...file, key: "r-1/empty", name: "empty.log", content: "" }, null);
  assert.equal(slack.files.length, 2);
});
