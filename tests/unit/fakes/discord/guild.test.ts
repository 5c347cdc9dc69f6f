import assert from "node:assert/strict";
import { test } from "node:test";
import { Routes } from "discord.js";
import { only, refusal, restFor } from "./client.ts";
import { opsFor, type Sent, startThread } from "./ops.ts";

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
