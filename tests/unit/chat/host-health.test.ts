import assert from "node:assert/strict";
import { test } from "node:test";
import { createHostHealth } from "../../../src/chat/host-health.ts";
import { manualClock, quiet } from "../../fakes/manual-clock.ts";

/** A list of hosts over one that is away; `looks` are counted. */
function list() {
  const clock = manualClock();
  let fleet = {};
  let looks = 0;
  const fail = (error: unknown) => {
    throw error;
  };
  const status = async () => {
    looks++;
    return {
      hosts: [{ kind: "unseen", host: "yoga", why: "no route", console: null } as const],
      trouble: null,
      revision: null,
    };
  };
  const healthOf = createHostHealth({ status }, clock, fail, () => fleet);
  return {
    clock,
    ask: async () => {
      const { health } = healthOf("yoga", null);
      await quiet();
      return health;
    },
    looks: () => looks,
    change: () => {
      fleet = {};
    },
  };
}

test("a host that did not answer is looked at again after ten seconds, and not after a minute", async () => {
  const { clock, ask, looks } = list();
  assert.equal(await ask(), null, "nobody has looked yet");
  assert.equal(await ask(), "no answer");
  await clock.advance(9_000);
  await ask();
  assert.equal(looks(), 1);
  await clock.advance(2_000);
  await ask();
  assert.equal(looks(), 2);
});

test("what was seen minutes ago is not told as what is", async () => {
  const { clock, ask } = list();
  await ask();
  await clock.advance(4 * 60_000);
  assert.equal(await ask(), null, "the host may have been mended since");
  assert.equal(await ask(), "no answer", "the look that this began");
});

test("a fleet.yaml that changed has the hosts looked at at once", async () => {
  const { ask, looks, change } = list();
  await ask();
  change();
  await ask();
  assert.equal(looks(), 2);
});
