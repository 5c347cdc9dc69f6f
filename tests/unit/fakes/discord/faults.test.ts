import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Message, type RESTOptions, Routes } from "discord.js";
import { until } from "../../../contracts/until.ts";
import { discordFor, only, readyFor, refusal, restFor, sendable } from "./client.ts";

async function opsFor(t: TestContext, more: Partial<RESTOptions> = {}) {
  const discord = await discordFor(t, { rateLimits: false });
  const ops = discord.channel("ops");
  const rest = restFor(discord, more);
  const post = (content: string, body: object = {}) =>
    rest.post(Routes.channelMessages(ops.id), { body: { content, ...body } });
  const codes = () => discord.calls("create_message").map((it) => it.status);
  return { discord, ops, rest, post, codes };
}

test("a status instead of an answer means that nothing was done", async (t) => {
  const { discord, post, codes } = await opsFor(t, { retries: 3 });
  discord.faults.add("create_message", { kind: "status", status: 502 }, 2);
  discord.faults.add("get_channel", { kind: "status", status: 500 });
  await post("x");
  assert.deepEqual(codes(), [502, 502, 200]);
  assert.equal(only(discord, "ops").content, "x");
});

test("when an answer is lost the work was done, and the nonce keeps the message single", async (t) => {
  const { discord, post, codes } = await opsFor(t, { retries: 3 });
  const keyed = () => post("with", { nonce: "d-1", enforce_nonce: true });
  discord.faults.add("create_message", { kind: "answer lost" });
  // discord.js tries again after a reset, not after an end like this one.
  await assert.rejects(keyed(), { code: "UND_ERR_SOCKET" });
  assert.equal(only(discord, "ops").content, "with");
  await keyed();
  assert.equal(only(discord, "ops").content, "with");
  assert.deepEqual(codes(), [0, 200]);
  discord.faults.add("create_message", { kind: "answer lost" });
  await assert.rejects(post("without"));
  await post("without");
  assert.equal(discord.messages("ops").length, 3, "without a nonce it stands there twice");
});

test("a connection that is dropped has done nothing", async (t) => {
  const { discord, post, codes } = await opsFor(t, { retries: 0 });
  discord.faults.add("create_message", { kind: "dropped" });
  await assert.rejects(post("x"));
  assert.deepEqual(codes(), [0]);
  assert.deepEqual(discord.messages("ops"), []);
});

test("any error can be given back, until the faults are cleared", async (t) => {
  const { discord, post } = await opsFor(t);
  const fault = { kind: "error", status: 403, code: 50013, message: "Missing Permissions" } as const;
  discord.faults.add("*", fault, Infinity);
  assert.equal(await refusal(post("x")), "403 50013 Missing Permissions");
  assert.equal(await refusal(post("x")), "403 50013 Missing Permissions");
  discord.faults.clear();
  await post("x");
});

test("a slow call does its work late, a slow answer has done it already", async (t) => {
  const { discord, post, codes } = await opsFor(t, { timeout: 1000 });
  discord.faults.add("create_message", { kind: "slow answer", milliseconds: 60_000 });
  const lost = assert.rejects(post("one"), { name: "AbortError" });
  await discord.until(() => discord.messages("ops").length === 1);
  await lost;
  discord.faults.add("create_message", { kind: "slow", milliseconds: 200 });
  const late = post("two");
  await until("the call", () => codes().length === 2);
  assert.equal(discord.messages("ops").length, 1);
  await late;
  assert.equal(discord.messages("ops").length, 2);
});

test("an outage of REST leaves the gateway alone", async (t) => {
  const { discord, ops } = await opsFor(t);
  const client = await readyFor(discord);
  const channel = await sendable(client, ops.id);
  discord.faults.add("*", { kind: "status", status: 503 }, Infinity);
  await assert.rejects(channel.send("x"), { status: 503 });
  assert.equal(discord.gateway.connections, 1);
  discord.faults.clear();
  await channel.send("x");
  assert.equal(discord.gateway.opened, 1);
});

test("what people delete is gone for the bot, and it hears of it", async (t) => {
  const { discord, ops, rest, post } = await opsFor(t);
  const client = await readyFor(discord, { intents: [1, 1 << 9] });
  const deleted: string[] = [];
  client.on("messageDelete", (it) => deleted.push(it.id));
  client.on("threadDelete", (it) => deleted.push(it.id));
  client.on("channelDelete", (it) => deleted.push(it.id));
  const sent: Message = await (await sendable(client, ops.id)).send("x");
  discord.deleteMessage(only(discord, "ops"));
  assert.equal(await refusal(sent.edit("y")), "404 10008 Unknown Message");
  const root = await (await sendable(client, ops.id)).send("root");
  const thread = await root.startThread({ name: "yoga" });
  await thread.send("inside");
  discord.deleteChannel(thread);
  assert.equal(await refusal(rest.get(Routes.channel(thread.id))), "404 10003 Unknown Channel");
  discord.deleteChannel(ops);
  assert.equal(await refusal(post("x")), "404 10003 Unknown Channel");
  await until("all events", () => deleted.length === 3);
  assert.deepEqual(deleted, [sent.id, thread.id, ops.id]);
});

test("interactions can be late and double", async (t) => {
  const { discord } = await opsFor(t);
  const client = await readyFor(discord);
  await client.application.commands.set([{ name: "status", description: "how it is" }], discord.guildId);
  const seen: string[] = [];
  client.on("interactionCreate", (it) => {
    seen.push(it.id);
    if (it.isChatInputCommand() && seen.length === 1) {
      it.reply("fine").catch(() => {});
    }
  });
  discord.interactions.duplicates = 1;
  discord.interactions.delayMilliseconds = 50;
  const outcome = await discord.user({ name: "ada" }).uses("status");
  await until("both", () => seen.length === 2);
  assert.deepEqual(seen, [outcome.interaction, outcome.interaction]);
  assert.ok((outcome.acknowledged?.milliseconds ?? 0) >= 40);
});
