import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { wholeNumber } from "./whole-number.ts";

/**
 * Reads the lines of `--log-format internal-json`. Numbers are those of Nix's logging.hh: activity types
 * 102 copyPaths, 103 queryPathInfo … 104 builds, 105 build; results 101 a line of a build's log,
 * 105 progress as [done, expected, running, failed].
 */
const activity = { copyPaths: 102, builds: 104, build: 105 };
const result = { buildLogLine: 101, progress: 105, postBuildLogLine: 107 };

const messageSchema = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("start"),
    id: z.number(),
    type: z.number(),
    text: z.string().default(""),
    fields: z.array(z.union([z.string(), z.number()])).default([]),
  }),
  z.object({ action: z.literal("stop"), id: z.number() }),
  z.object({
    action: z.literal("result"),
    id: z.number(),
    type: z.number(),
    fields: z.array(z.union([z.string(), z.number()])).default([]),
  }),
  z.object({ action: z.literal("msg"), level: z.number(), msg: z.string() }),
]);

export interface NixProgress {
  readonly done: number;
  readonly expected: number;
  readonly text: string;
}

export interface NixLine {
  /** What belongs into the log; null when the line says nothing for people. */
  readonly log: string | null;
  readonly progress: NixProgress | null;
}

const nothing: NixLine = { log: null, progress: null };
/** Nix's verbosity: 0 error, 1 warn, 2 notice, 3 info; what is above is chatter. */
const infoLevel = 3;

/** Follows one nix process: feed it every line of stderr, in order. */
export function nixLogReader(counted: "builds" | "copyPaths"): (line: string) => NixLine {
  const names = new Map<number, string>();
  const counters = new Set<number>();
  let last: NixProgress | null = null;

  return (line) => {
    if (!line.startsWith("@nix ")) {
      return line.trim() === "" ? nothing : { log: line, progress: null };
    }
    const message = parse(line.slice("@nix ".length));
    switch (message?.action) {
      case undefined:
        return { log: line, progress: null };
      case "msg":
        return message.level <= infoLevel ? { log: stripColours(message.msg), progress: null } : nothing;
      case "stop":
        names.delete(message.id);
        return nothing;
      case "start": {
        if (message.type === activity[counted]) {
          counters.add(message.id);
        }
        if (message.type !== activity.build) {
          return nothing;
        }
        const name = derivationName(String(message.fields[0] ?? message.text));
        names.set(message.id, name);
        last = { done: last?.done ?? 0, expected: last?.expected ?? 0, text: `building ${name}` };
        return { log: `building ${name}`, progress: last };
      }
      case "result": {
        if (message.type === result.buildLogLine || message.type === result.postBuildLogLine) {
          return {
            log: `${names.get(message.id) ?? "build"}> ${stripColours(String(message.fields[0] ?? ""))}`,
            progress: null,
          };
        }
        if (message.type === result.progress && counters.has(message.id)) {
          const [done, expected] = message.fields.map((field) => wholeNumber(String(field)) ?? 0);
          last = { done: done ?? 0, expected: expected ?? 0, text: last?.text ?? "" };
          return { log: null, progress: last };
        }
        return nothing;
      }
    }
  };
}

function parse(json: string): z.infer<typeof messageSchema> | null {
  try {
    return messageSchema.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}

/** `/nix/store/…-nginx-1.27.5.drv` → `nginx-1.27.5`. */
function derivationName(path: string): string {
  return path.replace(/^.*\/[0-9a-z]{32}-/, "").replace(/\.drv$/, "");
}

function stripColours(text: string): string {
  return stripVTControlCharacters(text);
}
