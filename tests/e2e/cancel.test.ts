import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";
import { useSlowWork, waitsOf } from "./slow-work.ts";

/** Here the bot is not root: what runs on it runs behind sudo. */
const host = "zephyrus";

describe("cancel, on real machines", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  const waits = waitsOf(host);
  const work = useSlowWork(fleet, host);

  test("in check: git fetch and all it started are gone, and the next fetch works", async () => {
    await work.slowFetch(true);
    const id = await work.wired().bot.start(`/deploy ${host}`);
    await work.untilRunning("builder", waits.check);
    await work.cancelled(id, "check");
    await work.slowFetch(false);
    await work.theNextOneWorks();
  });

  test("in build: nix and its builders are gone", async () => {
    const id = await work.wired().bot.start(`/deploy ${host} --ref origin/slow-build-${host}`);
    await work.untilRunning("builder", waits.build);
    await work.cancelled(id, "build");
    await work.theNextOneWorks();
  });

  test("in copy: both ends of it are gone", async () => {
    const id = await work.wired().bot.start(`/deploy ${host} --ref origin/slow-copy-${host}`);
    await work.wired().bot.until(id, ({ phase }) => phase === "copy");
    await work.untilRunning(host, "nix-store --serve");
    const { toplevel } = await work.wired().bot.deployment(id);
    await work.cancelled(id, "copy");
    assert.deepEqual(await work.running("builder", `copy .*${toplevel}`), []);
    await work.theNextOneWorks();
  });

  test("in dry-activate: the new system's own script on the host is gone, though ssh does not end it", async () => {
    const id = await work.wired().bot.start(`/deploy ${host} --ref origin/slow-dry-${host}`);
    await work.untilRunning(host, waits.dry);
    const before = await stateOf(fleet(), host);
    await work.cancelled(id, "dry-activate");
    assert.deepEqual(await stateOf(fleet(), host), before);
    await work.theNextOneWorks();
  });

  test("after the switch began it is refused, with what there is instead", async () => {
    const id = await work.wired().bot.start(`/deploy ${host}`);
    await work.wired().bot.asks(id);
    await work.wired().bot.act(id, "switch");
    const { status, body } = await work.wired().bot.say(`/cancel ${id}`);
    assert.equal(status, 409);
    assert.match(body.error?.help ?? "", /rolls back by itself.*\/rollback zephyrus/);
    assert.equal((await work.wired().bot.ended(id)).outcome, "deployed");
    await fleet().reset(host);
  });
});
