import assert from "node:assert/strict";
import { test } from "node:test";
import { Routes } from "discord.js";
import { hour, manualClock, minute, only, refusal } from "./client.ts";
import { opsFor, type Sent } from "./ops.ts";

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
