import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { type TestContext, test } from "node:test";
import { httpConnection } from "../../../adapters/slack/http.ts";
import { socketConnection } from "../../../adapters/slack/socket.ts";
import { repairs } from "../../../src/config/repairs.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

const hour = 60 * 60_000;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** How a connection is opened: it lives until `end` is called, or it rejects. */
type Opens = (end: () => void) => Promise<unknown>;

/** Bolt's receivers, with a network that the test decides about; when each was started. */
function room(t: TestContext, kind: "socket" | "http", opens: Opens) {
  const clock = manualClock();
  const tries: number[] = [];
  class Receiver {
    readonly client = new EventEmitter();
    init() {}
    start() {
      tries.push(clock.now());
      return opens(() => this.client.emit("disconnected"));
    }
    async stop() {
      this.client.emit("disconnected");
    }
  }
  const bolt = { SocketModeReceiver: Receiver, HTTPReceiver: Receiver };
  const options = {
    log: silent,
    apiUrl: null,
    appToken: "xapp-1",
    signingSecret: "s",
    listen: { host: "127.0.0.1", port: 1 },
  };
  const connect = kind === "socket" ? socketConnection : httpConnection;
  // Both take what they use of Bolt and of the options.
  const connection = connect(bolt as never, options as never, async () => true, {
    clock,
    random: () => 0,
  });
  connection.receiver.init({} as never);
  connection.start();
  t.after(() => clock.settle(connection.stop()));
  return { clock, tries, health: () => connection.health() };
}

const refusedWith = (word: string) => Object.assign(new Error(word), { data: { ok: false, error: word } });

for (const kind of ["socket", "http"] as const) {
  test(`${kind}: an outage of a day is tried once a minute, said with its beginning, and ends by itself`, async (t) => {
    let isDown = true;
    const it = room(t, kind, async () => {
      if (isDown) {
        throw new Error("getaddrinfo ENOTFOUND slack.com");
      }
      return kind === "socket"
        ? undefined
        : { close: (done: () => void) => done(), closeIdleConnections: () => {} };
    });
    await it.clock.advance(24 * hour);
    const most = (24 * hour) / repairs.connection.longest + 10;
    assert.ok(it.tries.length > 1_000 && it.tries.length <= most, `${it.tries.length} tries`);
    assert.equal(it.health().ok, false);
    assert.match(it.health().detail, /ENOTFOUND.*since 10:00 UTC.*tried again every 60 s at most/i);
    isDown = false;
    await it.clock.advance(repairs.connection.longest);
    assert.equal(it.health().ok, true);
  });
}

for (const word of ["invalid_auth", "missing_scope"]) {
  test(`${word} is no outage: it is said with what to do, and looked at again once an hour`, async (t) => {
    const it = room(t, "socket", async () => {
      throw refusedWith(word);
    });
    await it.clock.advance(24 * hour);
    assert.ok(it.tries.length <= 30, `${it.tries.length} tries in a day`);
    assert.match(it.health().detail, /SLACK_APP_TOKEN.*connections:write.*when the bot is restarted/);
  });
}

test("a connection that Slack ends after ten seconds, each time, is not begun anew at that pace", async (t) => {
  const clocks: { clock?: ReturnType<typeof manualClock> } = {};
  const it = room(t, "socket", async (end) => {
    void clocks.clock?.sleep(10_000).then(end);
  });
  clocks.clock = it.clock;
  await it.clock.advance(hour);
  assert.ok(it.tries.length <= 65, `${it.tries.length} connections in an hour`);
  assert.match(it.health().detail, /lost soon after it begins|connected/);
});

test("a connection that lasted is begun anew at once when it is lost", async (t) => {
  const ends: (() => void)[] = [];
  const it = room(t, "socket", async (end) => void ends.push(end));
  await it.clock.advance(5 * hour);
  assert.equal(it.tries.length, 1);
  ends[0]?.();
  await it.clock.advance(1);
  assert.equal(it.tries.length, 2);
  assert.equal(it.health().ok, true);
});
