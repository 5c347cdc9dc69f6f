import assert from "node:assert/strict";
import { test } from "node:test";
import type { Delivery } from "../../../src/store/deliveries.ts";
import { click, whisper } from "../../contracts/places/discord.ts";
import { readChannel, readMessage } from "../../contracts/places/discord-reading.ts";
import { until } from "../../contracts/until.ts";
import { memoryDeliveries } from "../../fakes/memory-deliveries.ts";
import { channel, room } from "./asking-room.ts";

test("typed options become the command, and are acknowledged within a second", async (t) => {
  const { desk, ada, discord } = await room(t);
  const outcome = await ada.uses("rollback", { host: "yoga", to: "previous" }, { channel });
  assert.equal(outcome.acknowledged?.type, 5);
  assert.ok((outcome.acknowledged?.milliseconds ?? 9_999) < 1_000);
  await until("the command", () => desk.said.length === 1);
  assert.equal(desk.said[0]?.text, "/rollback yoga previous");
  await ada.uses("build-all", { jobs: 2, ref: 'origin/it\'s "new"' }, { channel });
  await ada.uses("deploy", { host: "yoga", "dry-run": true }, { channel });
  await until("both", () => desk.said.length === 3);
  assert.match(desk.said[1]?.text ?? "", /^\/build-all --jobs=2 --ref='origin/);
  assert.equal(desk.said[2]?.text, "/deploy yoga --dry-run");
  assert.deepEqual(desk.said[2]?.who, {
    surface: "discord",
    id: ada.id,
    name: "ada",
    groups: [`discord-role:${discord.role("ops").id}`],
    isOutsider: false,
  });
});

test("what began is linked to its thread, for whoever asked alone", async (t) => {
  const { ada, discord, lines } = await room(t);
  const outcome = await ada.uses("deploy", { host: "yoga" }, { channel });
  const told = await whisper({ discord, lines } as Parameters<typeof whisper>[0], () => outcome.whispers[0]);
  assert.match(told, /Started/);
  const [root] = discord.messages(channel);
  assert.ok(JSON.stringify(outcome.whispers[0]?.components).includes(`/${root?.channel}/${root?.id})`));
});

test("an interaction that comes twice is handled once", async (t) => {
  const { desk, discord, ada } = await room(t);
  discord.interactions.duplicates = 1;
  await ada.uses("deploy", { host: "yoga" }, { channel });
  await ada.uses("help", {}, { channel });
  await until("the later one", () => desk.said.some(({ text }) => text.startsWith("/help")));
  assert.equal(desk.said.filter(({ text }) => text.startsWith("/deploy")).length, 1);
});

test("what a stopped bot had taken and not done is answered after its restart, where it was said", async (t) => {
  const lost: Delivery[] = [];
  const takeLost = (surface: string) => (surface === "discord" ? lost.splice(0) : []);
  const { desk, discord, ada, restart } = await room(t, {
    change: { deliveries: { ...memoryDeliveries(), takeLost } },
  });
  const said = ada.says("hello", { channel });
  const answerTo = { channel: said.channel, message: said.id };
  lost.push({
    surface: "discord",
    ids: [said.id],
    said: "/deploy yoga",
    user: ada.id,
    key: said.id,
    answerTo,
  });
  await restart();
  await until("the answer", () =>
    JSON.stringify(discord.messages(channel)).includes("restarted before it had answered"),
  );
  assert.deepEqual(desk.said, []);
});

test("hosts are completed as they are typed, and nothing is for whoever may not look", async (t) => {
  const { desk, ada } = await room(t);
  const completed = await ada.completes("deploy", { host: "yo" }, "host", { channel });
  assert.deepEqual(completed.choices, [{ name: "yoga", value: "yoga" }]);
  desk.failNext(new Error("the store is away"));
  const broken = await ada.completes("deploy", { host: "yo" }, "host", { channel });
  assert.deepEqual([broken.failed, broken.choices], [undefined, []]);
  desk.refuseViews("roles:\n  viewer: [ada]");
  assert.deepEqual((await ada.completes("deploy", { host: "yo" }, "host", { channel })).choices, []);
});

test("a mention is a command, in the channel and in a thread, and is answered there", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("yoga");
  const said = at.ada.says(`<@${at.discord.bot.id}> help`, { channel: card.channel });
  const answer = await at.discord.until(
    () => at.discord.messages(card.channel).find(({ replyTo }) => replyTo === said.id),
    5_000,
    "an answer",
  );
  assert.match(readMessage(answer), /deploy/);
  at.ada.says("deploy yoga, says somebody", { channel });
  at.ada.says(`who is <@${at.discord.bot.id}>?`, { channel });
  at.ada.says(`<@${at.discord.bot.id}> generations yoga`, { channel });
  await until("the last one", () => at.desk.said.some(({ text }) => text === "/generations yoga"));
  assert.deepEqual(
    at.desk.said.map(({ text }) => text),
    ["/help", "/generations yoga"],
  );
});

test("a refusal is told to whoever clicked, and to nobody else", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("yoga");
  const eve = at.discord.user({ name: "eve" });
  at.desk.refuseNext(
    "not-allowed",
    "eve may not do this: it needs deployer.",
    "In fleet.yaml:\nroles:\n  deployer: [eve]",
  );
  assert.match(await click(at, eve, card, "Switch"), /needs deployer[\s\S]*deployer: \[eve\]/);
  assert.doesNotMatch(readChannel(at.discord, channel), /may not do this/);
  assert.deepEqual(at.ada.whispers, []);
  assert.equal(await click(at, at.ada, card, "Cancel"), "");
});
