import assert from "node:assert/strict";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";
import { buttonsOf, type Message } from "../../fakes/slack/index.ts";
import { rateLimiter } from "../../fakes/slack/rate-limit.ts";
import { until } from "../until.ts";
import { readMessage, standing } from "./slack-reading.ts";
import type { SlackRoom } from "./slack-room.ts";

/** Hosts of a fleet for a test with many. */
export const manyHosts = Array.from({ length: 20 }, (_, index) => `host-${index}`);

/** Begins one deployment of each host, each in a run of its own, all at once. */
export function beginAll(desk: FakeDesk, count = manyHosts.length): Deployment[] {
  return manyHosts.slice(0, count).flatMap((host) => desk.begin([host]).deployments);
}

/** Some end well, some roll back and some fail: what each says last. */
export function endingOf({ host }: Deployment): {
  outcome: "deployed" | "rolled-back" | "failed";
  message: string;
} {
  const index = manyHosts.indexOf(host);
  const outcome = index % 5 === 0 ? "rolled-back" : index % 7 === 0 ? "failed" : "deployed";
  return { outcome, message: `this is the end of ${host}.` };
}

export function finishAll(desk: FakeDesk, all: readonly Deployment[]): void {
  for (const one of all) {
    const { outcome, message } = endingOf(one);
    desk.finish(one.id, outcome, { message });
  }
}

/** The key that the bot gave a message, without the run. */
export function keyOf({ metadata }: Message): string {
  const payload = metadata?.["event_payload"];
  return typeof payload === "object" && payload !== null && "key" in payload ? String(payload.key) : "";
}

export function cardOf({ slack }: SlackRoom, { id }: Deployment): Message | undefined {
  return standing(slack, "deploys").find((one) => keyOf(one).endsWith(`${id}/card`));
}

/** Until nothing is owed to any thread any more. */
export function settled(room: SlackRoom, patience: number): Promise<void> {
  const why = () => `${room.surface().health().detail}\n${room.lines.slice(-20).join("\n")}`;
  return until("threads that are complete", () => room.threads.stored.size === 0, patience, why);
}

/** Everything stands there: each message once, with its final words, its buttons and its file. */
export function expectAllTold(room: SlackRoom, all: readonly Deployment[], { cards = true } = {}): void {
  const messages = standing(room.slack, "deploys");
  const keyed = messages.filter((one) => keyOf(one) !== "");
  const wanted = all.flatMap(({ run, id }) => [
    `${run}/root`,
    ...[`${id}/phases`, ...(cards ? [`${id}/card`] : []), `${id}/end`].map((key) => `${run}/${key}`),
  ]);
  assert.deepEqual(keyed.map(keyOf).sort(), wanted.sort(), "none lost, none twice");
  for (const one of all) {
    const { outcome, message } = endingOf(one);
    const find = (key: string) =>
      keyed.find((it) => keyOf(it) === `${one.run}/${key}`) ?? assert.fail(`no ${key}`);
    assert.ok(readMessage(find(`${one.id}/end`)).includes(message), one.host);
    assert.equal(find(`${one.id}/end`).isBroadcast, outcome !== "deployed", `${one.host} for all to see`);
    const root = find("root");
    assert.ok(readMessage(root).includes(outcome.replace("-", " ")), readMessage(root));
    assert.deepEqual(buttonsOf(root), outcome === "deployed" ? ["Roll back", "Logs"] : ["Logs"], one.host);
    assert.deepEqual(cards ? buttonsOf(find(`${one.id}/card`)) : [], [], `${one.host} asks no more`);
    const files = room.slack.files.filter(({ name }) => name.includes(one.id));
    assert.equal(files.length, outcome === "deployed" ? 0 : 1, `the log of ${one.host}, once`);
  }
}

/** No message was edited more often than once in two seconds of the room's clock. */
export function expectPaced({ asked }: SlackRoom): void {
  // On a clock sixty times as fast, a call takes this much of it to be made.
  const step = 2_000 - 250;
  const edits = Map.groupBy(
    asked.filter(({ method }) => method === "chat.update"),
    ({ place }) => place,
  );
  for (const [place, all] of edits) {
    const gaps = all.slice(1).map(({ at }, index) => at - (all[index]?.at ?? 0));
    assert.ok(Math.min(Number.POSITIVE_INFINITY, ...gaps) >= step, `${place}: ${gaps.join(", ")} ms apart`);
  }
}

/**
 * Slack's limits would have let pass all that the threads asked, at the moments when they asked it. (On a fast
 * clock a busy machine lets some arrive in a bunch, so that the fake may say 429 where Slack would not.)
 */
export function expectWithinLimits({ asked }: SlackRoom): void {
  let now = 0;
  const limiter = rateLimiter({}, () => now);
  for (const { method, at } of asked) {
    now = at;
    assert.equal(limiter.take(method, { channel: "C1" }), undefined, `${method} would be too much`);
  }
}

/** Whatever was answered with 429 was asked again until it worked. */
export function expectMadeGood({ slack }: SlackRoom): void {
  const refused = slack.requests.filter(({ status }) => status === 429);
  for (const method of new Set(refused.map((one) => one.method))) {
    const last = slack.calls(method).at(-1);
    assert.deepEqual([last?.status, last?.error], [200, undefined], `the last ${method}`);
  }
}
