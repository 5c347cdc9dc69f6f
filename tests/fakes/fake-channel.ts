import {
  type Channel,
  DeliveryError,
  type MessageRef,
  type OutFile,
  type OutMessage,
} from "../../src/chat/channel.ts";

export interface FakeMessage {
  readonly ref: MessageRef;
  message: OutMessage;
  edits: number;
}

/** A chat platform in memory: it keeps what was said, and can be away, slow to answer, or lose an answer. */
export interface FakeChannel extends Channel {
  readonly messages: FakeMessage[];
  readonly files: OutFile[];
  /** How many calls were made, of any kind. */
  calls: number;
  /** The next calls fail so; `after` does the work first, as when an answer is lost. */
  fails(error: DeliveryError, times?: number, when?: "before" | "after"): void;
  /** Somebody deletes a message. */
  deletes(key: string): void;
  /** The words of a message, as people see them now. */
  text(keyEnd: string): string;
}

export function fakeChannel(): FakeChannel {
  const messages: FakeMessage[] = [];
  const files: OutFile[] = [];
  const failures: { error: DeliveryError; when: "before" | "after" }[] = [];
  let next = 1;

  function answer<T>(work: () => T): T {
    channel.calls += 1;
    const failure = failures.shift();
    if (failure?.when === "before") {
      throw failure.error;
    }
    const result = work();
    if (failure?.when === "after") {
      throw failure.error;
    }
    return result;
  }

  const channel: FakeChannel = {
    surface: "slack",
    messages,
    files,
    calls: 0,
    fails(error, times = 1, when = "before") {
      failures.push(...Array.from({ length: times }, () => ({ error, when })));
    },
    deletes(key) {
      messages.splice(
        messages.findIndex((one) => one.message.key.endsWith(key)),
        1,
      );
    },
    text: (keyEnd) =>
      JSON.stringify(messages.find((one) => one.message.key.endsWith(keyEnd))?.message.blocks ?? null),
    async post(message, since) {
      return answer(() => {
        const earlier = since === null ? undefined : messages.find((one) => one.message.key === message.key);
        if (earlier !== undefined) {
          return earlier.ref;
        }
        const ref = { channel: "C1", id: String(next++) };
        messages.push({ ref, message, edits: 0 });
        return ref;
      });
    },
    async edit(ref, message) {
      answer(() => {
        const found = messages.find((one) => one.ref.id === ref.id);
        if (found === undefined) {
          throw new DeliveryError("gone", "message_not_found");
        }
        found.message = message;
        found.edits += 1;
      });
      return ref;
    },
    async upload(file, since) {
      answer(() => {
        if (since === null || !files.some(({ key }) => key === file.key)) {
          files.push(file);
        }
      });
    },
  };
  return channel;
}
