import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../../../adapters/slack/answers.ts";
import type { Place } from "../../../adapters/slack/parse.ts";
import { text } from "../../../src/chat/blocks.ts";
import { doneOnceTold } from "../../../src/chat/platform/done-once-told.ts";
import { repairs } from "../../../src/config/repairs.ts";

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
  const lost: string[] = [];
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const parts = {
    client: { chat },
    bot: "B1",
    roots: { posted: () => {}, of: async () => null },
    log,
    telling: {
      stopping: stopping.signal,
      lost: (who: string) => lost.push(who),
      told: () => {},
      pacing: {
        random: () => 0,
        clock: {
          now: () => 0,
          sleep: async (milliseconds: number, signal: AbortSignal) => {
            signal.throwIfAborted();
            pauses.push(milliseconds);
          },
        },
      },
    },
  } as never;
  return { calls, pauses, lost, stopping, tell: () => answer(parts, "U1", place, reply) };
}

test("a person is answered by a Slack that was away for a moment, after pauses", async () => {
  const slack = aSlack(3);
  assert.equal(await slack.tell(), true);
  assert.deepEqual(slack.calls, ["ephemeral", "message", "ephemeral", "message"]);
  assert.deepEqual(slack.pauses, [1_000]);
});

test("who cannot be answered in all rounds is said to be so, and a stop does not wait for the rounds", async () => {
  const slack = aSlack(100);
  assert.equal(await slack.tell(), false);
  assert.equal(slack.calls.length, 2 * repairs.answer.most);
  assert.deepEqual(slack.pauses.slice(0, 4), [1_000, 2_000, 4_000, 8_000]);
  assert.equal(slack.pauses.length, repairs.answer.most - 1);
  assert.deepEqual(slack.lost, ["Slack's U1"]);
  const stopped = aSlack(100);
  stopped.stopping.abort();
  assert.equal(await stopped.tell(), false);
  assert.deepEqual([stopped.calls.length, stopped.lost], [2, []]);
});

test("a delivery is done once the person was told, and stays for the next start where nobody could be, or the work broke off", async () => {
  const done: string[] = [];
  const deliveries = { done: (ids: readonly string[]) => void done.push(...ids) };
  await doneOnceTold(deliveries, ["told"], Promise.resolve(true));
  await doneOnceTold(deliveries, ["untold"], Promise.resolve(false));
  await assert.rejects(doneOnceTold(deliveries, ["broken"], Promise.reject(new Error("no"))), /no/);
  assert.deepEqual(done, ["told"]);
});
