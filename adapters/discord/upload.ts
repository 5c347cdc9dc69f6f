import { Routes } from "discord.js";
import type { OutFile } from "../../src/chat/channel.ts";
import { fieldsOf, listOf } from "../../src/chat/platform/json.ts";
import { cut, oneLine } from "../../src/chat/platform/text.ts";
import { type FindParts, findMessage, since as idSince } from "./find-post.ts";
import { limits } from "./limits.ts";
import { escapeText } from "./markdown.ts";
import { nonceOf } from "./marker.ts";

/** Sends a file into its thread; one that an earlier try sent is found by its name, the only one in its thread. */
export async function upload(parts: FindParts, file: OutFile, since: number | null): Promise<void> {
  const thread = file.thread.id;
  const isThere =
    since !== null &&
    (await findMessage(parts, thread, idSince(since), ({ attachments }) =>
      listOf(attachments).some((one) => fieldsOf(one)["filename"] === file.name),
    )) !== null;
  if (isThere) {
    return;
  }
  await parts.api("POST", Routes.channelMessages(thread), {
    body: {
      content: cut(escapeText(oneLine(file.title), 500), limits.content),
      allowed_mentions: { parse: [] },
      attachments: [{ id: "0", filename: file.name }],
      nonce: nonceOf(file.key),
      enforce_nonce: true,
    },
    files: [textFile(file.name, file.content)],
  });
}

export function textFile(name: string, content: string | Uint8Array) {
  return {
    name,
    data: Buffer.from(content.length === 0 ? "(empty)\n" : content),
    contentType: "text/plain; charset=utf-8",
  };
}
