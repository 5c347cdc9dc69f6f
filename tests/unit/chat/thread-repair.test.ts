import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryError } from "../../../src/chat/channel.ts";
import { repairs } from "../../../src/config/repairs.ts";
import { ada, deploy, minute, refuse, room } from "./broken-channel.ts";

test("a message that the platform never takes is tried a few times, less and less often, and the card after it still comes", async () => {
  const it = await room();
  const tries = refuse(it, (key) => key.endsWith("/phases"));
  const id = deploy(it);
  it.desk.reach(id, "confirm");
  await it.clock.advance(60 * minute);
  assert.equal(tries.length, repairs.message.most);
  const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? at));
  assert.deepEqual(pauses, [2_000, 4_000, 8_000, 16_000]);
  assert.match(it.channel.text("/card"), /"Switch"/);
  // A bot that starts again does not begin to count again.
  await it.again();
  await it.clock.advance(60 * minute);
  assert.equal(tries.length, repairs.message.most);
  await it.threads.stop();
});

test("whoever asked is told once, in the thread, what could not be shown and why", async () => {
  const it = await room();
  refuse(it, (key) => key.endsWith("/phases"));
  const id = deploy(it);
  await it.clock.advance(10 * minute);
  it.desk.reach(id, "confirm");
  await it.clock.advance(10 * minute);
  const told = it.channel.messages.filter(({ message }) => message.key.endsWith("/losses"));
  assert.equal(told.length, 1);
  assert.match(
    told[0]?.message.text ?? "",
    /Phases of yoga \(invalid_arguments\)\. The page shows all of it/,
  );
  assert.equal(it.find("/losses")?.message.thread?.id, it.find("/root")?.ref.id);
  assert.equal(told[0]?.message.mention, ada.id);
  await it.threads.stop();
});

test("the last try goes without its blocks, so that at least its line is there", async () => {
  const it = await room();
  const tries = refuse(it, (key, hasBlocks) => key.endsWith("/phases") && hasBlocks);
  deploy(it);
  await it.clock.advance(10 * minute);
  assert.equal(tries.length, repairs.message.most - 1);
  assert.equal(it.find("/phases")?.message.text, "Phases of yoga");
  assert.equal(it.find("/losses"), undefined);
  await it.threads.stop();
});

test("what was done without stays said in the health until one of its kind works", async () => {
  const it = await room();
  let isBroken = true;
  refuse(it, (key) => isBroken && key.endsWith("/root"));
  const first = deploy(it);
  await it.clock.advance(10 * minute);
  assert.deepEqual(it.threads.health().ok, false);
  assert.match(it.threads.health().detail, /not shown: .*invalid_arguments/);
  assert.equal(it.channel.messages.length, 0, "without its root nothing has a place");
  it.desk.finish(first, "deployed");
  await it.clock.advance(minute);
  assert.equal(it.stored.size, 0);
  assert.equal(it.threads.health().ok, false);
  isBroken = false;
  deploy(it, "zephyrus");
  await it.clock.advance(minute);
  assert.equal(it.threads.health().ok, true);
  await it.threads.stop();
});

test("an edit that is refused is tried a few times, and again when there is something new", async () => {
  const it = await room();
  const id = deploy(it);
  await it.clock.advance(minute);
  const edit = it.channel.edit;
  let tries = 0;
  Object.assign(it.channel, {
    edit: async (...[ref, message]: Parameters<typeof edit>) => {
      if (!message.key.endsWith("/phases")) {
        return edit(ref, message);
      }
      tries += 1;
      throw new DeliveryError("refused", "invalid_arguments");
    },
  });
  it.desk.reach(id, "build");
  await it.clock.advance(60 * minute);
  assert.equal(tries, repairs.message.most);
  assert.match(it.channel.text("/losses"), /the latest of .*Phases of yoga.*invalid_arguments/);
  it.desk.reach(id, "copy");
  await it.clock.advance(60 * minute);
  assert.equal(tries, 2 * repairs.message.most);
  assert.match(it.channel.text("/root"), /copy/, "the others are edited all the same");
  await it.threads.stop();
});

for (const [failure, most] of [
  ["temporary", repairs.file.most],
  ["refused", repairs.file.most],
  ["permanent", 1],
] as const) {
  test(`a file that cannot be sent (${failure}) is tried ${most} times at most, and told to whoever asked`, async () => {
    const it = await room();
    let tries = 0;
    it.channel.upload = async () => {
      tries += 1;
      throw new DeliveryError(failure, "missing_scope: needs files:write");
    };
    const id = deploy(it);
    it.desk.finish(id, "rolled-back", { message: "went back" });
    await it.clock.advance(180 * minute);
    assert.equal(tries, most);
    assert.match(it.channel.text("/losses"), /og.*\(missing_scope: needs files:write\)/);
    assert.equal(it.threads.health().ok, false);
    assert.match(it.threads.health().detail, /missing_scope/);
    assert.equal(it.stored.size, 0, "nothing is owed any more");
    await it.threads.stop();
  });
}

test("a file that failed for a while is sent when it can be, and nobody is told of a loss", async () => {
  const it = await room();
  it.channel.fails(new DeliveryError("temporary", "unused"), 0);
  const upload = it.channel.upload;
  let left = 6;
  it.channel.upload = async (file, since) => {
    if (left-- > 0) {
      throw new DeliveryError("temporary", "files.slack.com does not answer");
    }
    return upload(file, since);
  };
  it.desk.finish(deploy(it), "rolled-back", { message: "went back" });
  await it.clock.advance(2 * minute);
  assert.match(it.threads.health().detail, /files\.slack\.com does not answer/);
  await it.clock.advance(30 * minute);
  assert.equal(it.channel.files.length, 1);
  assert.equal(it.find("/losses"), undefined);
  assert.equal(it.threads.health().ok, true);
  await it.threads.stop();
});

test("whoever asked is told once, in the channel, that the thread itself cannot be shown any more", async () => {
  const it = await room();
  const post = it.channel.post;
  let tries = 0;
  Object.assign(it.channel, {
    post: async (...[message, since]: Parameters<typeof post>) => {
      if (message.thread !== null) {
        tries += 1;
        throw new DeliveryError("gone", "unknown channel");
      }
      return post(message, since);
    },
  });
  const id = deploy(it);
  await it.clock.advance(60 * minute);
  const before = tries;
  it.desk.reach(id, "confirm");
  await it.clock.advance(60 * minute);
  assert.equal(tries, before, "the platform is not asked again");
  const told = it.channel.messages.filter(({ message }) => message.key.endsWith("/ended"));
  assert.equal(told.length, 1);
  assert.match(
    told[0]?.message.text ?? "",
    /cannot be shown here any more.*posted anew 5 times.*the page shows it/s,
  );
  await it.threads.stop();
});

test("a platform that refuses every edit is asked a bounded number of times, and what tells of losses is no loss itself", async () => {
  const it = await room();
  const id = deploy(it);
  await it.clock.advance(minute);
  let tries = 0;
  Object.assign(it.channel, {
    edit: async () => {
      tries += 1;
      throw new DeliveryError("refused", "edit_window_closed");
    },
  });
  it.desk.finish(id, "deployed");
  await it.clock.advance(60 * minute);
  const after = tries;
  await it.clock.advance(24 * 60 * minute);
  assert.equal(tries, after, "nothing is tried any more");
  assert.ok(tries <= 4 * repairs.message.most, `${tries}`);
  await it.threads.stop();
});
