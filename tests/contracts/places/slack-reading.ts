import type { FakeSlack, Fields, Message } from "../../fakes/slack/index.ts";

/** Everything that can be read in this channel and its threads. */
export function readChannel(slack: FakeSlack, channel: string): string {
  return standing(slack, channel).map(readMessage).join("\n");
}

/** Every message that stands there: the channel's own, and those in its threads. */
export function standing(slack: FakeSlack, channel: string): Message[] {
  const roots = slack.messages(channel).filter(({ threadTs }) => threadTs === undefined);
  return roots.flatMap((root) => [
    root,
    ...root.replies.filter(({ isDeleted, onlyFor }) => !isDeleted && onlyFor === undefined),
  ]);
}

/** As a person reads it: markup is drawn, entities are characters, and a mention that works is not what was said. */
export function readMessage(message: Message): string {
  const words = message.blocks.length > 0 ? readAll(message.blocks) : [drawn(message.text)];
  return [...words, ...message.files.map(({ title, content }) => `${title}\n${content}`)].join("\n");
}

function readAll(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(readAll);
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const fields = value as Fields;
  const { type, text } = fields;
  if (typeof text === "string") {
    return [type === "mrkdwn" ? drawn(text) : type === "plain_text" ? unescaped(text) : text];
  }
  const title = type === "plan" || type === "task_card" ? fields["title"] : undefined;
  return [...(typeof title === "string" ? [title] : []), ...Object.values(fields).flatMap(readAll)];
}

function drawn(text: string): string {
  const linked = text.replaceAll(/<([^<>]*)>/g, (_, inside: string) =>
    inside.startsWith("!")
      ? `@${inside.slice(1)}`
      : inside.startsWith("@")
        ? `@[${inside.slice(1)}]`
        : (inside.split("|")[1] ?? inside),
  );
  return unescaped(linked.replaceAll(/([*_~`])(?=\S)([^\n]*?\S)\1/g, "$2"));
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
