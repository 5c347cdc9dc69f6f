import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createDesk } from "../../src/chat/create-desk.ts";
import { createEvents, type Events } from "../../src/chat/events.ts";
import type { Identity } from "../../src/chat/identity.ts";
import { createLive } from "../../src/chat/live.ts";
import { digestOf } from "../../src/deploy/consent.ts";
import { logFiles } from "../../src/logs/log-files.ts";
import { createTroubles } from "../../src/troubles/troubles.ts";
import { owner, toolsOf } from "./tools.ts";
import { type Bot, createWorld, type World } from "./world.ts";

export const shown = async (bot: Bot, id: string) => digestOf([await bot.record(id)]);
export const bob: Identity = { surface: "slack", id: "U2", name: "Bob", groups: [] };

/** The real desk over a bot whose world is made of fakes. */
export async function atTheDesk(t: TestContext) {
  const world = await createWorld(t);
  return deskOver(world, await world.startBot());
}

export async function deskOver(world: World, bot: Bot) {
  const fail = (error: unknown) => assert.fail(String(error));
  const made = createEvents(world.clock, fail);
  const errors: string[] = [];
  const logged = (words: string) => void errors.push(words);
  const found = createTroubles({
    clock: world.clock,
    mask: bot.redact.text,
    log: { error: logged, info: logged },
  });
  let listeners = 0;
  const events: Events = {
    emit: made.emit,
    subscribe(lastSeq, listener) {
      listeners += 1;
      const stop = made.subscribe(lastSeq, listener);
      let isStopped = false;
      return () => {
        listeners -= isStopped ? 0 : 1;
        isStopped = true;
        stop();
      };
    },
  };
  const desk = createDesk({
    tools: { ...toolsOf(world, bot), troubles: found.all },
    events,
    live: createLive(events, bot.store, world.clock, fail),
    logs: logFiles(world.directory, world.clock, bot.redact, () => 1e6),
    audit: bot.audit,
    redact: bot.redact,
    shells: { control: world.builderShell },
    clock: world.clock,
    log: { error: (_details, message) => void errors.push(message) },
    surfaces: () => [{ name: "web", health: () => ({ ok: true, detail: "listens" }) }],
  });
  const say = (text: string, who = owner, key?: string) => world.clock.settle(desk.say(text, who, key));
  const audit = async () =>
    (await readFile(join(world.directory, "audit.jsonl"), "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ who, what, about, detail }) => [who.name, what, about, detail]);
  return { world, bot, desk, say, audit, errors, found, listeners: () => listeners };
}
