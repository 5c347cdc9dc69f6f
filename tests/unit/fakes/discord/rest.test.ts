import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type REST, Routes } from "discord.js";
import type { FakeDiscordOptions } from "../../../fakes/discord/index.ts";
import { discordFor, hour, manualClock, minute, only, refusal, restFor } from "./client.ts";

interface Sent {
  readonly id: string;
  readonly content: string;
  readonly attachments: { id: string; url: string; filename: string; description?: string }[];
  readonly flags: number;
}

async function opsFor(t: TestContext, options: FakeDiscordOptions = {}) {
  const discord = await discordFor(t, { rateLimits: false, ...options });
  const ops = discord.channel("ops");
  const rest = restFor(discord);
  return { discord, ops, rest, ...calls(rest, ops.id) };
}

function calls(rest: REST, channel: string) {
  const post = (body: object, place = channel) =>
    rest.post(Routes.channelMessages(place), { body }) as Promise<Sent>;
  const edit = (id: string, body: object, place = channel) =>
    rest.patch(Routes.channelMessage(place, id), { body }) as Promise<Sent>;
  const list = async (query: Record<string, string> = {}) => {
    const found = await rest.get(Routes.channelMessages(channel), { query: new URLSearchParams(query) });
    return (found as Sent[]).map((it) => it.content);
  };
  return { post, edit, list };
}

const startThread = (rest: REST, channel: string, message: string) =>
  rest.post(Routes.threads(channel, message), { body: { name: "yoga" } }) as Promise<{ id: string }>;

test("only the bot's token opens the door", async (t) => {
  const { discord, rest } = await opsFor(t);
  const me = await rest.get(Routes.user());
  assert.equal((me as { id: string }).id, discord.bot.id);
  assert.equal(
    await refusal(restFor(discord).setToken("wrong").get(Routes.user())),
    "401 0 401: Unauthorized",
  );
  assert.equal(await refusal(rest.get("/nowhere")), "404 0 404: Not Found");
  discord.revokeToken();
  assert.equal(await refusal(rest.get(Routes.user())), "401 0 401: Unauthorized");
  assert.equal(discord.invalidRequests, 2);
});

test("the bot can find out where it is, and what it may do there", async (t) => {
  const { discord, ops, rest } = await opsFor(t);
  const ada = discord.user({ name: "ada", nick: "Countess", roles: ["deployer"] });
  const guild = (await rest.get(Routes.guild(discord.guildId))) as { id: string; roles: unknown[] };
  assert.equal(guild.roles.length, 3);
  const roles = (await rest.get(Routes.guildRoles(discord.guildId))) as { name: string }[];
  assert.deepEqual(
    roles.map((it) => it.name),
    ["@everyone", "switchyard", "deployer"],
  );
  const member = await rest.get(Routes.guildMember(discord.guildId, ada.id));
  assert.equal((member as { nick: string }).nick, "Countess");
  assert.equal(await refusal(rest.get(Routes.guildMember(discord.guildId, "1"))), "404 10007 Unknown Member");
  assert.equal(await refusal(rest.get(Routes.guild("1"))), "403 50001 Missing Access");
  discord.deny("SendMessages", ops);
  const channel = (await rest.get(Routes.channel(ops.id))) as { permission_overwrites: object[] };
  assert.deepEqual(channel.permission_overwrites, [
    { id: discord.bot.id, type: 1, allow: "0", deny: String(1 << 11) },
  ]);
});

test("a permission that was taken away is missed, and is there again when it is given back", async (t) => {
  const { discord, ops, rest, post, edit, list } = await opsFor(t);
  const { id } = await post({ content: "one" });
  const embeds = [{ title: "one" }];
  discord.deny("SendMessages", ops);
  assert.equal(await refusal(post({ content: "two" })), "403 50013 Missing Permissions");
  await edit(id, { content: "an edit needs no permission" });
  discord.allow("SendMessages", ops);
  discord.deny("EmbedLinks");
  assert.equal(await refusal(post({ embeds })), "403 50013 Missing Permissions");
  discord.allow("EmbedLinks");
  await post({ embeds });
  discord.deny("CreatePublicThreads");
  assert.equal(await refusal(startThread(rest, ops.id, id)), "403 50013 Missing Permissions");
  discord.deny("ReadMessageHistory", ops);
  assert.deepEqual(await list(), []);
  assert.equal(
    await refusal(post({ content: "x", message_reference: { message_id: id } })),
    "400 160002 Cannot reply without permission to read message history",
  );
  discord.deny("ViewChannel", ops);
  assert.equal(await refusal(post({ content: "x" })), "403 50001 Missing Access");
  assert.equal(await refusal(rest.get(Routes.channel(ops.id))), "403 50001 Missing Access");
});

test("a thread is written to with a permission of its own", async (t) => {
  const { discord, ops, rest, post } = await opsFor(t);
  const thread = await startThread(rest, ops.id, (await post({ content: "root" })).id);
  discord.deny("SendMessages", ops);
  await post({ content: "still" }, thread.id);
  discord.deny("SendMessagesInThreads", ops);
  assert.equal(await refusal(post({ content: "not" }, thread.id)), "403 50013 Missing Permissions");
});

test("messages are posted, read, edited and deleted", async (t) => {
  const { discord, ops, rest, post, edit } = await opsFor(t);
  const { id } = await post({ content: "one" });
  assert.equal(((await rest.get(Routes.channelMessage(ops.id, id))) as Sent).content, "one");
  await edit(id, { content: "two" });
  const message = only(discord, "ops");
  assert.deepEqual(
    message.versions.map((it) => it.content),
    ["one", "two"],
  );
  assert.equal(message.isFromBot, true);
  await rest.delete(Routes.channelMessage(ops.id, id));
  assert.deepEqual(discord.messages("ops"), []);
  assert.equal(discord.allMessages("ops")[0]?.isDeleted, true);
  assert.equal(await refusal(edit(id, { content: "three" })), "404 10008 Unknown Message");
  assert.equal(await refusal(post({ content: "x" }, "123")), "404 10003 Unknown Channel");
  assert.equal(await refusal(post({})), "400 50006 Cannot send an empty message");
  assert.equal(
    await refusal(edit((await post({ content: "x" })).id, { content: "" })),
    "400 50006 Cannot send an empty message",
  );
});

test("other people's messages are not the bot's to change", async (t) => {
  const { discord, ops, rest, edit } = await opsFor(t);
  const { id } = discord.user({ name: "ada" }).says("mine");
  assert.equal(
    await refusal(edit(id, { content: "ours" })),
    "403 50005 Cannot edit a message authored by another user",
  );
  const deletion = () => rest.delete(Routes.channelMessage(ops.id, id));
  assert.equal(await refusal(deletion()), "403 50013 Missing Permissions");
  discord.allow("ManageMessages");
  await deletion();
});

test("messages are listed newest first, before, after and around one", async (t) => {
  const { post, list } = await opsFor(t);
  const sent: Sent[] = [];
  for (const content of ["1", "2", "3", "4", "5", "6"]) {
    sent.push(await post({ content }));
  }
  const third = sent[2]?.id ?? "";
  assert.deepEqual(await list(), ["6", "5", "4", "3", "2", "1"]);
  assert.deepEqual(await list({ limit: "2" }), ["6", "5"]);
  assert.deepEqual(await list({ before: third }), ["2", "1"]);
  assert.deepEqual(await list({ after: third, limit: "2" }), ["5", "4"]);
  assert.deepEqual(await list({ around: third, limit: "3" }), ["4", "3", "2"]);
  assert.deepEqual(await list({ around: third, limit: "1" }), ["3"]);
  assert.equal(await refusal(list({ limit: "101" })), "400 50035 Invalid Form Body");
});

test("the same nonce within a few minutes gives the first message back", async (t) => {
  const clock = manualClock();
  const { discord, post } = await opsFor(t, { now: clock.now });
  const body = { content: "one", nonce: "d-1", enforce_nonce: true };
  const first = await post(body);
  clock.pass(4 * minute);
  assert.equal((await post({ ...body, content: "again" })).id, first.id);
  assert.equal(only(discord, "ops").content, "one");
  assert.notEqual((await post({ ...body, nonce: "d-2" })).id, first.id);
  assert.notEqual((await post({ content: "one", nonce: "d-1" })).id, first.id, "it has to be asked for");
  clock.pass(6 * minute);
  assert.notEqual((await post(body)).id, first.id);
});

test("a message pings only whom it may, and whom it names", async (t) => {
  const { discord, post } = await opsFor(t);
  const ada = discord.user({ name: "ada" });
  const bob = discord.user({ name: "bob" });
  const open = discord.role("open", { mentionable: true });
  const closed = discord.role("closed");
  const content = `@everyone <@${ada.id}> <@${bob.id}> <@&${open.id}> <@&${closed.id}> <@1>`;
  const pings = async (more: object = {}) => {
    const { id } = await post({ content, ...more });
    return discord.messages("ops").find((it) => it.id === id)?.pings;
  };
  const nobody = { users: [], roles: [], everyone: false };
  assert.deepEqual(await pings(), { ...nobody, users: [ada.id, bob.id], roles: [open.id] });
  assert.deepEqual(await pings({ allowed_mentions: { parse: [] } }), nobody);
  assert.deepEqual(await pings({ allowed_mentions: { users: [bob.id] } }), { ...nobody, users: [bob.id] });
  assert.deepEqual(await pings({ allowed_mentions: { parse: ["roles"] } }), { ...nobody, roles: [open.id] });
  discord.allow("MentionEveryone");
  assert.deepEqual(await pings(), {
    users: [ada.id, bob.id],
    roles: [open.id, closed.id],
    everyone: true,
  });
  assert.deepEqual(await pings({ allowed_mentions: { parse: [] } }), nobody);
  const components = [{ type: 10, content: `<@${ada.id}>` }];
  assert.deepEqual(await pings({ content: undefined, flags: 1 << 15, components }), {
    ...nobody,
    users: [ada.id],
  });
});

test("a reply pings whom it answers, unless it was told not to", async (t) => {
  const { discord, post } = await opsFor(t);
  const ada = discord.user({ name: "ada" });
  const message_reference = { message_id: ada.says("well?").id };
  await post({ content: "yes", message_reference });
  await post({ content: "yes", message_reference, allowed_mentions: { parse: [] } });
  await post({ content: "yes", message_reference, allowed_mentions: { parse: [], replied_user: true } });
  const [, ...replies] = discord.messages("ops");
  assert.deepEqual(
    replies.map((it) => it.pings.users),
    [[ada.id], [], [ada.id]],
  );
  assert.equal(replies[0]?.replyTo, message_reference.message_id);
  const lost = { message_reference: { message_id: "5" } };
  assert.equal(await refusal(post({ content: "x", ...lost })), "400 50035 Invalid Form Body");
  await post({ content: "x", message_reference: { message_id: "5", fail_if_not_exists: false } });
});

test("files are kept with their content, and an edit says which of them stay", async (t) => {
  const { discord, ops, rest, edit } = await opsFor(t);
  const file = (name: string, text: string) => ({ name, data: Buffer.from(text), contentType: "text/plain" });
  const sent = (await rest.post(Routes.channelMessages(ops.id), {
    body: { content: "log", attachments: [{ id: "0", description: "the log" }, { id: "1" }] },
    files: [file("a b.log", "one"), file("b.log", "two")],
  })) as Sent;
  assert.equal(sent.attachments[0]?.filename, "a_b.log");
  assert.equal(sent.attachments[0]?.description, "the log");
  assert.equal(await (await fetch(sent.attachments[1]?.url ?? "")).text(), "two");
  const names = () => only(discord, "ops").attachments.map((it) => it.name);
  await edit(sent.id, { content: "the same" });
  assert.deepEqual(names(), ["a_b.log", "b.log"]);
  await edit(sent.id, { attachments: [{ id: sent.attachments[1]?.id }] });
  assert.deepEqual(names(), ["b.log"]);
  await rest.patch(Routes.channelMessage(ops.id, sent.id), { body: {}, files: [file("c.log", "three")] });
  assert.deepEqual(names(), ["b.log", "c.log"]);
  assert.equal(only(discord, "ops").attachments[1]?.content.toString(), "three");
});

test("a file of more than 10 MiB is too large", async (t) => {
  const { discord, ops, rest } = await opsFor(t);
  const upload = (size: number) =>
    rest.post(Routes.channelMessages(ops.id), { files: [{ name: "x", data: Buffer.alloc(size) }] });
  await upload(10 * 1024 * 1024);
  assert.equal(await refusal(upload(10 * 1024 * 1024 + 1)), "413 40005 Request entity too large");
  discord.deny("AttachFiles");
  assert.equal(await refusal(upload(1)), "403 50013 Missing Permissions");
});

test("a thread has the id of its message, and there is one at most", async (t) => {
  const { discord, ops, rest, post } = await opsFor(t);
  const { id } = await post({ content: "root" });
  const thread = await startThread(rest, ops.id, id);
  assert.equal(thread.id, id);
  assert.equal(only(discord, "ops").thread?.name, "yoga");
  assert.equal(
    await refusal(startThread(rest, ops.id, id)),
    "400 160004 A thread has already been created for this message",
  );
  const inside = await post({ content: "inside" }, id);
  assert.equal(only(discord, id).content, "inside");
  assert.equal(
    await refusal(startThread(rest, id, inside.id)),
    "400 50024 Cannot execute action on this channel type",
  );
  const root = (await rest.get(Routes.channelMessage(ops.id, id))) as Sent;
  assert.equal(root.flags, 1 << 5);
});

test("an archived thread wakes up when something is sent, but nothing in it can be edited", async (t) => {
  const { discord, ops, rest, post, edit } = await opsFor(t);
  const { id } = await post({ content: "root" });
  const thread = await startThread(rest, ops.id, id);
  const first = await post({ content: "first" }, thread.id);
  const archive = (archived: boolean) => rest.patch(Routes.channel(thread.id), { body: { archived } });
  await archive(true);
  assert.equal(await refusal(edit(first.id, { content: "x" }, thread.id)), "400 50083 Thread is archived");
  await post({ content: "second" }, thread.id);
  await edit(first.id, { content: "x" }, thread.id);
  await archive(true);
  await archive(false);
  await edit(first.id, { content: "y" }, thread.id);
  discord.archive(thread, true);
  assert.equal(await refusal(archive(false)), "403 50013 Missing Permissions");
  assert.equal(await refusal(post({ content: "third" }, thread.id)), "403 50013 Missing Permissions");
});

test("what is older than an hour can be edited a few times only, and then later", async (t) => {
  const clock = manualClock();
  const { discord, post, edit } = await opsFor(t, { now: clock.now });
  const { id } = await post({ content: "0" });
  const young = (content: string) => edit(id, { content });
  for (const content of ["1", "2", "3", "4", "5"]) {
    await young(content);
  }
  clock.pass(hour + 1);
  for (const content of ["6", "7", "8"]) {
    await edit(id, { content });
  }
  const response = await fetch(
    `${discord.apiUrl}/v10/channels/${only(discord, "ops").channel}/messages/${id}`,
    {
      method: "PATCH",
      headers: { authorization: `Bot ${discord.token}`, "content-type": "application/json" },
      body: JSON.stringify({ content: "9" }),
    },
  );
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("retry-after"), "20");
  assert.equal(((await response.json()) as { code: number }).code, 30046);
  clock.pass(20_001);
  await edit(id, { content: "9" });
  assert.equal(only(discord, "ops").content, "9");
});

test("commands are registered, changed and taken away, and keep their ids", async (t) => {
  const { discord, rest } = await opsFor(t);
  const all = Routes.applicationGuildCommands(discord.bot.id, discord.guildId);
  const one = (id: string) => Routes.applicationGuildCommand(discord.bot.id, discord.guildId, id);
  const command = (name: string, description = "does it") => ({ name, description });
  const names = () => discord.commands.map((it) => it.name);
  const first = (await rest.put(all, { body: [command("deploy"), command("status")] })) as { id: string }[];
  const second = (await rest.put(all, { body: [command("deploy", "does more")] })) as { id: string }[];
  assert.equal(second[0]?.id, first[0]?.id);
  assert.deepEqual(names(), ["deploy"]);
  const { id } = (await rest.post(all, { body: command("build-all") })) as { id: string };
  await rest.patch(one(id), { body: { description: "builds" } });
  assert.equal(((await rest.get(one(id))) as { description: string }).description, "builds");
  assert.equal(
    await refusal(rest.patch(one(id), { body: { name: "deploy" } })),
    "400 50035 Invalid Form Body",
  );
  await rest.delete(one(id));
  assert.deepEqual(((await rest.get(all)) as object[]).length, 1);
  assert.equal(await refusal(rest.delete(one(id))), "404 10063 Unknown application command");
  assert.equal(
    await refusal(rest.get(Routes.applicationGuildCommands("1", discord.guildId))),
    "403 20012 You are not authorized to perform this action on this application",
  );
});

test("what Discord's description of its API refuses is refused, and remembered as a mistake", async (t) => {
  const { discord, post, edit, rest, ops } = await opsFor(t);
  if (!discord.validates) {
    t.skip(discord.whyNot);
    return;
  }
  const row = (button: object) => [
    { type: 1, components: [{ type: 2, style: 1, custom_id: "x", ...button }] },
  ];
  const { id } = await post({ content: "x", components: row({ label: "5" }) });
  assert.deepEqual(discord.mistakes, []);
  const wrong = "400 50035 Invalid Form Body";
  assert.equal(await refusal(post({ content: "x", components: row({ label: 5 }) })), wrong);
  assert.equal(await refusal(post({ content: "x", components: row({ label: "5", type: 99 }) })), wrong);
  assert.equal(await refusal(edit(id, { content: 5 })), wrong);
  assert.equal(await refusal(rest.post(Routes.threads(ops.id, id), { body: {} })), wrong);
  assert.deepEqual(
    discord.mistakes.map(({ operation, problems }) => [operation, ...problems]),
    [
      ["create_message", "components.0.components.0.label: must be string,null"],
      ["create_message", "components.0.components.0.type: must be equal to one of the allowed values"],
      ["update_message", "content: must be string,null"],
      ["create_thread_from_message", "name: This field is required"],
    ],
  );
});
