import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { writeFirst } from "../../../src/chat/write-first.ts";
import { owner } from "../../fakes/tools.ts";

test("nothing is done before the audit has who asked for it; only names of hosts are looked up", async () => {
  const order: string[] = [];
  const engine = {
    hosts: async () => order.push("hosts"),
    deploy: async (host: string) => order.push(`deploy ${host}`),
    decide: async () => order.push("decide"),
  };
  const written = Promise.withResolvers<void>();
  const gated = writeFirst(engine as never, () => written.promise.then(() => void order.push("audit")));
  await gated.hosts();
  const done = [gated.deploy("yoga" as never), gated.decide("d", "switch", owner)];
  await setImmediate();
  assert.deepEqual(order, ["hosts"]);
  written.resolve();
  await Promise.all(done);
  assert.deepEqual(order, ["hosts", "audit", "audit", "deploy yoga", "decide"]);
});
