import { ComponentType } from "discord.js";
import type { Block } from "../../src/chat/blocks.ts";
import type { MessageRef } from "../../src/chat/channel.ts";
import type { Reply } from "../../src/chat/desk.ts";
import type { Attachment } from "../../src/chat/pictures/attachments.ts";
import { refusalBlocks } from "../../src/chat/platform/refusal-blocks.ts";
import { cut, oneLine } from "../../src/chat/platform/text.ts";
import { escapeText } from "./markdown.ts";
import { quiet, renderMessage } from "./render.ts";
import type { Whisper } from "./responses.ts";
import { textFile } from "./upload.ts";

/** Longer texts are cut on the message, and go along whole as a file. */
const longText = 1_500;
/** Bytes; Discord takes 10 MiB. */
const longestFile = 4 * 1024 * 1024;
const fileName = "output.txt";

/** What one person is told about what they asked. The thread of a deployment is not drawn here. */
export function wording(
  reply: Reply,
  root: MessageRef | null,
  guildId: string,
  pictures: readonly Attachment[],
): Whisper {
  switch (reply.kind) {
    case "started": {
      const line = escapeText(oneLine(reply.text), 1_500);
      const follow =
        root === null
          ? "It shows in the channel."
          : `[Follow it in its thread](https://discord.com/channels/${guildId}/${root.channel}/${root.id})`;
      return plainly(`Started: ${line}\n${follow}`);
    }
    case "answer":
      return withFiles(reply.text, reply.blocks, pictures);
    case "refused":
      return withFiles(reply.message, refusalBlocks(reply), []);
  }
}

/** A line with a link of ours in it. */
function plainly(content: string): Whisper {
  return {
    body: { ...quiet, components: [{ type: ComponentType.TextDisplay, content }] },
    files: undefined,
  };
}

/** What does not fit on the message, or is a picture, goes along as a file. */
function withFiles(line: string, blocks: readonly Block[], pictures: readonly Attachment[]): Whisper {
  const body = renderMessage({ text: line, blocks, mention: null });
  const long = blocks.filter((block) => block.kind === "code" && block.text.length > longText);
  const whole = long.map((block) => (block.kind === "code" ? block.text : "")).join("\n\n");
  const texts = whole === "" ? [] : [textFile(fileName, lastBytes(whole))];
  const files = [...texts, ...pictures.map(pictureFile)];
  return files.length === 0
    ? { body, files: undefined }
    : {
        body: {
          ...body,
          components: [
            ...body.components,
            ...texts.map(
              ({ name }) => ({ type: ComponentType.File, file: { url: `attachment://${name}` } }) as const,
            ),
            ...pictures.map(gallery),
          ],
          // An edit has to name every attachment that should be there afterwards.
          attachments: files.map(({ name }, id) => ({ id: String(id), filename: name })),
        },
        files,
      };
}

function pictureFile({ name, content }: Attachment) {
  return { name, data: Buffer.from(content), contentType: "image/png" };
}

/** As many characters as Discord takes for what a picture shows. */
const longestAlt = 1_000;

function gallery({ name, alt }: Attachment) {
  const description = cut(oneLine(alt), longestAlt);
  const media = { url: `attachment://${name}` };
  return {
    type: ComponentType.MediaGallery as const,
    items: [{ media, ...(description === "" ? {} : { description }) }],
  };
}

function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= longestFile ? text : bytes.subarray(-longestFile).toString();
}
