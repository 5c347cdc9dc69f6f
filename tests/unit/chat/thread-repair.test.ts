import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryError } from "../../../src/chat/channel.ts";
import { type LiveThreads, liveThreads } from "../../../src/chat/live-threads.ts";
import { repairs } from "../../../src/config/repairs.ts";
import type { ThreadState } from "../../../src/store/thread-state.ts";
import { runThread } from "../../../src/views/thread.ts";
import { type FakeChannel, fakeChannel } from "../../fakes/fake-channel.ts";
import { type FakeDesk, fakeDesk } from "../../fakes/fake-desk.ts";
import { type ManualClock, manualClock } from "../../fakes/manual-clock.ts";

interface Room {
  readonly clock: ManualClock;
  readonly desk: FakeDesk;
  readonly channel: FakeChannel;
  readonly stored: Map<string, ThreadState>;
  readonly threads: LiveThreads;
  again(): Promise<void>;
  /** The message whose key ends so. */
  find(keyEnd: string): FakeChannel["messages"][number] | undefined;
}

const minute = 60_000;
const ada = { surface: "slack", id: "U1", name: "Ada" };

async function room(): Promise<Room> {
  const clock = manualClock();
  const desk = fakeDesk(["yoga", "zephyrus"], () => new Date(clock.now()));
  const channel = fakeChannel();
  const stored = new Map<string, ThreadState>();
  const open = () =>
    liveThreads({
      channel,
      desk,
      store: {
        open: async () => (await desk.deployments({ limit: 100 })).filter(({ outcome }) => outcome === null),
        threads: async () => [...stored.values()].map((state) => structuredClone(state)),
        saveThread: async (state) => void stored.set(state.run, structuredClone(state)),
        removeThread: async ({ run }) => void stored.delete(run),
      },
      draw: async (id) => {
        const found = await desk.run(id);
        return found === undefined
          ? undefined
          : runThread({ ...found.run, requestedBy: ada }, found.deployments, () => null);
      },
      contentOf: async (_, file) => `the ${file.what}`,
      clock,
      log: { warn: () => {} },
      posts: { every: 100, burst: 10 },
      edits: { every: 100, burst: 10 },
      random: () => 0,
    });
  let threads = open();
  await threads.start();
  return {
    clock,
    desk,
    channel,
    stored,
    get threads() {
      return threads;
    },
    async again() {
      await threads.stop();
      threads = open();
      await threads.start();
    },
    find: (keyEnd) => channel.messages.find(({ message }) => message.key.endsWith(keyEnd)),
  };
}

/** Refuses each post that `isRefused` names; when the tries were made. */
function refuse(it: Room, isRefused: (key: string, hasBlocks: boolean) => boolean): number[] {
  const post = it.channel.post;
  const tries: number[] = [];
  Object.assign(it.channel, {
    post: async (...[message, since]: Parameters<typeof post>) => {
      if (isRefused(message.key, message.blocks.length > 0)) {
        tries.push(it.clock.now());
        throw new DeliveryError("refused", "invalid_arguments");
      }
      return post(message, since);
    },
  });
  return tries;
}

function deploy(it: Room, host = "yoga"): string {
  return it.desk.begin([host]).deployments[0]?.id ?? assert.fail();
}

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

/** Nothing gets through while `isDown()`; when posts were tried. */
function outage(it: Room, isDown: () => boolean): number[] {
  const post = it.channel.post;
  const tries: number[] = [];
  Object.assign(it.channel, {
    post: async (...[message, since]: Parameters<typeof post>) => {
      tries.push(it.clock.now());
      if (isDown()) {
        throw new DeliveryError("temporary", "service unavailable");
      }
      return post(message, since);
    },
  });
  return tries;
}

test("an outage of a day is tried at a slow rate, ends nothing, and everything stands there afterwards", async () => {
  const it = await room();
  let isDown = true;
  const tries = outage(it, () => isDown);
  const id = deploy(it);
  it.desk.reach(id, "confirm");
  await it.clock.advance(24 * 60 * minute);
  assert.ok(tries.length <= (24 * 60 * minute) / repairs.thread.longest + 10, `${tries.length} tries`);
  assert.match(it.threads.health().detail, /1 threads wait: service unavailable/);
  isDown = false;
  await it.clock.advance(repairs.thread.longest + 5_000);
  assert.match(it.channel.text("/card"), /"Switch"/);
  assert.equal(it.find("/losses"), undefined);
  assert.equal(it.threads.health().ok, true);
  await it.threads.stop();
});

test("the first thread that gets through wakes the others, so that none waits out its pause", async () => {
  const it = await room();
  let isDown = true;
  outage(it, () => isDown);
  deploy(it);
  await it.clock.advance(50 * minute);
  isDown = false;
  // Its own first try works at once.
  deploy(it, "zephyrus");
  await it.clock.advance(1_000);
  assert.equal(it.channel.messages.filter(({ message }) => message.key.endsWith("/root")).length, 2);
  await it.threads.stop();
});

test("a thread that fails for a reason of its own is not tried at the pace of one that works", async () => {
  const it = await room();
  const [run] = [it.desk.begin(["yoga"]).run.id];
  const post = it.channel.post;
  let tries = 0;
  Object.assign(it.channel, {
    post: async (...[message, since]: Parameters<typeof post>) => {
      if (message.key.startsWith(run)) {
        tries += 1;
        throw new DeliveryError("temporary", "internal_error");
      }
      return post(message, since);
    },
  });
  const other = deploy(it, "zephyrus");
  for (let step = 0; step < 600; step++) {
    it.desk.reach(other, "build", { reason: `step ${step}` });
    await it.clock.advance(3_000);
  }
  assert.ok(tries <= 30, `${tries} tries in half an hour`);
  await it.threads.stop();
});

test("a rate limit of a second that never ends is asked less and less often", async () => {
  const it = await room();
  let tries = 0;
  Object.assign(it.channel, {
    post: async () => {
      tries += 1;
      throw new DeliveryError("rate-limited", "ratelimited", 1_000);
    },
  });
  deploy(it);
  await it.clock.advance(60 * minute);
  assert.ok(tries <= 50, `${tries} tries in an hour`);
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
