import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { code } from "../../../src/chat/blocks.ts";
import type { Deployment } from "../../../src/chat/desk.ts";
import type { Delivery } from "../../../src/store/deliveries.ts";
import { click, whisper } from "../../contracts/places/discord.ts";
import { readChannel, readMessage, standing } from "../../contracts/places/discord-reading.ts";
import { type DiscordRoomOptions, discordRoom } from "../../contracts/places/discord-room.ts";
import { until } from "../../contracts/until.ts";
import { buttonsOf, type Message } from "../../fakes/discord/index.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { memoryDeliveries } from "../../fakes/memory-deliveries.ts";

const channel = "deploys";

async function room(t: TestContext, options: DiscordRoomOptions = {}) {
  const real = fakeDesk();
  let isBroken = false;
  const desk: typeof real = {
    ...real,
    mayDecide: (id, who, digest) =>
      isBroken ? Promise.reject(new Error("the disk is full")) : real.mayDecide(id, who, digest),
  };
  const opened = await discordRoom(desk, options);
  t.after(async () => {
    await opened.close();
    assert.deepEqual(opened.discord.mistakes, []);
  });
  const ada = opened.discord.user({ name: "ada", roles: ["ops"] });
  const find = (label: string) => () =>
    standing(opened.discord, channel).find((one) => buttonsOf(one).includes(label));
  const asks = async (
    host: string,
    change: Partial<Deployment> = {},
  ): Promise<{ id: string; card: Message }> => {
    const id = desk.begin([host]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm", change);
    const label = change.mode === "rollback" ? "Roll back" : "Switch";
    const card = await opened.discord.until(find(label), 10_000, "a card that asks");
    return { id, card };
  };
  const failReading = (isSo: boolean) => {
    isBroken = isSo;
  };
  return { ...opened, desk: real, ada, asks, failReading };
}

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

test("a card of high risk asks for the host's name before it switches", async (t) => {
  const at = await room(t);
  const { desk, ada } = at;
  const { id, card } = await at.asks("hetzner-vps", { risk: "high" });
  const first = await ada.clicks(card, "Switch");
  assert.equal(first.acknowledged?.type, 9);
  const form = first.modal ?? assert.fail("no form was opened");
  assert.match(form.title, /hetzner-vps/);
  const wrong = await ada.submits(form, { host: "hetzner" });
  const told = await whisper(at, () => wrong.whispers[0]);
  assert.match(told, /"hetzner" is not hetzner-vps: nothing was switched/);
  assert.deepEqual(desk.decided, []);
  const again = await ada.clicks(card, "Switch");
  await ada.submits(again.modal ?? assert.fail(), { host: " Hetzner-VPS " });
  await until("the decision", () => desk.decided.length === 1);
  assert.deepEqual(
    desk.decided.map(({ id: about, decision }) => [about, decision]),
    [[id, "switch"]],
  );
});

test("a form that is sent when the card was decided already is refused like any click", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("hetzner-vps", { risk: "high" });
  const opened = await at.ada.clicks(card, "Switch");
  at.desk.refuseNext("already-decided", "grace decided already: cancel.", null);
  const sent = await at.ada.submits(opened.modal ?? assert.fail(), { host: "hetzner-vps" });
  assert.match(await whisper(at, () => sent.whispers[0]), /grace decided already/);
});

test("Cancel, and a roll back of a host of high risk, are one click", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("hetzner-vps", { risk: "high", mode: "rollback" });
  assert.equal(await click(at, at.ada, card, "Roll back"), "");
  assert.equal(at.desk.decided.length, 1);
  const other = await at.asks("yoga", { risk: "high" });
  assert.equal(await click(at, at.ada, other.card, "Cancel"), "");
  assert.equal(at.desk.decided.length, 2);
});

test("decided buttons stay, disabled, with who decided and when", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("yoga");
  await click(at, at.ada, card, "Switch");
  await until("who decided", () => readMessage(card).includes("ada said switch at"));
  assert.deepEqual(buttonsOf(card), ["Switch", "Cancel"]);
  await assert.rejects(at.ada.clicks(card, "Switch"), /disabled/);
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

test("a host of high risk whose record cannot be read is not switched", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("hetzner-vps", { risk: "high" });
  at.failReading(true);
  const clicked = await at.ada.clicks(card, "Switch");
  assert.match(await whisper(at, () => clicked.whispers[0]), /could not be read, so nothing was switched/);
  at.failReading(false);
  const { modal } = await at.ada.clicks(card, "Switch");
  at.failReading(true);
  const sent = await at.ada.submits(modal ?? assert.fail(), { host: "hetzner-vps" });
  assert.match(await whisper(at, () => sent.whispers[0]), /nothing was switched/);
  assert.deepEqual(at.desk.decided, []);
});

test("a run with hosts of high risk asks for their names, and its form is for the set that was shown", async (t) => {
  const at = await room(t);
  const { deployments } = at.desk.begin(["yoga", "hetzner-vps"]);
  const [low = "", high = ""] = deployments.map(({ id }) => id);
  at.desk.reach(low, "confirm");
  at.desk.reach(high, "confirm", { risk: "high" });
  const find = () => standing(at.discord, channel).find((one) => buttonsOf(one).includes("Switch 2 hosts"));
  const card = await at.discord.until(find, 10_000, "a card that asks");
  const { modal } = await at.ada.clicks(card, "Switch 2 hosts");
  assert.match(JSON.stringify(modal), /Type hetzner-vps/);
  const wrong = await at.ada.submits(modal ?? assert.fail(), { host: "yoga" });
  assert.match(await whisper(at, () => wrong.whispers[0]), /"yoga" is not hetzner-vps: nothing was switched/);
  const second = (await at.ada.clicks(card, "Switch 2 hosts")).modal;
  at.desk.finish(low, "cancelled");
  const late = await at.ada.submits(second ?? assert.fail(), { host: "hetzner-vps" });
  assert.match(await whisper(at, () => late.whispers[0]), /What was shown is not what there is now/);
  assert.deepEqual(at.desk.decided, []);
});

test("whoever may not switch is told so before being asked for the host's name", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("hetzner-vps", { risk: "high" });
  at.desk.refuseViews("roles:\n  deployer: [ada]");
  const clicked = await at.ada.clicks(card, "Switch");
  assert.equal(clicked.modal, undefined);
  assert.match(await whisper(at, () => clicked.whispers[0]), /may not/);
});

test("another process of the bot that answered first also does the work", async (t) => {
  const at = await room(t);
  const error = {
    kind: "error",
    status: 400,
    code: 40_060,
    message: "Interaction has already been acknowledged.",
  } as const;
  at.discord.faults.add("create_interaction_response", error);
  await at.ada.uses("deploy", { host: "yoga" }, { channel }).catch(() => undefined);
  await at.ada.uses("help", {}, { channel });
  await until("the later one", () => at.desk.said.some(({ text }) => text.startsWith("/help")));
  assert.equal(at.desk.said.length, 1);
});

test("an answer is given although Discord hiccups, and without a file that it does not take", async (t) => {
  const at = await room(t);
  at.discord.faults.add("update_original_webhook_message", { kind: "status", status: 502 });
  const first = await at.ada.uses("help", {}, { channel });
  assert.match(await whisper(at, () => first.whispers[0]), /deploy/);
  at.desk.answerNext("Log", [code("d-1.log", "line\n".repeat(2_000))]);
  at.discord.faults.add("update_original_webhook_message", {
    kind: "error",
    status: 400,
    code: 50_035,
    message: "Invalid Form Body",
  });
  const second = await at.ada.uses("switchyard", { command: "logs d-1" }, { channel });
  assert.match(await whisper(at, () => second.whispers[0]), /line/);
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

test("a run that outlives the interaction's token is told to its end all the same", async (t) => {
  let passed = 0;
  const now = () => Date.now() + passed;
  const at = await room(t, { now, change: { now } });
  const outcome = await at.ada.uses("deploy", { host: "yoga" }, { channel });
  await until("a root", () => at.discord.messages(channel).length === 1);
  await until("the answer", () => outcome.whispers.some(({ isThinking }) => !isThinking));
  const [id = ""] = (await at.desk.deployments({ limit: 1 })).map((one) => one.id);
  const tokenDies = now() + 15 * 60_000;
  passed += 2 * 60 * 60_000;
  at.desk.reach(id, "build");
  at.desk.progress(id, "compiling linux-6.12.9", 0.4);
  await until("the build", () => readChannel(at.discord, channel).includes("compiling linux-6.12.9"));
  passed += 20 * 60_000;
  at.desk.finish(id, "deployed", { message: "yoga runs the new system" });
  await until("the end", () => readChannel(at.discord, channel).includes("yoga runs the new system"));
  const late = at.discord.requests.filter(
    ({ path, at: when }) => path.startsWith("/webhooks/") && when > tokenDies,
  );
  assert.deepEqual(late, [], "nothing hangs on the token");
});

test("an answer that comes after the token is dead is written down, and harms nothing", async (t) => {
  let passed = 0;
  const at = await room(t, { now: () => Date.now() + passed });
  at.discord.faults.add("create_interaction_response", { kind: "slow answer", milliseconds: 200 });
  const outcome = at.ada.uses("help", {}, { channel });
  await until("the response", () =>
    at.discord.interactions.all.some(({ acknowledged }) => acknowledged !== undefined),
  );
  passed += 16 * 60_000;
  await outcome;
  await until("a line in the log", () =>
    at.lines.some((line) => line.includes("an answer could not be given")),
  );
  passed = 0;
  const later = await at.ada.uses("help", {}, { channel });
  assert.match(await whisper(at, () => later.whispers[0]), /deploy/);
});

test("an acknowledgement that is lost on its way is tried once more", async (t) => {
  const at = await room(t);
  at.discord.faults.add("create_interaction_response", { kind: "answer lost" });
  const lost = await at.ada.uses("help", {}, { channel });
  assert.match(await whisper(at, () => lost.whispers[0]), /deploy/);
  at.discord.faults.add("create_interaction_response", { kind: "status", status: 502 });
  const refused = await at.ada.uses("help", {}, { channel });
  assert.match(await whisper(at, () => refused.whispers[0]), /deploy/);
});

test("a long log goes along whole, as a file", async (t) => {
  const at = await room(t);
  const log = Array.from({ length: 2_000 }, (_, index) => `line ${index}`).join("\n");
  at.desk.answerNext("Log of d-1", [{ kind: "code", title: "d-1.log", text: log }]);
  const outcome = await at.ada.uses("switchyard", { command: "logs d-1" }, { channel });
  const told = await at.discord.until(() =>
    outcome.whispers.find(({ attachments }) => attachments.length > 0),
  );
  assert.equal(String(told.attachments[0]?.content), log);
  assert.equal(told.attachments[0]?.name, "output.txt");
});

test("a picture goes along with its words, and without it when Discord does not take it", async (t) => {
  const at = await room(t);
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>';
  at.desk.answerNext("Stats", [{ kind: "picture", alt: "A black square", svg }]);
  const outcome = await at.ada.uses("switchyard", { command: "stats" }, { channel });
  const told = await at.discord.until(() =>
    outcome.whispers.find(({ attachments }) => attachments.length > 0),
  );
  assert.equal(told.attachments[0]?.name, "picture-1.png");
  assert.equal(
    Buffer.from(told.attachments[0]?.content ?? "")
      .subarray(1, 4)
      .toString("latin1"),
    "PNG",
  );
  assert.match(JSON.stringify(told), /A black square/);
});
