import type { OutFile } from "../../src/chat/channel.ts";
import { fieldsOf, listOf } from "../../src/chat/platform/json.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import { findMessage } from "./find-post.ts";
import type { WebClient } from "./types.ts";

const uploadTimeout = 30_000;

/** Three steps: an address, the content, and the share into the thread; docs.slack.dev/messaging/working-with-files. */
export async function upload(
  parts: { readonly client: WebClient; readonly bot: string; readonly log: PlatformLog },
  file: OutFile,
  since: number | null,
): Promise<void> {
  const { channel, id: thread } = file.thread;
  if (since !== null && (await isThere(parts, file, since))) {
    return;
  }
  const content = Buffer.from(file.content.length === 0 ? "(empty)\n" : file.content);
  const { client } = parts;
  const place = await client.files.getUploadURLExternal({ filename: file.name, length: content.length });
  if (place.upload_url === undefined || place.file_id === undefined) {
    throw new Error("Slack gave no address for the file");
  }
  const sent = await fetch(place.upload_url, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: content,
    signal: AbortSignal.timeout(uploadTimeout),
  });
  await sent.body?.cancel();
  if (!sent.ok) {
    throw new Error(`Slack's upload address answered ${sent.status}`);
  }
  await client.files.completeUploadExternal({
    files: [{ id: place.file_id, title: file.title }],
    channel_id: channel,
    thread_ts: thread,
  });
}

/** A message with a file carries no metadata, so the file's name has to do: it is the only one in its thread. */
async function isThere(parts: Parameters<typeof upload>[0], file: OutFile, since: number): Promise<boolean> {
  const search = { channel: file.thread.channel, thread: file.thread.id, since };
  const found = await findMessage(parts, search, (message) =>
    listOf(message["files"]).some((one) => fieldsOf(one)["name"] === file.name),
  );
  return found !== null;
}
