import { code } from "../src/chat/blocks.ts";
import type { Reply } from "../src/chat/desk.ts";
import { refusalFor } from "../src/chat/dispatch.ts";
import { type Call, command } from "../src/chat/spec.ts";
import { duration } from "../src/config/durations.ts";
import { generationsBlocks } from "../src/views/generations.ts";
import { generationsCsv, generationsJson } from "../src/views/generations-file.ts";
import { actReply } from "./act.ts";
import { flagText, hasFlag, hostWord, positive, typed } from "./input.ts";

const hour = 60 * 60_000;
const age = duration(hour, 20 * 365 * 24 * hour);
const most = 1_000;

export const generations = command({
  name: "generations",
  words: [hostWord],
  summary: "Lists a host's generations, and who deployed each; or deletes older ones, after a click.",
  examples: [
    "/generations yoga",
    "/generations yoga --prune 5",
    "/generations yoga --older-than 30d",
    "/generations yoga --csv",
  ],
  flags: [
    {
      name: "prune",
      value: { label: "KEEP", of: { kind: "integer", least: 1, most } },
      summary: "delete all but the newest so many; never what runs, was booted or boots next",
    },
    {
      name: "older-than",
      value: { label: "TIME", of: { kind: "text" } },
      summary: "delete those made longer ago, such as 5d; with --prune only beyond the newest KEEP",
    },
    { name: "csv", value: null, summary: "the whole list as a CSV file" },
    { name: "json", value: null, summary: "the whole list as JSON" },
  ],
  input: typed({ least: 1, most: 1, what: "/generations takes one host." }).transform((input, context) => {
    const prune = flagText(input, "prune");
    const keep = prune === null ? null : (positive(prune) ?? 0);
    if (keep !== null && (keep < 1 || keep > most)) {
      context.addIssue({ code: "custom", message: `--prune takes a whole number from 1 to ${most}.` });
    }
    const older = flagText(input, "older-than");
    const olderThan = older === null ? null : age.safeParse(older);
    if (olderThan !== null && !olderThan.success) {
      const [issue] = olderThan.error.issues;
      context.addIssue({ code: "custom", message: `--older-than: ${issue?.message ?? "is no duration"}.` });
    }
    const format = hasFlag(input, "csv") ? "csv" : hasFlag(input, "json") ? "json" : null;
    const isPrune = keep !== null || olderThan !== null;
    if ((hasFlag(input, "csv") && hasFlag(input, "json")) || (isPrune && format !== null)) {
      context.addIssue({
        code: "custom",
        message: "Give one of --csv and --json, and neither when deleting.",
      });
    }
    return {
      host: input.words[0] ?? "",
      prune: isPrune ? { keep, olderThan: olderThan?.data ?? null } : null,
      format: format as "csv" | "json" | null,
    };
  }),
  async handle({ host, prune, format }, call) {
    if (prune !== null) {
      return actReply(call, "deploy", { host, mode: "prune", ...prune });
    }
    const refusal = refusalFor(call, "view", host);
    if (refusal !== null) {
      return refusal;
    }
    return format === null ? generationsReply(call, host, false) : fileReply(call, host, format);
  },
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

async function fileReply({ tools }: Call, host: string, format: "csv" | "json"): Promise<Reply> {
  const found = await tools.engine.generations(host);
  if ("kind" in found) {
    return found;
  }
  const past = await tools.store.deployments({ host, limit: 500 });
  const name = `generations-${host}.${format}`;
  const written = format === "csv" ? generationsCsv(found, past) : generationsJson(found, past);
  return { kind: "answer", text: name, blocks: [code(name, written)] };
}
