import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, GatewayIntentBits, Routes } from "discord.js";
import { WebSocket } from "ws";
import { until } from "../../../contracts/until.ts";
import type { FakeDiscord, Fields } from "../../../fakes/discord/index.ts";
import { clientFor, discordFor, readyFor, restFor, sendable } from "./client.ts";

const { Guilds, GuildMessages, GuildMembers, MessageContent } = GatewayIntentBits;

/** A socket without a library: what it hears, and how it ended. */
async function socketFor(discord: FakeDiscord, query = "?v=10&encoding=json") {
  const address = (await restFor(discord).get(Routes.gatewayBot())) as { url: string };
  const socket = new WebSocket(`${address.url}/${query}`);
  const heard: { op: number; t?: string; s?: number; d: Fields }[] = [];
  socket.on("message", (data) => heard.push(JSON.parse(String(data))));
  const ended = new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)));
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("open", resolve));
  return {
    heard,
    ended,
    socket,
    say: (packet: object) => socket.send(JSON.stringify(packet)),
    identify: (more: object = {}) =>
      socket.send(
        JSON.stringify({ op: 2, d: { token: discord.token, intents: Guilds, properties: {}, ...more } }),
      ),
    hears: (what: string) => until(what, () => heard.some((it) => it.t === what)),
  };
}

const counted = (client: Client, event: "shardResume" | "shardReady" | "shardReconnecting") => {
  const seen = { times: 0 };
  client.on(event, () => {
    seen.times += 1;
  });
  return seen;
};

test("a client that identifies learns its guild with channels, threads, roles and itself", async (t) => {
  const discord = await discordFor(t);
  const ops = discord.channel("ops");
  const { id } = discord.user({ name: "ada" }).says("root");
  await restFor(discord).post(Routes.threads(ops.id, id), { body: { name: "yoga" } });
  const client = await readyFor(discord);
  const guild = client.guilds.cache.get(discord.guildId);
  assert.equal(guild?.available, true);
  assert.deepEqual(
    guild?.channels.cache.map((it) => it.name),
    ["ops", "yoga"],
  );
  assert.equal(guild?.members.me?.id, discord.bot.id);
  assert.ok(guild?.members.me?.permissionsIn(ops.id).has("SendMessages"));
  assert.deepEqual(
    discord.gateway.identifies.map((it) => it.intents),
    [Guilds],
  );
  assert.equal(discord.sessionStarts.remaining, 999);
});

test("a client hears of what changes, and not of what it did not ask for", async (t) => {
  const discord = await discordFor(t);
  const ops = discord.channel("ops");
  const client = await readyFor(discord);
  const heard: string[] = [];
  client.on("raw", ({ t: event }: { t: string | null }) => heard.push(event ?? "none"));
  const ada = discord.user({ name: "ada" });
  ada.says("hello");
  discord.deny("SendMessages", ops);
  discord.deny("AttachFiles");
  discord.channel("more");
  discord.deleteChannel(ops);
  await until("all events", () => heard.length === 5);
  assert.deepEqual(heard, [
    "CHANNEL_UPDATE",
    "GUILD_ROLE_UPDATE",
    "GUILD_ROLE_UPDATE",
    "CHANNEL_CREATE",
    "CHANNEL_DELETE",
  ]);
  assert.equal(client.channels.cache.has(ops.id), false);
});

test("what people say is heard with an intent, and read with another", async (t) => {
  const discord = await discordFor(t);
  discord.gateway.privileged = [MessageContent];
  discord.channel("ops");
  const [deaf, hearing, reading] = await Promise.all(
    [[], [GuildMessages], [GuildMessages, MessageContent]].map(async (more) => {
      const client = await readyFor(discord, { intents: [Guilds, ...more] });
      const texts: string[] = [];
      client.on("messageCreate", (it) => texts.push(it.content));
      return { client, texts };
    }),
  );
  const ada = discord.user({ name: "ada" });
  ada.says("hello");
  await (await sendable(reading?.client ?? assert.fail(), discord.channel("ops").id)).send("own");
  await until("both messages", () => hearing?.texts.length === 2 && reading?.texts.length === 2);
  assert.deepEqual([deaf?.texts, hearing?.texts, reading?.texts], [[], ["", "own"], ["hello", "own"]]);
});

test("a lost connection is resumed, and what was missed comes then", async (t) => {
  const discord = await discordFor(t);
  discord.channel("ops");
  const client = await readyFor(discord);
  const resumed = counted(client, "shardResume");
  const seen: string[] = [];
  client.on("interactionCreate", (it) => {
    seen.push(it.id);
    if (it.isChatInputCommand()) {
      it.reply("fine").catch(() => {});
    }
  });
  await client.application.commands.set([{ name: "status", description: "how it is" }], discord.guildId);
  discord.gateway.cut();
  const outcome = await discord.user({ name: "ada" }).uses("status");
  assert.equal(outcome.acknowledged?.type, 4);
  assert.equal(resumed.times, 1);
  assert.deepEqual(seen, [outcome.interaction]);
  assert.deepEqual([discord.gateway.identifies.length, discord.gateway.resumes], [1, 1]);
});

test("a client that is asked to come back resumes", async (t) => {
  const discord = await discordFor(t);
  const client = await readyFor(discord);
  const resumed = counted(client, "shardResume");
  discord.gateway.reconnect();
  await until("the resume", () => resumed.times === 1);
  assert.deepEqual(discord.gateway.closes, [4200]);
  discord.gateway.invalidate(true);
  await until("another resume", () => resumed.times === 2);
  assert.equal(discord.gateway.opened, 2);
  assert.equal(discord.gateway.identifies.length, 1);
});

test("a session that is gone has to be begun anew", async (t) => {
  const discord = await discordFor(t);
  const client = await readyFor(discord);
  const ready = counted(client, "shardReady");
  discord.gateway.cut();
  await discord.until(() => discord.gateway.connections === 0);
  discord.gateway.forget();
  // discord.js lets five seconds pass between two identifies.
  await until("the second session", () => ready.times === 1);
  assert.deepEqual([discord.gateway.identifies.length, discord.gateway.resumes], [2, 0]);
});

test("a client that leaves with 1000 or 1001 cannot come back to its session, and one that leaves with 4000 can", async (t) => {
  const discord = await discordFor(t);
  for (const [code, comesBack] of [
    [1000, false],
    [1001, false],
    [4000, true],
  ] as const) {
    const first = await socketFor(discord);
    first.identify();
    await first.hears("READY");
    const { session_id } = first.heard.find((it) => it.t === "READY")?.d ?? {};
    first.socket.close(code);
    await first.ended;
    const second = await socketFor(discord);
    second.say({ op: 6, d: { token: discord.token, session_id, seq: 1 } });
    await until("an answer", () => second.heard.length > 1);
    assert.deepEqual(
      second.heard.slice(1).map((it) => it.t ?? it.op),
      comesBack ? ["GUILD_CREATE", "RESUMED"] : [9],
      `code ${code}`,
    );
    second.socket.close();
  }
});

test("clients that misbehave are shown out, each with its own code", async (t) => {
  const discord = await discordFor(t);
  const code = async (act: (socket: Awaited<ReturnType<typeof socketFor>>) => void, query?: string) => {
    const socket = await socketFor(discord, query);
    act(socket);
    return socket.ended;
  };
  assert.equal(await code((it) => it.identify({ token: "wrong" })), 4004);
  assert.equal(await code((it) => it.identify({ intents: GuildMembers })), 4014);
  assert.equal(await code((it) => it.identify({ intents: 1 << 30 })), 4013);
  assert.equal(await code((it) => [it.identify(), it.identify()]), 4005);
  assert.equal(await code((it) => it.say({ op: 4, d: {} })), 4003);
  assert.equal(await code((it) => [it.identify(), it.say({ op: 77, d: {} })]), 4001);
  assert.equal(await code((it) => it.socket.send("not JSON")), 4002);
  assert.equal(await code(() => {}, "?v=9&encoding=json"), 4012);
  const first = await socketFor(discord);
  first.identify();
  await first.hears("READY");
  const session_id = first.heard.find((it) => it.t === "READY")?.d["session_id"];
  const resume = { op: 6, d: { token: discord.token, session_id, seq: 99 } };
  assert.equal(await code((it) => it.say(resume)), 4007);
});

test("discord.js gives up on a wrong token and on intents that it was not given", async (t) => {
  const discord = await discordFor(t);
  const wrong = clientFor(discord, { intents: [Guilds, GuildMembers] });
  await assert.rejects(wrong.login(discord.token), /disallowed intents/i);
  await assert.rejects(clientFor(discord).login("wrong"), /invalid token/i);
});

test("heartbeats are answered, and asked for", async (t) => {
  const discord = await discordFor(t);
  discord.gateway.heartbeatMilliseconds = 200;
  await readyFor(discord);
  await discord.until(() => discord.gateway.heartbeats >= 3);
  const slow = await discordFor(t);
  await readyFor(slow);
  slow.gateway.askHeartbeat();
  await slow.until(() => slow.gateway.heartbeats === 1);
});

test("a client whose heartbeats are not answered takes the connection for dead, and resumes", async (t) => {
  const discord = await discordFor(t);
  discord.gateway.heartbeatMilliseconds = 200;
  const client = await readyFor(discord);
  const resumed = counted(client, "shardResume");
  discord.gateway.acknowledges = false;
  await until("a resume", () => resumed.times > 0);
  discord.gateway.acknowledges = true;
  discord.gateway.fallSilent();
  discord.channel("ops");
  await until("what was missed", () => client.channels.cache.size === 1);
});

test("while the gateway refuses, nobody gets in: login() fails, and yet discord.js goes on trying", async (t) => {
  const discord = await discordFor(t);
  discord.gateway.refuses = true;
  const client = clientFor(discord);
  const ready = counted(client, "shardReady");
  await assert.rejects(client.login(discord.token), /503/);
  discord.gateway.refuses = false;
  await until("the connection", () => ready.times === 1);
  // Nothing else ends a client whose login() failed: its destroy() has been called already.
  discord.gateway.close(4004);
});

test("while the gateway says nothing, nobody gets in", async (t) => {
  const discord = await discordFor(t);
  discord.gateway.silent = true;
  const { socket, heard, identify } = await socketFor(discord);
  identify();
  socket.ping();
  await new Promise((resolve) => socket.once("pong", resolve));
  assert.deepEqual(heard, []);
  discord.gateway.silent = false;
  assert.equal((await readyFor(discord)).user.id, discord.bot.id);
});

test("anything at all can be sent", async (t) => {
  const discord = await discordFor(t);
  const { socket, identify, hears } = await socketFor(discord);
  identify();
  await hears("READY");
  const texts: string[] = [];
  socket.removeAllListeners("message");
  socket.on("message", (data) => texts.push(String(data)));
  discord.gateway.sendRaw('{"op":');
  await until("the text", () => texts.length === 1);
  assert.deepEqual(texts, ['{"op":']);
});

test("when no identifies are left, discord.js does not try", async (t) => {
  const discord = await discordFor(t);
  discord.sessionStarts.remaining = 0;
  discord.sessionStarts.resetAfterMilliseconds = 60_000;
  await assert.rejects(clientFor(discord).login(discord.token), /session/i);
  assert.deepEqual(discord.gateway.identifies, []);
});

test("all of Discord can go away, and come back", async (t) => {
  const discord = await discordFor(t);
  const client = await readyFor(discord);
  const resumed = counted(client, "shardResume");
  discord.setDown(true);
  await assert.rejects(restFor(discord).get(Routes.user()));
  assert.equal(discord.gateway.connections, 0);
  discord.setDown(false);
  await until("the resume", () => resumed.times === 1);
});
