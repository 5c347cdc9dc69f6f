import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../../../adapters/slack/answers.ts";
import type { Place } from "../../../adapters/slack/parse.ts";
import { text } from "../../../src/chat/blocks.ts";
import { doneOnceTold } from "../../../src/chat/platform/done-once-told.ts";

const place: Place = { from: "slash", channel: "C1", thread: null, responseUrl: null };
const reply = { kind: "answer", text: "well", blocks: [text("well")] } as const;

/** A Slack that takes nothing for so many calls. */
function aSlack(failures: number) {
  const calls: string[] = [];
  const call = (name: string) => async () => {
    calls.push(name);
    if (calls.length <= failures) {
      throw new Error("service_unavailable");
    }
    return { channel: "D1", ts: "1.0" };
  };
  const chat = { postEphemeral: call("ephemeral"), postMessage: call("message") };
  const stopping = new AbortController();
  const pauses: number[] = [];
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const parts = {
    client: { chat },
    bot: "B1",
    roots: { posted: () => {}, of: async () => null },
    log,
    stopping: stopping.signal,
    pacing: {
      random: () => 0,
      clock: {
        sleep: async (milliseconds: number, signal: AbortSignal) => {
          signal.throwIfAborted();
          pauses.push(milliseconds);
        },
      },
    },
  } as never;
  return { calls, pauses, stopping, tell: () => answer(parts, "U1", place, reply) };
}

test("a person is answered by a Slack that was away for a moment, after pauses", async () => {
  const slack = aSlack(3);
  assert.equal(await slack.tell(), true);
  assert.deepEqual(slack.calls, ["ephemeral", "message", "ephemeral", "message"]);
  assert.deepEqual(slack.pauses, [1_000]);
});

test("who cannot be answered in six rounds is said to be so, and a stop does not wait for the rounds", async () => {
  const slack = aSlack(100);
  assert.equal(await slack.tell(), false);
  assert.deepEqual([slack.calls.length, slack.pauses], [12, [1_000, 2_000, 4_000, 8_000, 16_000]]);
  const stopped = aSlack(100);
  stopped.stopping.abort();
  assert.equal(await stopped.tell(), false);
  assert.equal(stopped.calls.length, 2);
});

test("a delivery is done once the person was told, and stays for the next start where nobody could be, or the work broke off", async () => {
  const done: string[] = [];
  const deliveries = { done: (ids: readonly string[]) => void done.push(...ids) };
  await doneOnceTold(deliveries, ["told"], Promise.resolve(true));
  await doneOnceTold(deliveries, ["untold"], Promise.resolve(false));
  await assert.rejects(doneOnceTold(deliveries, ["broken"], Promise.reject(new Error("no"))), /no/);
  assert.deepEqual(done, ["told"]);
});
