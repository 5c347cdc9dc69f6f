import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readChannel } from "../../contracts/places/discord-reading.ts";
import { type DiscordRoomOptions, discordRoom } from "../../contracts/places/discord-room.ts";
import { until } from "../../contracts/until.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";

async function room(t: TestContext, options: DiscordRoomOptions = {}) {
  const desk = fakeDesk();
  const opened = await discordRoom(desk, options);
  t.after(() => opened.close());
  const ada = opened.discord.user({ name: "ada" });
  const isWell = () => opened.surface().health().ok;
  const why = () => `${opened.surface().health().detail}\n${opened.lines.join("\n")}`;
  return { ...opened, desk, ada, isWell, why };
}

test("no intent is privileged, and the session is begun once", async (t) => {
  const { discord } = await room(t);
  const [identify, ...more] = discord.gateway.identifies;
  assert.equal((identify?.intents ?? 0) & ((1 << 1) | (1 << 8) | (1 << 15)), 0);
  assert.equal(more.length, 0);
});

test("a connection that breaks is resumed, and what was clicked meanwhile is handled", async (t) => {
  const { discord, desk, ada, isWell, why } = await room(t);
  discord.gateway.cut();
  const asked = ada.uses("deploy", { host: "yoga" }, { channel: "deploys" });
  await until("the command", () => desk.said.length === 1, 15_000, why);
  assert.equal((await asked).failed, undefined);
  await until("a session that is well", isWell, 15_000, why);
  assert.equal(discord.gateway.resumes, 1);
  assert.equal(discord.gateway.identifies.length, 1);
});

test("Discord asks to connect again, and the session goes on", async (t) => {
  const { discord, desk, ada, isWell, why } = await room(t);
  discord.gateway.reconnect();
  await until("a resumed session", () => discord.gateway.resumes === 1 && isWell(), 15_000, why);
  await ada.uses("help", {}, { channel: "deploys" });
  await until("the command", () => desk.said.length === 1);
});

test("a session that cannot be resumed is begun anew", async (t) => {
  const { discord, desk, ada, isWell, why } = await room(t);
  discord.gateway.invalidate(false);
  await until("a new session", () => discord.gateway.identifies.length === 2 && isWell(), 20_000, why);
  await ada.uses("help", {}, { channel: "deploys" });
  await until("the command", () => desk.said.length === 1);
});

test("a gateway that stays away is said, delays nobody, and is found again", async (t) => {
  const at = await room(t, { start: false, change: { gatewayPatience: 400 } });
  at.discord.gateway.silent = true;
  const before = Date.now();
  await at.surface().start();
  assert.ok(Date.now() - before < 500, "the start waits for nobody");
  // Posting needs no gateway.
  const id = at.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  await until("a root", () => readChannel(at.discord, "deploys").includes("yoga"), 10_000, at.why);
  assert.equal(at.isWell(), false);
  await until(
    "what is wrong",
    () => at.surface().health().detail.includes("does not answer"),
    10_000,
    at.why,
  );
  at.discord.gateway.silent = false;
  await until("a session", at.isWell, 30_000, at.why);
  at.desk.finish(id, "failed", { message: "it is over" });
  await until("the end", () => readChannel(at.discord, "deploys").includes("it is over"));
});

test("a gateway that drops in the middle of a deployment holds up no message of it", async (t) => {
  const at = await room(t);
  const id = at.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  at.desk.reach(id, "build");
  await until("a root", () => readChannel(at.discord, "deploys").includes("yoga"));
  at.discord.gateway.refuses = true;
  at.discord.gateway.cut();
  await until(
    "that it is said",
    () => at.surface().health().detail.includes("gateway is away"),
    10_000,
    at.why,
  );
  at.desk.reach(id, "confirm");
  await until("the card", () => readChannel(at.discord, "deploys").includes("switch?"), 10_000, at.why);
  at.discord.gateway.refuses = false;
  await until("a session", at.isWell, 30_000, at.why);
});

test("a session that cannot be resumed within the patience is begun from scratch", async (t) => {
  const at = await room(t, { change: { gatewayPatience: 1_200 } });
  at.discord.gateway.refuses = true;
  at.discord.gateway.cut();
  await until(
    "that patience ran out",
    () => at.surface().health().detail.includes("does not answer"),
    15_000,
    at.why,
  );
  at.discord.gateway.refuses = false;
  await until(
    "a new session",
    () => at.isWell() && at.discord.gateway.identifies.length === 2,
    30_000,
    at.why,
  );
});

test("a token that is no good is said, with what to do", async (t) => {
  const at = await room(t, { start: false, change: { token: "not-this-one-at-all" } });
  await at.surface().start();
  await until(
    "what is wrong",
    () => at.surface().health().detail.includes("DISCORD_TOKEN is not valid"),
    10_000,
    at.why,
  );
  const before = Date.now();
  await at.surface().stop();
  assert.ok(Date.now() - before < 3_000);
});

test("a channel in which rights are missing is said by their names, and used as soon as they are there", async (t) => {
  const at = await room(t, { start: false });
  at.discord.deny("CreatePublicThreads", "deploys");
  at.discord.deny("AttachFiles", "deploys");
  await at.surface().start();
  at.desk.begin(["yoga"]);
  await until(
    "what is missing",
    () => at.surface().health().detail.includes("Create Public Threads, Attach Files"),
    10_000,
    at.why,
  );
  at.discord.allow("CreatePublicThreads", "deploys");
  at.discord.allow("AttachFiles", "deploys");
  await until("that it is well", at.isWell, 30_000, at.why);
  await until("what waited", () => readChannel(at.discord, "deploys").includes("yoga"));
});

test("an outage of Discord's API is waited out, and everything stands there once", async (t) => {
  const at = await room(t);
  at.discord.setDown(true);
  const id = at.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  at.desk.reach(id, "confirm");
  await until("that it is said", () => !at.isWell(), 10_000, at.why);
  at.discord.setDown(false);
  await until("the card", () => readChannel(at.discord, "deploys").includes("switch?"), 30_000, at.why);
  await until("that it is well", at.isWell, 30_000, at.why);
  assert.equal(at.discord.messages("deploys").length, 1);
});

test("something odd from the gateway ends nothing", async (t) => {
  const at = await room(t);
  at.discord.gateway.sendRaw("{ this is no JSON");
  at.discord.gateway.sendRaw('{"op":0,"t":"INTERACTION_CREATE","s":900,"d":{"id":"1","type":77}}');
  await at.ada.uses("help", {}, { channel: "deploys" });
  await until("the command", () => at.desk.said.length === 1, 10_000, at.why);
});
