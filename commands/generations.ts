import type { Reply } from "../src/chat/desk.ts";
import { refusalFor } from "../src/chat/dispatch.ts";
import { type Call, command } from "../src/chat/spec.ts";
import { generationsBlocks } from "../src/views/generations.ts";
import { hostWord, typed } from "./input.ts";

export const generations = command({
  name: "generations",
  words: [hostWord],
  summary: "Lists a host's generations: number, date, NixOS version, kernel, revision, and who deployed it.",
  examples: ["/generations yoga"],
  flags: [],
  input: typed({ least: 1, most: 1, what: "/generations takes one host." }).transform((input) => ({
    host: input.words[0] ?? "",
  })),
  handle: async ({ host }, call) => refusalFor(call, "view", host) ?? generationsReply(call, host, false),
});

/** With `buttons`, each earlier generation gets a button that rolls back to it. */
export async function generationsReply({ tools }: Call, host: string, buttons: boolean): Promise<Reply> {
  const found = await tools.engine.generations(host);
  if ("kind" in found) {
    return found;
  }
  const past = await tools.store.deployments({ host, limit: 500 });
  return {
    kind: "answer",
    text: `${host} has ${found.length} generation${found.length === 1 ? "" : "s"}.`,
    blocks: generationsBlocks(host, found, past, buttons),
  };
}
