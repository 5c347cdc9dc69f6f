import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../../../adapters/slack/answers.ts";
import { tellingOf, tellPerson } from "../../../src/chat/platform/tell-person.ts";
import { repairs } from "../../../src/config/repairs.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function room() {
  const clock = manualClock();
  const stop = new AbortController();
  const telling = tellingOf(stop.signal, { clock, random: () => 0 }, silent);
  let isDown = true;
  let isFinal = false;
  let tries = 0;
  return {
    clock,
    stop,
    telling,
    tries: () => tries,
    recover: () => {
      isDown = false;
    },
    refuse: () => {
      isFinal = true;
    },
    say: () =>
      tellPerson(
        telling,
        "Ada",
        async () => {
          tries += 1;
          if (isDown) {
            throw new Error("service unavailable");
          }
        },
        (error) => ({ reason: String(error), isFinal, retryAfter: null }),
      ),
  };
}

test("somebody is told later what they could not be told at once", async () => {
  const it = room();
  const said = it.say();
  await it.clock.advance(60_000);
  it.recover();
  assert.equal(await it.clock.settle(said), true);
  assert.equal(it.telling.health(), null);
});

test("after the last try it ends in words that name who was not told, until somebody is", async () => {
  const it = room();
  assert.equal(await it.clock.settle(it.say()), false);
  assert.equal(it.tries(), repairs.answer.most);
  assert.match(
    it.telling.health()?.detail ?? "",
    /^Ada could not be told .* at 2026-11-23 10:\d\d UTC: .*service unavailable/,
  );
  it.recover();
  await it.clock.settle(it.say());
  assert.equal(it.telling.health(), null);
});

test("what is refused for good is not repeated", async () => {
  const it = room();
  it.refuse();
  assert.equal(await it.clock.settle(it.say()), false);
  assert.equal(it.tries(), 1);
});

test("a bot that stops before somebody was told says so at once, so that the next one tells it", async () => {
  const it = room();
  const said = it.say();
  await it.clock.advance(5_000);
  it.stop.abort();
  assert.equal(await it.clock.settle(said), false);
  assert.equal(it.telling.health(), null);
});

/** A Slack that answers nothing for a while; what was said in the direct message. */
function slack(errors: readonly string[]) {
  const clock = manualClock();
  const told: { text: string }[] = [];
  let tries = 0;
  const postMessage = async (message: { text: string }) => {
    const word = errors[tries++];
    if (word !== undefined) {
      throw Object.assign(new Error(word), word === "network" ? {} : { data: { ok: false, error: word } });
    }
    told.push(message);
    return { channel: "D1", ts: "1.0" };
  };
  const telling = tellingOf(new AbortController().signal, { clock, random: () => 0 }, silent);
  const parts = { client: { chat: { postMessage } }, bot: "B", roots: {}, log: silent, telling };
  const place = { from: "click", channel: null, thread: null, responseUrl: null } as const;
  const reply = { kind: "refused", code: "unavailable", message: "No.", help: null } as const;
  const work = () => answer(parts as never, "U1", place, reply as never);
  return { clock, told, work, telling, tries: () => tries };
}

test("an answer that Slack did not take for minutes comes later, and says when it was asked for", async () => {
  const it = slack(Array.from({ length: 8 }, () => "network"));
  await it.clock.settle(it.work());
  assert.equal(it.told.length, 1);
  assert.match(it.told[0]?.text ?? "", /^You asked at 10:00 UTC; Slack took no answer before\. .*No\./);
});

test("an answer that comes at once says nothing of the time", async () => {
  const it = slack([]);
  await it.clock.settle(it.work());
  assert.match(it.told[0]?.text ?? "", /^No\./);
});

test("an answer that Slack refuses is not repeated, and said in the health", async () => {
  const it = slack(["missing_scope"]);
  await it.clock.settle(it.work());
  assert.equal(it.tries(), 1);
  assert.match(it.telling.health()?.detail ?? "", /Slack's U1 could not be told.*missing_scope/);
});
