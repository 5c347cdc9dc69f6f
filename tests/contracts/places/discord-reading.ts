import { type Body, type FakeDiscord, type Message, shown } from "../../fakes/discord/index.ts";

/** Every message that stands there: the channel's own, each followed by those of its thread. */
export function standing(discord: FakeDiscord, channel: string): Message[] {
  return discord
    .messages(channel)
    .flatMap((root) => [root, ...(root.thread === undefined ? [] : discord.messages(root.thread))]);
}

export function readChannel(discord: FakeDiscord, channel: string): string {
  return standing(discord, channel).map(readMessage).join("\n");
}

/** As a person reads it: markup is drawn, escapes are gone, and a mention that works is not what was said. */
export function readMessage(message: Message | Body): string {
  const files = message.attachments.map(({ content }) => String(content));
  return [drawn(shown(message)), ...files].join("\n");
}

/** What Discord's markdown makes of a text (support.discord.com/hc/en-us/articles/210298617). */
export function drawn(text: string): string {
  return text
    .split(/(```[\s\S]*?```)/)
    .map((part, index) =>
      index % 2 === 1
        ? part
            .slice(3, -3)
            .replace(/^\n|\n$/g, "")
            .replaceAll("\u200b", "")
        : outsideOfCode(part),
    )
    .join("");
}

/** Escaped characters stand for themselves: they are set aside while the markup is drawn. */
function outsideOfCode(text: string): string {
  const asides: string[] = [];
  const plain = text.replaceAll(/\\([^0-9A-Za-z\s])/g, (_, character: string) => {
    asides.push(character);
    return `\ue000${asides.length - 1}\ue001`;
  });
  return plain
    .replaceAll(/<[@#:/tai][^<>]*>/g, (mention) => `@[${mention.slice(1, -1)}]`)
    .replaceAll(/@(everyone|here)\b/g, "@[$1]")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/https?:\/\/\S+/g, (address) => `[link ${address}]`)
    .replaceAll(/^(#{1,3}|-#) /gm, "")
    .replaceAll(/^\s*([-*+]|\d+\.) /gm, "• ")
    .replaceAll(/^> /gm, "❘ ")
    .replaceAll(/(\*\*|__|~~|\|\||[*_`])(?=\S)([^\n]*?\S)\1/g, "$2")
    .replaceAll(/\ue000(\d+)\ue001/g, (_, index: string) => asides[Number(index)] ?? "");
}
