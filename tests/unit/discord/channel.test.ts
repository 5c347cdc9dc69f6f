import assert from "node:assert/strict";
import { test } from "node:test";
import { discordApi } from "../../../adapters/discord/api.ts";
import { text } from "../../../src/chat/blocks.ts";
import { readMessage } from "../../contracts/places/discord-reading.ts";
import { failure, outMessage, posting } from "./serve.ts";

const hour = 60 * 60_000;

test("a root, its thread with a name, a reply that mentions one person, and an edit", async (t) => {
  const { discord, channel, id, posted } = await posting(t);
  const root = await channel.post(outMessage(), null);
  assert.equal(root.channel, id);
  const ada = discord.user({ name: "ada" });
  const said = outMessage({ key: "r-1/end", thread: root, text: "done <@999>", mention: ada.id });
  await channel.post(said, null);
  const [first] = discord.messages("deploys");
  assert.equal(first?.thread?.name, "deploy yoga · 7f3a");
  const [reply] = discord.messages(first?.thread ?? "");
  assert.deepEqual(reply?.pings, { users: [ada.id], roles: [], everyone: false });
  await channel.edit(root, outMessage({ text: "Deploy yoga: deployed" }));
  assert.match(readMessage(first ?? assert.fail()), /Deploy yoga: deployed/);
  assert.deepEqual(posted, ["r-1/root"]);
  assert.deepEqual(discord.mistakes, []);
});

test("a post whose answer was lost is found again, in the channel and in a thread", async (t) => {
  const { discord, channel, later, now } = await posting(t);
  const root = await channel.post(outMessage({ key: "r-0/root" }), null);
  for (const thread of [null, root]) {
    const message = outMessage({ key: `r-1/${thread === null ? "root" : "card"}`, thread });
    const since = now();
    discord.faults.add("create_message", { kind: "answer lost" });
    assert.deepEqual(await failure(channel.post(message, null)), { kind: "temporary", retryAfter: null });
    // By then Discord has forgotten the nonce.
    later(20 * 60_000);
    const before = discord.calls("create_message").length;
    const ref = await channel.post(message, since);
    assert.equal(discord.calls("create_message").length, before, "nothing is posted again");
    await channel.edit(ref, { ...message, text: "edited" });
  }
  assert.equal(discord.messages("deploys").length, 2);
  assert.equal(discord.messages(root).length, 1);
});

test("a post that did not arrive is posted at the second try, among two hundred others", async (t) => {
  const { discord, channel, now } = await posting(t);
  const since = now();
  discord.faults.add("create_message", { kind: "dropped" });
  assert.equal((await failure(channel.post(outMessage(), null))).kind, "temporary");
  const ada = discord.user({ name: "ada" });
  for (let count = 0; count < 230; count += 1) {
    ada.says(`chatter ${count}`, { channel: "deploys" });
  }
  await channel.post(outMessage(), since);
  await channel.post(outMessage(), since);
  assert.equal(discord.messages("deploys").filter(({ isFromBot }) => isFromBot).length, 1);
});

test("where the history may not be read, a message is rather posted twice than never", async (t) => {
  const { discord, channel, now, lines } = await posting(t);
  discord.deny("ReadMessageHistory");
  discord.deny("ViewChannel");
  assert.equal((await failure(channel.post(outMessage(), now()))).kind, "permanent");
  discord.allow("ViewChannel");
  discord.faults.add("list_messages", {
    kind: "error",
    status: 403,
    code: 50_013,
    message: "Missing Permissions",
  });
  await channel.post(outMessage(), now());
  assert.equal(discord.messages("deploys").length, 1);
  assert.ok(lines.some((line) => line.includes("posted already")));
});

test("a message of a thread that is older than an hour is replaced, quietly, and once", async (t) => {
  const { discord, channel, later } = await posting(t);
  const root = await channel.post(outMessage(), null);
  const ada = discord.user({ name: "ada" });
  const phases = outMessage({ key: "r-1/phases", thread: root, text: "build", mention: ada.id });
  const old = await channel.post(phases, null);
  later(hour + 60_000);
  const fresh = await channel.edit(old, { ...phases, text: "switch" });
  assert.notEqual(fresh.id, old.id);
  const shown = () => discord.messages(root).map(readMessage);
  assert.equal(shown().length, 1);
  assert.match(shown()[0] ?? "", /switch/);
  assert.deepEqual(discord.messages(root)[0]?.pings.users, [], "nobody is called again");
  // The bot ended before it was noted: the replacement is found, not made again.
  const again = await channel.edit(old, { ...phases, text: "validate" });
  assert.equal(again.id, fresh.id);
  assert.match(shown().join(), /validate/);
  assert.equal(shown().length, 1);
  assert.equal(discord.calls("update_message").filter(({ code }) => code === 30_046).length, 0);
});

test("an old root is edited, as its thread hangs on it, and waits when Discord throttles that", async (t) => {
  const { channel, later } = await posting(t);
  const root = await channel.post(outMessage(), null);
  later(hour + 60_000);
  assert.deepEqual(await channel.edit(root, outMessage({ text: "switch" })), root);
  let failed: Awaited<ReturnType<typeof failure>> | null = null;
  for (let edits = 0; failed === null && edits < 20; edits += 1) {
    const edited = channel.edit(root, outMessage({ text: `edit ${edits}` }));
    failed = await edited.then(
      () => null,
      () => failure(edited),
    );
  }
  assert.equal(failed?.kind, "rate-limited");
  assert.ok((failed?.retryAfter ?? 0) >= 1_000);
});

test("an archived thread is brought back by a message that takes the place of the old one", async (t) => {
  const { discord, channel } = await posting(t);
  const root = await channel.post(outMessage(), null);
  const card = outMessage({ key: "r-1/card", thread: root, text: "switch?" });
  const old = await channel.post(card, null);
  discord.archive(root);
  const fresh = await channel.edit(old, { ...card, text: "ada said switch" });
  assert.notEqual(fresh.id, old.id);
  const [first] = discord.messages("deploys");
  assert.equal(first?.thread?.isArchived, false);
  assert.deepEqual(
    discord.messages(root).map(({ id }) => id),
    [fresh.id],
  );
});

test("what was deleted is said to be gone: a message, its root, its thread", async (t) => {
  const { discord, channel } = await posting(t);
  const root = await channel.post(outMessage(), null);
  const card = outMessage({ key: "r-1/card", thread: root });
  const ref = await channel.post(card, null);
  discord.deleteMessage(discord.messages(root)[0] ?? assert.fail());
  assert.equal((await failure(channel.edit(ref, card))).kind, "gone");
  discord.deleteChannel(root);
  assert.equal((await failure(channel.post(card, null))).kind, "gone");
  discord.deleteMessage(discord.messages("deploys")[0] ?? assert.fail());
  assert.equal((await failure(channel.edit(root, outMessage()))).kind, "gone");
});

test("a failure is told to the channel too, once, as an answer to its root", async (t) => {
  const { discord, channel, now } = await posting(t);
  const root = await channel.post(outMessage(), null);
  const end = outMessage({
    key: "r-1/end",
    thread: root,
    text: "yoga went back",
    blocks: [text("yoga went back", "bad")],
    broadcast: true,
  });
  const since = now();
  // Its line in the channel arrives, and then the answer to the message in the thread is lost.
  discord.faults.add("create_message", { kind: "slow", milliseconds: 1 });
  discord.faults.add("create_message", { kind: "answer lost" });
  assert.equal((await failure(channel.post(end, null))).kind, "temporary");
  await channel.post(end, since);
  const [, line, ...more] = discord.messages("deploys");
  assert.equal(line?.replyTo, root.id);
  assert.match(readMessage(line ?? assert.fail()), /yoga went back/);
  assert.equal(more.length, 0);
  assert.equal(discord.messages(root).length, 1);
});

test("a file goes into the thread, once, even when an answer was lost", async (t) => {
  const { discord, channel, now } = await posting(t);
  const root = await channel.post(outMessage(), null);
  const file = {
    key: "r-1/log",
    thread: root,
    threadName: "deploy yoga · 7f3a",
    name: "yoga-d-1.log",
    title: "Log of *yoga*",
    content: "línea\n",
  };
  const since = now();
  discord.faults.add("create_message", { kind: "answer lost" });
  assert.equal((await failure(channel.upload(file, null))).kind, "temporary");
  await channel.upload(file, since);
  await channel.upload({ ...file, key: "r-1/empty", name: "empty.log", content: "" }, null);
  const files = discord.messages(root).flatMap(({ attachments }) => attachments);
  assert.deepEqual(
    files.map(({ name, content }) => [name, String(content)]),
    [
      ["yoga-d-1.log", "línea\n"],
      ["empty.log", "(empty)\n"],
    ],
  );
  assert.deepEqual(discord.mistakes, []);
});

test("rate limits, outages and missing rights are told apart", async (t) => {
  const { discord, channel } = await posting(t);
  for (const [fault, kind] of [
    [{ kind: "ratelimited", seconds: 4 }, "rate-limited"],
    [{ kind: "status", status: 502 }, "temporary"],
    [{ kind: "dropped" }, "temporary"],
    [{ kind: "error", status: 403, code: 50_001, message: "Missing Access" }, "permanent"],
    [{ kind: "error", status: 404, code: 10_003, message: "Unknown Channel" }, "permanent"],
    [{ kind: "error", status: 401, code: 0, message: "401: Unauthorized" }, "permanent"],
  ] as const) {
    discord.faults.add("create_message", fault);
    const before = discord.calls("create_message").length;
    const failed = await failure(channel.post(outMessage(), null));
    assert.equal(failed.kind, kind, JSON.stringify(fault));
    assert.equal(
      discord.calls("create_message").length,
      before + 1,
      "asked once, and not four times at once",
    );
    if (kind === "rate-limited") {
      assert.ok((failed.retryAfter ?? 0) > 3_000);
    }
  }
});

test("a message whose blocks Discord does not take is shown by its line", async (t) => {
  const { discord, channel, lines } = await posting(t);
  discord.faults.add("create_message", {
    kind: "error",
    status: 400,
    code: 50_035,
    message: "Invalid Form Body",
  });
  await channel.post(outMessage({ text: "Deploy yoga: switch?", blocks: [text("a card")] }), null);
  assert.match(discord.messages("deploys").map(readMessage).join(), /Deploy yoga: switch\?/);
  assert.ok(lines.some((line) => line.includes("without its blocks")));
});

test("five posts a second are held back by the library's own queue, and none is refused", async (t) => {
  const { discord, channel } = await posting(t, { rateLimits: { speed: 20 } });
  await Promise.all(
    Array.from({ length: 12 }, (_, index) => channel.post(outMessage({ key: `r-${index}/root` }), null)),
  );
  assert.equal(discord.messages("deploys").length, 12);
  assert.equal(discord.rateLimited, 0);
});

test("a call ends with the bot, however slow Discord is", async (t) => {
  const { discord } = await posting(t);
  discord.faults.add("get_my_user", { kind: "slow", milliseconds: 60_000 });
  const ending = new AbortController();
  const api = discordApi({ token: discord.token, apiUrl: discord.apiUrl }, ending.signal);
  const asked = api("GET", "/users/@me");
  ending.abort();
  await assert.rejects(asked);
});
