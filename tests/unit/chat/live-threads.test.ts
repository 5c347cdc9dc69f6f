import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryError } from "../../../src/chat/channel.ts";
import { repairs } from "../../../src/config/repairs.ts";
import { type LiveRoom, liveRoom } from "./live-room.ts";

function keys({ channel }: LiveRoom): string[] {
  return channel.messages.map(({ message }) =>
    message.key.replace(/^r-[^/]*\//, "").replace(/^d-[^/]*\//, ""),
  );
}

test("a run becomes a root, its phases, the card that asks and the end, in that order", async () => {
  const it = await liveRoom();
  const { deployments } = it.desk.begin(["yoga"]);
  const id = deployments[0]?.id ?? "";
  await it.clock.advance(5_000);
  it.desk.reach(id, "confirm");
  await it.clock.advance(5_000);
  assert.match(it.channel.text("/card"), /"Switch"/);
  it.desk.finish(id, "deployed", { message: "yoga runs the new system." });
  await it.clock.advance(20_000);
  assert.deepEqual(keys(it), ["root", "phases", "card", "end"]);
  assert.match(it.channel.text("/end"), /yoga runs the new system/);
  assert.match(it.channel.text("/root"), /"Roll back"/);
  assert.doesNotMatch(it.channel.text("/card"), /"Switch"/);
  assert.equal(
    it.channel.messages.find(({ message }) => message.key.endsWith("/end"))?.message.broadcast,
    false,
  );
  assert.equal(it.stored.size, 0, "nothing is owed any more");
  await it.threads.stop();
});

test("a failure is shown to the whole channel, and its log goes into the thread once", async () => {
  const it = await liveRoom();
  const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  it.desk.finish(id, "rolled-back", { message: "went back" });
  await it.clock.advance(30_000);
  assert.equal(
    it.channel.messages.find(({ message }) => message.key.endsWith("/end"))?.message.broadcast,
    true,
  );
  assert.deepEqual(
    it.channel.files.map(({ content }) => content),
    ["the log"],
  );
  await it.threads.stop();
});

test("a message that cannot be edited for a while holds back no other, and is edited later", async () => {
  const it = await liveRoom();
  const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  await it.clock.advance(5_000);
  it.desk.reach(id, "build");
  // The first edit is the root's.
  it.channel.fails(new DeliveryError("rate-limited", "too many edits of old messages", 60_000));
  await it.clock.advance(3_000);
  it.desk.reach(id, "confirm");
  await it.clock.advance(6_000);
  assert.match(it.channel.text("/card"), /"Switch"/);
  assert.match(it.channel.text("/phases"), /"confirm","state":"running"/);
  assert.doesNotMatch(it.channel.text("/root"), /switch\?/);
  await it.clock.advance(60_000);
  assert.match(it.channel.text("/root"), /switch\?/);
  await it.threads.stop();
});

test("a hundred changes in ten seconds are few edits, and the last one stands", async () => {
  const it = await liveRoom();
  const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  await it.clock.advance(3_000);
  for (let step = 1; step <= 100; step++) {
    it.desk.reach(id, "build", { reason: `step ${step}` });
    await it.clock.advance(100);
  }
  await it.clock.advance(10_000);
  const root = it.channel.messages.find(({ message }) => message.key.endsWith("/root"));
  assert.ok((root?.edits ?? 99) <= 8, `${root?.edits} edits`);
  assert.match(it.channel.text("/root"), /step 100/);
  await it.threads.stop();
});

test("a platform that is away loses nothing: afterwards everything stands there, once", async () => {
  const it = await liveRoom();
  it.channel.fails(new DeliveryError("temporary", "service unavailable"), 12);
  const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  it.desk.reach(id, "confirm");
  await it.clock.advance(10_000);
  assert.equal(it.channel.messages.length, 0);
  assert.equal(it.threads.health().ok, false);
  assert.match(it.threads.health().detail, /service unavailable/);
  it.desk.finish(id, "deployed");
  await it.clock.advance(15 * 60_000);
  assert.deepEqual(keys(it), ["root", "phases", "card", "end"]);
  assert.equal(it.threads.health().ok, true);
  await it.threads.stop();
});

test("an answer that was lost after the work does not double a message", async () => {
  const it = await liveRoom();
  it.channel.fails(new DeliveryError("temporary", "socket hang up"), 2, "after");
  const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  await it.clock.advance(30_000);
  assert.deepEqual(keys(it), ["root", "phases"]);
  it.desk.finish(id, "built");
  await it.clock.advance(30_000);
  assert.deepEqual(keys(it), ["root", "phases", "end"]);
  await it.threads.stop();
});

test("a bot that is started again goes on in the same thread, also with an end that it had not yet told", async () => {
  const it = await liveRoom();
  const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  await it.clock.advance(5_000);
  await it.threads.stop();
  it.desk.finish(id, "deployed");
  await it.again();
  await it.clock.advance(20_000);
  assert.deepEqual(keys(it), ["root", "phases", "end"]);
  await it.again();
  await it.clock.advance(20_000);
  assert.equal(it.channel.messages.length, 3, "and does not begin it anew");
  await it.threads.stop();
});

test("a rate limit is waited out for as long as the platform says", async () => {
  const it = await liveRoom();
  it.channel.fails(new DeliveryError("rate-limited", "ratelimited", 7_000), 1);
  it.desk.begin(["yoga"]);
  await it.clock.advance(6_000);
  assert.equal(it.channel.messages.length, 0);
  await it.clock.advance(2_500);
  assert.equal(it.channel.messages.length, 2);
  assert.equal(it.threads.health().ok, true, "that is normal life");
  await it.threads.stop();
});

test("a message that somebody deleted is posted anew; without its root the thread is", async () => {
  const it = await liveRoom();
  const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  await it.clock.advance(5_000);
  it.channel.deletes("/root");
  it.desk.reach(id, "build");
  await it.clock.advance(10_000);
  assert.deepEqual(keys(it), ["phases", "root", "phases"]);
  await it.threads.stop();
});

test("twenty runs at once keep the platform's pace, and each is told to its end", async () => {
  const it = await liveRoom();
  const ids = Array.from({ length: 20 }, () => it.desk.begin(["yoga"]).deployments[0]?.id ?? "");
  const began = it.clock.now();
  for (const id of ids) {
    it.desk.finish(id, "built");
  }
  await it.clock.advance(5 * 60_000);
  const ends = it.channel.messages.filter(({ message }) => message.key.endsWith("/end"));
  assert.equal(ends.length, 20);
  assert.equal(
    new Set(it.channel.messages.map(({ message }) => message.key)).size,
    it.channel.messages.length,
    "none twice",
  );
  assert.ok(it.clock.now() - began >= 57_000, "60 posts, one a second");
  await it.threads.stop();
});

for (const failure of ["permanent", "temporary"] as const) {
  test(`a file that cannot be sent (${failure}) holds back no edit`, async () => {
    const it = await liveRoom();
    it.channel.upload = async () => {
      throw new DeliveryError(failure, "missing_scope");
    };
    const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
    it.desk.reach(id, "confirm");
    await it.clock.advance(10_000);
    assert.match(it.channel.text("/card"), /"Switch"/);
    it.desk.finish(id, "rolled-back", { message: "went back" });
    await it.clock.advance(60_000);
    assert.doesNotMatch(it.channel.text("/card"), /"Switch"/);
    assert.match(it.channel.text("/root"), /rolled back/);
    assert.equal(it.stored.size, failure === "permanent" ? 0 : 1, "one that may yet be sent is still owed");
    await it.threads.stop();
  });
}

test("the thread of an unknown end offers to look again, also after a restart, and then tells what was found", async () => {
  const it = await liveRoom();
  const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  it.desk.finish(id, "unknown", { message: "nobody knows" });
  await it.clock.advance(30_000);
  for (const message of ["/root", "/end"]) {
    assert.match(it.channel.text(message), /"Look again"/);
  }
  await it.again();
  const by = { surface: "slack", id: "U2", name: "Bob" };
  const correction = { by, at: new Date(it.clock.now()).toISOString(), was: "unknown" as const };
  it.desk.finish(id, "deployed", { message: "yoga runs the new system.", correction });
  await it.clock.advance(30_000);
  assert.deepEqual(keys(it), ["root", "phases", "end", "corrected"]);
  assert.match(it.channel.text("/corrected"), /Bob at .*: deployed, after it was unknown\. yoga runs/);
  assert.doesNotMatch(it.channel.text("/root"), /"Look again"/);
  assert.equal(it.stored.size, 0, "nothing is owed any more");
  await it.threads.stop();
});

test("a platform that says each time that the thread is gone gets a few new roots, less and less often, and then words", async () => {
  const it = await liveRoom();
  const post = it.channel.post;
  // Roots are taken, and whatever is to stand below one is refused.
  const roots: number[] = [];
  Object.assign(it.channel, {
    post: async (...[message, since]: Parameters<typeof post>) => {
      if (message.thread !== null) {
        throw new DeliveryError("gone", "unknown channel");
      }
      if (message.key.endsWith("/root")) {
        roots.push(it.clock.now());
      }
      return post({ ...message, key: `${message.key}-${roots.length}` }, since);
    },
  });
  it.desk.begin(["yoga"]);
  await it.clock.advance(10 * 60_000);
  const { most } = repairs.threadPosts;
  assert.equal(roots.length, most);
  const pauses = roots.slice(1).map((at, index) => at - (roots[index] ?? at));
  assert.deepEqual(
    pauses.map((pause, index) => pause > (pauses[index - 1] ?? 0)),
    pauses.map(() => true),
    String(pauses),
  );
  assert.equal(it.threads.health().ok, false);
  assert.match(it.threads.health().detail, /posted anew 5 times, and is not any more/);
  // A bot that starts again does not begin to count again.
  await it.again();
  await it.clock.advance(10 * 60_000);
  assert.equal(roots.length, most);
  await it.threads.stop();
});

test("a message that is gone whenever it is edited is posted anew a few times, and then said", async () => {
  const it = await liveRoom();
  let posts = 0;
  const post = it.channel.post;
  Object.assign(it.channel, {
    post: async (...[message, since]: Parameters<typeof post>) => {
      posts += message.thread === null ? 0 : 1;
      return post(message, since);
    },
    edit: async () => {
      throw new DeliveryError("gone", "unknown message");
    },
  });
  const id = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  for (let minute = 0; minute < 30; minute++) {
    it.desk.reach(id, minute % 2 === 0 ? "build" : "copy");
    await it.clock.advance(60_000);
  }
  assert.equal(posts <= 2 * repairs.threadPosts.most, true, `${posts} posts`);
  assert.equal(it.threads.health().ok, false);
  await it.threads.stop();
});
