import { z } from "zod";
import { visible } from "../text/visible.ts";
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
  // Nix's own errors have a raw_msg. A build's output that looks like such a line is passed on without one
  // (handleJSONLogMessage in Nix's logging.cc).
  z.object({
    action: z.literal("msg"),
    level: z.number(),
    msg: z.string(),
    raw_msg: z.string().optional(),
  }),
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
        return { log: cutMessage(line), progress: null };
      case "msg": {
        if (message.level > infoLevel) {
          return nothing;
        }
        const isNix = message.raw_msg !== undefined || names.size === 0;
        return { log: isNix ? visible(message.msg) : fromBuild("build", message.msg), progress: null };
      }
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
            log: fromBuild(names.get(message.id) ?? "build", String(message.fields[0] ?? "")),
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

/** What a build printed, each line under its name, so that it passes for nothing that Nix says. */
function fromBuild(name: string, text: string): string {
  return visible(text)
    .split("\n")
    .map((line) => `${name}> ${line}`)
    .join("\n");
}

/** So much is shown of a line that was too long to be read whole. */
const longestShown = 2_000;

/** A message that was cut on its way, or is none: the text in it is shown, never its JSON. */
function cutMessage(line: string): string {
  const text = /"(?:fields":\[|msg":)"((?:[^"\\]|\\.){0,2000})/.exec(line)?.[1];
  return text === undefined
    ? fromBuild("build", "(a message that cannot be read)")
    : fromBuild("build", `${unquoted(text).slice(0, longestShown)} … (a line too long to be shown whole)`);
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
