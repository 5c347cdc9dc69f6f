import assert from "node:assert/strict";
import { test } from "node:test";
import { discordFor, readyFor } from "./client.ts";

test("a bot of discord.js logs in, writes, and answers commands and clicks", async (t) => {
  const discord = await discordFor(t);
  const ops = discord.channel("ops");
  const client = await readyFor(t, discord);
  assert.equal(client.user.id, discord.bot.id);
  const channel = await client.channels.fetch(ops.id);
  assert.ok(channel?.isSendable());
  const message = await channel.send({
    content: "hi",
    files: [{ attachment: Buffer.from("abc"), name: "a.txt" }],
  });
  assert.equal(discord.messages("ops")[0]?.content, "hi");
  assert.equal(await (await fetch(message.attachments.first()?.url ?? "")).text(), "abc");
  await message.edit({
    content: "there",
    components: [{ type: 1, components: [{ type: 2, style: 1, label: "Go", custom_id: "go" }] }],
  });
  await client.guilds.cache.get(discord.guildId)?.commands.set([
    {
      name: "deploy",
      description: "d",
      options: [{ type: 3, name: "host", description: "h", required: true }],
    },
  ]);
  client.on("interactionCreate", async (i) => {
    if (i.isChatInputCommand()) {
      await i.deferReply({ flags: 64 });
      await i.editReply(`host ${i.options.getString("host")} by ${i.member?.user.username}`);
      await i.followUp("all");
    } else if (i.isButton()) {
      await i.update({ content: "clicked", components: [] });
    }
  });
  const ada = discord.user({ name: "ada" });
  const outcome = await ada.uses("deploy", { host: "yoga" });
  assert.equal(outcome.acknowledged?.type, 5);
  await discord.until(() => discord.messages("ops").length === 2);
  assert.equal(ada.whispers[0]?.content, "host yoga by ada");
  const [root] = discord.messages("ops");
  assert.ok(root);
  const click = await ada.clicks(root, "Go");
  assert.equal(click.acknowledged?.type, 7);
  assert.equal(root.content, "clicked");
  const thread = await message.startThread({ name: "t" });
  await thread.send("in");
  assert.equal(discord.messages(thread).length, 1);
});
