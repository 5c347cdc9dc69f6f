import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Routes } from "discord.js";
import { until } from "../../../contracts/until.ts";
import type { Message } from "../../../fakes/discord/index.ts";
import { createValidator } from "../../../fakes/discord/validate.ts";
import { type Fields, fieldsOf, isFields } from "../../../fakes/slack/json.ts";
import { recorded } from "../../../fixtures/read.ts";
import { discordFor, readyFor, restFor } from "./client.ts";

const validator = createValidator();

/** Every key by its path; what the bot chose itself (components, embeds) counts as one. */
function keys(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) {
    return keys(value[0], at);
  }
  if (!isFields(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = `${at}.${key}`;
    return ["components", "embeds"].includes(key) ? [path] : [path, ...keys(inner, path)];
  });
}

/** The fake sends all that was recorded, and nothing else, but for what is named. */
function assertSame(sent: Fields, recording: Fields, more: readonly string[] = []): void {
  const ours = new Set(keys(sent));
  const theirs = new Set(keys(recording));
  const missing = [...theirs].filter((it) => !ours.has(it));
  const strange = [...ours].filter((it) => !theirs.has(it) && !more.includes(it));
  assert.deepEqual(missing, [], "recorded, but not sent by the fake");
  assert.deepEqual(strange, [], "sent by the fake, but not recorded");
}

const button = { type: 2, style: 1, label: "Say Hello", custom_id: "hello" };
const message = {
  content: "Welcome",
  embeds: [{ title: "Welcome", fields: [{ name: "a", value: "b", inline: true }] }],
  components: [{ type: 1, components: [button, { ...button, custom_id: "info" }] }],
};

/** A bot with a thread, and everything that the gateway sends it. */
async function threadFor(t: TestContext, ackMilliseconds = 50) {
  const discord = await discordFor(t, { ackMilliseconds });
  discord.gateway.privileged = [1 << 15];
  const ops = discord.channel("ops");
  const client = await readyFor(discord, { intents: [1, 1 << 9, 1 << 15] });
  const events: { t: string; d: Fields }[] = [];
  client.on("raw", (packet: { t: string; d: Fields }) => events.push(packet));
  const event = async (name: string, count = 1) => {
    const found = () => events.filter((it) => it.t === name);
    await until(name, () => found().length >= count);
    return found()[count - 1]?.d ?? {};
  };
  const rest = restFor(discord);
  const post = async (channel: string, body: object): Promise<Message> => {
    await rest.post(Routes.channelMessages(channel), { body });
    return discord.messages(channel).at(-1) ?? assert.fail();
  };
  const { id } = await post(ops.id, { content: "root" });
  await rest.post(Routes.threads(ops.id, id), { body: { name: "Thread" } });
  return { discord, ops, thread: id, event, post, rest, ada: discord.user({ name: "Ada" }) };
}

test("a click in a thread comes as a recorded one did", async (t) => {
  const { thread, event, post, ada } = await threadFor(t);
  await ada.clicks(await post(thread, message), "hello");
  const sent = await event("INTERACTION_CREATE");
  const recording = recorded("discord.json", "buttonClickHello");
  // What was recorded by way of HTTP leaves the place in the thread out.
  assertSame(sent, recording, [".message.position"]);
  assert.deepEqual(
    [sent["type"], sent["version"], sent["context"], sent["data"]],
    [recording["type"], recording["version"], recording["context"], recording["data"]],
  );
  assert.deepEqual(
    fieldsOf(fieldsOf(sent["message"])["author"])["bot"],
    fieldsOf(fieldsOf(recording["message"])["author"])["bot"],
  );
});

test("every key of a click in a newer recording is sent", async (t) => {
  const { thread, event, post, ada } = await threadFor(t);
  await ada.clicks(await post(thread, message), "hello");
  const ours = new Set(keys(await event("INTERACTION_CREATE")));
  const theirs = keys(recorded("channel_discord.json", "channel_post_action"));
  assert.deepEqual(
    theirs.filter((it) => !ours.has(it)),
    [],
  );
});

test("messages in threads and channels come as recorded ones did", async (t) => {
  const { thread, event, post, ada } = await threadFor(t);
  await post(thread, message);
  assertSame(
    await event("MESSAGE_CREATE", 2),
    fieldsOf(recorded("discord.json", "gatewayThreadWelcome")["data"]),
  );
  ada.says("hello", { channel: "ops" });
  const said = await event("MESSAGE_CREATE", 3);
  const { data } = recorded("channel_discord.json", "mention");
  const theirs = keys(data).filter((it) => it !== ".nonce" && !it.startsWith(".mentions."));
  const ours = new Set(keys(said));
  assert.deepEqual(
    theirs.filter((it) => !ours.has(it)),
    [],
  );
});

test("a new thread comes as a recorded one did", async (t) => {
  const { event } = await threadFor(t);
  assertSame(
    await event("THREAD_CREATE"),
    fieldsOf(recorded("discord.json", "gatewayThreadCreate")["data"]),
    [".member_ids_preview"],
  );
});

test("a command says what was typed, and brings along what it names", async (t) => {
  const { discord, event, ada, rest } = await threadFor(t);
  const options = [
    { type: 3, name: "host", description: "which", required: true },
    { type: 6, name: "for", description: "whom" },
    { type: 8, name: "role", description: "which role" },
    { type: 7, name: "in", description: "where" },
  ];
  await rest.put(Routes.applicationGuildCommands(discord.bot.id, discord.guildId), {
    body: [{ name: "deploy", description: "deploys", options }],
  });
  const role = discord.role("deployer");
  const ops = discord.channel("ops");
  await ada.uses("deploy", { host: "yoga", for: ada.id, role: role.id, in: ops.id });
  const { data } = await event("INTERACTION_CREATE");
  const { resolved, ...rest_ } = fieldsOf(data);
  assert.deepEqual(rest_, {
    id: discord.commands[0]?.id,
    name: "deploy",
    type: 1,
    guild_id: discord.guildId,
    options: [
      { type: 3, name: "host", value: "yoga" },
      { type: 6, name: "for", value: ada.id },
      { type: 8, name: "role", value: role.id },
      { type: 7, name: "in", value: ops.id },
    ],
  });
  assert.deepEqual(
    Object.entries(fieldsOf(resolved)).map(([kind, found]) => [kind, ...Object.keys(fieldsOf(found))]),
    [
      ["users", ada.id],
      ["members", ada.id],
      ["roles", role.id],
      ["channels", ops.id],
    ],
  );
});

test("what REST answers is as Discord describes it", async (t) => {
  const { discord, ops, thread, rest, post, event, ada } = await threadFor(t, 3000);
  const { id } = await post(thread, { ...message, message_reference: undefined });
  const file = { name: "a.txt", data: Buffer.from("a") };
  const withFile = await rest.post(Routes.channelMessages(thread), { body: message, files: [file] });
  const commands = Routes.applicationGuildCommands(discord.bot.id, discord.guildId);
  const [command] = (await rest.put(commands, { body: [{ name: "a", description: "b" }] })) as Fields[];
  const as = (schema: string, value: unknown) => {
    const found = validator.checkAs(schema, value).map((it) => `${it.at.join(".")}: ${it.message}`);
    // The description asks for `flags` of every user, and no recorded user has them.
    const isMeant = (it: string) => !/(author|user|bot|owner)\.flags:/.test(it);
    assert.deepEqual(found.filter(isMeant), [], schema);
  };
  as("MessageResponse", withFile);
  as("MessageResponse", await rest.get(Routes.channelMessage(thread, id)));
  as("MessageResponse", await rest.get(Routes.channelMessage(ops.id, thread)));
  as("ThreadResponse", await rest.get(Routes.channel(thread)));
  as("GuildChannelResponse", await rest.get(Routes.channel(ops.id)));
  as("GuildResponse", await rest.get(Routes.guild(discord.guildId)));
  as("GuildMemberResponse", await rest.get(Routes.guildMember(discord.guildId, discord.bot.id)));
  as("ApplicationCommandResponse", command);
  as("GatewayBotResponse", await rest.get(Routes.gatewayBot()));
  as("UserPIIResponse", await rest.get(Routes.user()));
  as("PrivateApplicationResponse", await rest.get("/applications/@me"));

  ada.clicks(discord.messages(thread)[0] ?? assert.fail(), "hello").catch(() => {});
  const interaction = await event("INTERACTION_CREATE");
  const token = String(interaction["token"]);
  const response = await rest.post(Routes.interactionCallback(String(interaction["id"]), token), {
    body: { type: 4, data: { content: "Hello" } },
    query: new URLSearchParams({ with_response: "true" }),
  });
  as("InteractionCallbackResponse", response);
  as("MessageResponse", await rest.get(Routes.webhookMessage(discord.bot.id, token)));
  as(
    "MessageResponse",
    await rest.post(Routes.webhook(discord.bot.id, token), { body: { content: "More" } }),
  );
});
