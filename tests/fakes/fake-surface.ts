import type { Block, Button } from "../../src/chat/blocks.ts";
import { type Channel, DeliveryError } from "../../src/chat/channel.ts";
import type { Desk, Reply } from "../../src/chat/desk.ts";
import type { Identity } from "../../src/chat/identity.ts";
import type { LiveThreads } from "../../src/chat/live-threads.ts";
import type { Surface } from "../../src/chat/surface.ts";
import type { Clock } from "../../src/config/clock.ts";
import type { FakeChannel } from "./fake-channel.ts";

export interface FakeSurfaceOptions {
  readonly desk: Desk;
  /** What was said; a surface that is started again on the same channel finds it there. */
  readonly channel: FakeChannel;
  readonly openThreads: (channel: Channel) => LiveThreads;
  readonly clock: Clock;
  /** Milliseconds that everything takes on its way, in either direction. */
  readonly delay?: number;
}

/** A chat platform in memory and the bot's adapter for it in one: working, and with nothing of any real one. */
export interface FakeSurface extends Surface {
  /** Nothing gets through, in neither direction, until it is over. */
  setDown(isDown: boolean): void;
  /** Types a command: what the person is told. */
  types(text: string, who: Identity): Promise<string>;
  /** Everything that can be read. */
  reads(): string;
  buttons(): readonly Button[];
  /** Clicks, maybe on a button that is no longer there: what the person alone is told. */
  clicks(button: Button, who: Identity): Promise<string>;
}

export function fakeSurface({
  desk,
  channel,
  openThreads,
  clock,
  delay = 0,
}: FakeSurfaceOptions): FakeSurface {
  let threads: LiveThreads | null = null;
  let isDown = false;

  async function pass<Value>(work: () => Promise<Value>): Promise<Value> {
    if (delay > 0) {
      await clock.sleep(delay);
    }
    if (isDown) {
      throw new DeliveryError("temporary", "the platform is away");
    }
    return work();
  }

  async function ask(work: () => Promise<Reply>): Promise<Reply> {
    if (threads === null) {
      throw new Error("nobody is listening: the surface is stopped");
    }
    try {
      return await pass(work);
    } catch (error) {
      if (isDown) {
        throw error;
      }
      const message = "Something went wrong in the bot.";
      return { kind: "refused", code: "unavailable", message, help: "Try again." };
    }
  }

  return {
    name: "fake",
    async start() {
      threads = openThreads({
        surface: channel.surface,
        post: (message, since) => pass(() => channel.post(message, since)),
        edit: (ref, message) => pass(() => channel.edit(ref, message)),
        upload: (file, since) => pass(() => channel.upload(file, since)),
      });
    },
    async stop() {
      await threads?.stop();
      threads = null;
    },
    health() {
      return threads?.health() ?? { ok: false, detail: "stopped" };
    },
    setDown(value) {
      isDown = value;
    },
    types: async (text, who) => wordsOfReply(await ask(() => desk.say(text, who))),
    reads: () =>
      [
        ...channel.messages.map(({ message }) => wordsOf(message.blocks)),
        ...channel.files.map(({ title, content }) => `${title}\n${content}`),
      ].join("\n"),
    buttons: () => channel.messages.flatMap(({ message }) => buttonsOf(message.blocks)),
    async clicks({ action }, who) {
      const reply = await ask(() => desk.press(action, who));
      return reply.kind === "refused" || action.kind !== "decide" ? wordsOfReply(reply) : "";
    },
  };
}

export function wordsOfReply(reply: Reply): string {
  return reply.kind === "refused"
    ? [reply.message, reply.help ?? ""].join("\n")
    : [reply.text, wordsOf(reply.blocks)].join("\n");
}

export function buttonsOf(blocks: readonly Block[]): Button[] {
  return blocks.flatMap((block) => (block.kind === "buttons" ? block.buttons : []));
}

/** What a person reads in these blocks, without any form. */
export function wordsOf(blocks: readonly Block[]): string {
  return blocks.flatMap(words).join("\n");
}

function words(block: Block): readonly string[] {
  switch (block.kind) {
    case "heading":
    case "text":
    case "decision":
      return [block.text];
    case "fields":
      return block.fields.map(({ name, value }) => `${name}: ${value}`);
    case "steps":
      return block.steps.map(({ name, state, detail }) => `${name}: ${state} ${detail ?? ""}`.trimEnd());
    case "table":
      return [block.columns, ...block.rows].map((row) => row.join(" | "));
    case "list":
      return [block.title, ...block.items];
    case "links":
      return [block.title, ...block.items.map(({ text }) => text)];
    case "picture":
      return [block.alt];
    case "code":
      return [block.title, block.text];
    case "buttons":
      return block.buttons.map(({ label }) => `[${label}]`);
  }
}
