import assert from "node:assert/strict";
import { test } from "node:test";
import { code } from "../../../src/chat/blocks.ts";
import { whisper } from "../../contracts/places/discord.ts";
import { readChannel } from "../../contracts/places/discord-reading.ts";
import { until } from "../../contracts/until.ts";
import { channel, room } from "./asking-room.ts";

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

test("whoever cannot be told alone any more is told so in the channel, once", async (t) => {
  const at = await room(t);
  const unknown = { kind: "error", status: 404, code: 10_015, message: "Unknown Webhook" } as const;
  at.discord.faults.add("update_original_webhook_message", unknown, Number.POSITIVE_INFINITY);
  await at.ada.uses("help", {}, { channel }).catch(() => undefined);
  const told = () =>
    at.discord.messages(channel).filter(({ content }) => content.includes("could not be shown"));
  await until("the words", () => told().length > 0);
  assert.match(
    told()[0]?.content ?? "",
    /^<@\d+> what came of your request could not be shown.*Unknown Webhook.*ask again/,
  );
  assert.equal(told().length, 1);
  assert.equal(at.discord.calls("update_original_webhook_message").length, 1, "it is not repeated");
});

test("an answer without its file says that the file is missing", async (t) => {
  const at = await room(t);
  at.desk.answerNext("Log", [code("d-1.log", "line\n".repeat(2_000))]);
  at.discord.faults.add("update_original_webhook_message", {
    kind: "error",
    status: 400,
    code: 50_035,
    message: "Invalid Form Body",
  });
  const outcome = await at.ada.uses("switchyard", { command: "logs d-1" }, { channel });
  assert.match(await whisper(at, () => outcome.whispers[0]), /Discord did not take the file/);
});
