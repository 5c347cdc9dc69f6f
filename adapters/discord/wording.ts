import { ComponentType } from "discord.js";
import type { Block } from "../../src/chat/blocks.ts";
import type { MessageRef } from "../../src/chat/channel.ts";
import type { Reply } from "../../src/chat/desk.ts";
import { refusalBlocks } from "../../src/chat/platform/refusal-blocks.ts";
import { oneLine } from "../../src/chat/platform/text.ts";
import { escapeText } from "./markdown.ts";
import { quiet, type Rendered, renderMessage } from "./render.ts";
import type { Whisper } from "./responses.ts";
import { textFile } from "./upload.ts";

/** Longer texts are cut on the message, and go along whole as a file. */
const longText = 1_500;
/** Bytes; Discord takes 10 MiB. */
const longestFile = 4 * 1024 * 1024;
const fileName = "output.txt";

/** What one person is told about what they asked. The thread of a deployment is not drawn here. */
export function wording(reply: Reply, root: MessageRef | null, guildId: string): Whisper {
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
      return withLongText(reply.text, reply.blocks);
    case "refused":
      return withLongText(reply.message, refusalBlocks(reply));
  }
}

/** A line with a link of ours in it. */
function plainly(content: string): Whisper {
  return {
    body: { ...quiet, components: [{ type: ComponentType.TextDisplay, content }] },
    files: undefined,
  };
}

function withLongText(line: string, blocks: readonly Block[]): Whisper {
  const body = renderMessage({ text: line, blocks, mention: null });
  const long = blocks.filter((block) => block.kind === "code" && block.text.length > longText);
  const whole = long.map((block) => (block.kind === "code" ? block.text : "")).join("\n\n");
  return whole === ""
    ? { body, files: undefined }
    : { body: withFile(body), files: [textFile(fileName, lastBytes(whole))] };
}

function withFile(body: Rendered): Rendered {
  return {
    ...body,
    components: [...body.components, { type: ComponentType.File, file: { url: `attachment://${fileName}` } }],
    // An edit has to name every attachment that should be there afterwards.
    attachments: [{ id: "0", filename: fileName }],
  };
}

function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= longestFile ? text : bytes.subarray(-longestFile).toString();
}
