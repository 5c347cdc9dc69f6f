import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryError } from "../../../src/chat/channel.ts";
import { bounds } from "../../../src/config/bounds.ts";
import { repairs } from "../../../src/config/repairs.ts";
import { digestOf } from "../../../src/deploy/consent.ts";
import { threadRoom } from "../../contracts/places/threads.ts";
import { type FakeChannel, fakeChannel } from "../../fakes/fake-channel.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

const ada = { surface: "web", id: "token", name: "Ada", groups: [] } as const;
const both = 'hosts: { yoga: { notify: ["#status"] }, zephyrus: { notify: ["#status", "#laptops"] } }';

function room(fleet: string, find: ((name: string, at: number) => FakeChannel) | null = null) {
  const clock = manualClock();
  const desk = fakeDesk(["yoga", "zephyrus", "hetzner-vps"], () => new Date(clock.now()));
  let text = fleet;
  const threads = threadRoom(desk, clock, undefined, () => text);
  const channels = new Map<string, FakeChannel>();
  const channel = (name: string): FakeChannel => {
    const known = channels.get(name) ?? fakeChannel();
    channels.set(name, known);
    return known;
  };
  const open = () => threads.notices("slack")(async (name) => find?.(name, clock.now()) ?? channel(name));
  let notices = open();
  return {
    clock,
    desk,
    channel,
    stored: threads.stored,
    health: () => notices.health(),
    stop: () => notices.stop(),
    async again() {
      await notices.stop();
      notices = open();
    },
    setFleet: (next: string) => {
      text = next;
    },
    lines: (name: string) => channel(name).messages.map(({ message }) => message.text),
    async switches(...hosts: string[]) {
      const ids = desk.begin(hosts).deployments.map(({ id }) => id);
      for (const id of ids) {
        desk.reach(id, "confirm");
        await desk.decide(id, "switch", ada, digestOf([(await desk.deployment(id)) ?? assert.fail()]));
      }
      return ids;
    },
  };
}

test("several hosts are one message before and one after, each channel reads of its own hosts, and a third host of none", async () => {
  const it = room(both);
  const [yoga = "", zephyrus = "", hetzner = ""] = await it.switches("yoga", "zephyrus", "hetzner-vps");
  await it.clock.advance(10_000);
  assert.deepEqual(it.lines("#status"), ["yoga, zephyrus: switching to a new system now"]);
  assert.deepEqual(it.lines("#laptops"), ["zephyrus: switching to a new system now"]);
  it.desk.finish(zephyrus, "deployed", { message: "zephyrus runs the new system." });
  it.desk.finish(hetzner, "deployed");
  await it.clock.advance(10_000);
  assert.deepEqual(it.lines("#laptops").slice(1), ["Deploy zephyrus: deployed"]);
  assert.equal(it.lines("#status").length, 1, "yoga is still under way");
  it.desk.finish(yoga, "rolled-back", { message: "yoga went back." });
  await it.clock.advance(10_000);
  assert.deepEqual(it.lines("#status").slice(1), ["1 of 2 hosts are done"]);
  assert.match(
    it.channel("#status").text("after slack:#status"),
    /zephyrus runs the new system[\s\S]*yoga went back|yoga went back[\s\S]*zephyrus runs/,
  );
  assert.equal(it.stored.size, 0);
  await it.stop();
});

test("nobody is told of what changes no host: a build, a dry run, or a card that was cancelled", async () => {
  const it = room(both);
  const built = it.desk.begin(["yoga"], "build-all").deployments[0]?.id ?? "";
  it.desk.reach(built, "build", { mode: "build-only" });
  it.desk.finish(built, "built");
  const dry = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  it.desk.reach(dry, "dry-activate", { mode: "dry-run" });
  it.desk.finish(dry, "tested");
  const no = it.desk.begin(["yoga"]).deployments[0]?.id ?? "";
  it.desk.reach(no, "confirm");
  await it.desk.decide(no, "cancel", ada);
  await it.clock.advance(20_000);
  assert.deepEqual(it.lines("#status"), []);
  assert.equal(it.stored.size, 0);
  await it.stop();
});

test("a bot that was away between the switch and its end tells the end once it is back, and the beginning not twice", async () => {
  const it = room(both);
  const [id = ""] = await it.switches("yoga");
  await it.clock.advance(5_000);
  await it.stop();
  it.desk.finish(id, "deployed");
  await it.again();
  await it.clock.advance(10_000);
  assert.deepEqual(it.lines("#status"), ["yoga: switching to a new system now", "Deploy yoga: deployed"]);
  await it.stop();
});

test("a channel that fleet.yaml names no more is owed nothing, and its trouble is over", async () => {
  const it = room(both);
  it.channel("#status").fails(new DeliveryError("permanent", "channel_not_found"), 1_000);
  const [id = ""] = await it.switches("yoga");
  await it.clock.advance(5_000);
  assert.match(it.health().detail, /slack:#status: .*channel_not_found/);
  it.desk.finish(id, "deployed");
  it.setFleet("");
  await it.clock.advance(5 * 60_000);
  assert.equal(it.health().ok, true);
  assert.equal(it.stored.size, 0);
  await it.stop();
});

test("a host that stops being well while it is watched is a message of its own", async () => {
  const it = room(both);
  const [id = ""] = await it.switches("yoga");
  const held = {
    outcome: "deployed" as const,
    message: "yoga runs the new system.",
    help: null,
    lines: [],
    generation: 2,
  };
  const monitor = {
    until: new Date(it.clock.now() + 60_000).toISOString(),
    strip: ["ok" as const],
    alarm: null,
    problems: [],
    rollsBack: false,
    held,
  };
  it.desk.reach(id, "monitor", { monitor });
  await it.clock.advance(10_000);
  assert.deepEqual(it.lines("#status").slice(1), ["Deploy yoga: deployed"]);
  assert.match(it.channel("#status").text("after slack:#status"), /yoga is being watched/);
  const alarmed = { ...monitor, alarm: "web.service failed" };
  it.desk.finish(id, "deployed-degraded", { monitor: alarmed });
  await it.clock.advance(10_000);
  assert.deepEqual(it.lines("#status").slice(2), ["yoga stopped being well after its switch"]);
  assert.match(it.channel("#status").text("alarm slack:#status"), /web.service failed/);
  await it.stop();
});

/** A room whose #status is looked for by `find`; when that was. */
function seeking(find: () => FakeChannel) {
  const looks: number[] = [];
  const it = room(both, (name, at) => {
    if (name !== "#status") {
      return fakeChannel();
    }
    looks.push(at);
    return find();
  });
  return { ...it, looks };
}

const missing = () => new DeliveryError("permanent", "invite the bot: /invite @switchyard in #status");

test("a channel that is missing is looked for by one look for all runs, less and less often, and told when it is there", async () => {
  let isThere = false;
  const status = fakeChannel();
  const it = seeking(() => {
    if (!isThere) {
      throw missing();
    }
    return status;
  });
  for (let run = 0; run < 10; run++) {
    const [id = ""] = await it.switches("yoga");
    it.desk.finish(id, "deployed");
  }
  await it.clock.advance(60 * 60_000);
  const slowest = repairs.noticeChannel.longest * 0.75;
  assert.ok(
    it.looks.length <= (60 * 60_000) / slowest + 6,
    `${it.looks.length} looks in an hour for ten runs`,
  );
  assert.match(it.health().detail, /slack:#status: .*invite the bot/);
  isThere = true;
  await it.clock.advance(repairs.noticeChannel.longest + 60_000);
  assert.equal(status.messages.length, 20);
  assert.equal(it.health().ok, true);
  await it.stop();
});

test("a channel that is archived later is found out, and looked for again", async () => {
  const status = fakeChannel();
  const it = seeking(() => status);
  await it.switches("yoga");
  await it.clock.advance(5_000);
  assert.equal(it.looks.length, 1);
  status.fails(new DeliveryError("permanent", "is_archived"), 2);
  const [id = ""] = await it.switches("zephyrus");
  it.desk.finish(id, "deployed");
  await it.clock.advance(10 * 60_000);
  assert.equal(it.looks.length, 3);
  assert.equal(status.messages.length, 3);
  await it.stop();
});

test("what could not be told for a day is no news any more, and is owed no longer", async () => {
  const it = seeking(() => {
    throw missing();
  });
  const [id = ""] = await it.switches("yoga");
  it.desk.finish(id, "deployed");
  await it.clock.advance(bounds.notices.owedFor - 60_000);
  assert.equal(it.stored.size, 1);
  await it.clock.advance(20 * 60_000);
  assert.equal(it.stored.size, 0);
  assert.match(it.health().detail, /not shown: .*nothing could be posted for too long/);
  await it.stop();
});
