import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { parseNotice } from "../fleet/notices.ts";
import { parseWindow } from "../fleet/windows.ts";
import { hostNamePattern, isRefName } from "../nix/flake.ts";
import { duration } from "./durations.ts";
import { conflictsIn } from "./fleet-conflicts.ts";
import { mistakesOf, offsetOf, placeText, yamlMistake } from "./fleet-mistakes.ts";
import { byteSize } from "./sizes.ts";

/** fleet.yaml: what the flake does not say about the hosts. Every key has a default. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const ref = z.string().refine(isRefName, "is not the name of a git branch, tag or revision");
const unitName = z
  .string()
  .regex(
    /^[A-Za-z0-9:_.@\\-]+\.(service|socket|timer|path|mount|target)$/,
    "is not the name of a unit, such as nginx.service",
  );
const unitGlob = z
  .string()
  .max(256)
  .regex(
    /^[A-Za-z0-9:_.@\\*?-]*[A-Za-z0-9][A-Za-z0-9:_.@\\*?-]*$/,
    "is not the name of a unit, in which * stands for any text and ? for one character, such as backup-*.service",
  );
const user = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "is not a user name");
/** A name or address; nothing that ssh could take for an option or a user. */
const address = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, "is not a host name or address");

const checkSchema = z.union(
  [
    z.strictObject({ http: z.url({ protocol: /^https?$/ }) }),
    z.strictObject({ tcp: z.string().regex(/^[A-Za-z0-9.-]+:\d{1,5}$/) }),
    z.strictObject({ command: z.array(z.string().min(1)).min(1) }),
  ],
  { error: 'is not a check: { http: "http://…" }, { tcp: "host:port" } or { command: ["…"] }' },
);

const window = z.string().transform((text, context) => {
  const found = parseWindow(text);
  if (found === null) {
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(text)} is not a window, such as "Mon-Thu 09:00-17:00 Europe/Berlin"`,
    });
    return z.NEVER;
  }
  return found;
});

const notice = z.string().transform((text, context) => {
  const found = parseNotice(text);
  if (found === null) {
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(text)} is not a channel: write "#name" or "slack:C…" for Slack, "discord:ID" for Discord`,
    });
    return z.NEVER;
  }
  return found;
});

/** What may stand under `defaults`, and again under a host. */
const hostSettings = {
  targetUser: user,
  targetPort: z.int().min(1).max(65535),
  via: z.enum(["builder", "direct"]),
  settle: duration(0, 10 * minute),
  approveWithin: duration(second, 24 * hour),
  activateWithin: duration(10 * second, hour),
  ackWithin: duration(5 * second, 30 * minute),
  commitWithin: duration(5 * second, hour),
  rollbackWithin: duration(10 * second, hour),
  rebootWithin: duration(30 * second, 2 * hour),
  substitutes: z.boolean(),
  whenBusy: z.enum(["wait", "refuse"]),
  queueWithin: duration(second, 24 * hour),
  lockAfterRollback: z.boolean(),
  approvals: z.int().min(1).max(10),
  windows: z.array(window),
};

const defaultsSchema = z.strictObject({
  ref: ref.default("origin/main"),
  refs: z.array(ref).min(1).optional(),
  /** Whether a revision is built whose flake.lock does not pin all its inputs. */
  unlockedInputs: z.enum(["refuse", "allow"]).default("refuse"),
  /** The most of one deployment's log that is kept, in bytes: its beginning and its end. */
  logSize: byteSize(1e6).default(256 * 2 ** 20),
  targetUser: hostSettings.targetUser.default("root"),
  targetPort: hostSettings.targetPort.default(22),
  via: hostSettings.via.default("builder"),
  settle: hostSettings.settle.default(15 * second),
  approveWithin: hostSettings.approveWithin.default(30 * minute),
  activateWithin: hostSettings.activateWithin.default(5 * minute),
  ackWithin: hostSettings.ackWithin.default(90 * second),
  commitWithin: hostSettings.commitWithin.default(5 * minute),
  rollbackWithin: hostSettings.rollbackWithin.default(5 * minute),
  rebootWithin: hostSettings.rebootWithin.default(10 * minute),
  substitutes: hostSettings.substitutes.default(false),
  whenBusy: hostSettings.whenBusy.default("wait"),
  queueWithin: hostSettings.queueWithin.default(2 * hour),
  lockAfterRollback: hostSettings.lockAfterRollback.default(true),
  approvals: hostSettings.approvals.default(1),
  windows: hostSettings.windows.default([]),
  /** Units that no verdict counts; a host's own are added to these. */
  ignoreUnits: z.array(unitGlob).max(200).default([]),
});

const hostSchema = z.strictObject({
  ...z.object(hostSettings).partial().shape,
  targetHost: address.optional(),
  tags: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "is not a tag: small letters, digits and dashes"))
    .default([]),
  risk: z.enum(["low", "medium", "high"]).default("medium"),
  critical: z.array(unitName).default([]),
  ignoreUnits: z.array(unitGlob).max(200).default([]),
  /** How long it is watched after each deployment. */
  monitor: duration(second, 24 * hour).optional(),
  /** It goes back by itself where it stops being well while it is watched. */
  rollBackOnAlarm: z.boolean().default(false),
  checks: z.array(checkSchema).default([]),
  roles: z.array(z.string()).default(["deployer"]),
  /** Channels that are told before and after the host changes, beside the one with the threads. */
  notify: z.array(notice).max(10).default([]),
  /** Where somebody sees the machine's screen when nothing else reaches it. */
  console: z.url({ protocol: /^https$/, error: "is not an https address" }).optional(),
  /** Files that have to be on the host, with something in them, before anything is deployed to it. */
  secrets: z
    .array(z.string().regex(/^\/[^\0\n]+$/, "is not an absolute path"))
    .max(200)
    .default([]),
});

const personSchema = z
  .strictObject({ slack: z.string(), discord: z.string(), web: z.string(), terminal: z.string() })
  .partial();

const fleetFileSchema = z.strictObject({
  defaults: defaultsSchema.prefault({}),
  hosts: z
    .record(
      z.string().regex(hostNamePattern, "is not a host name"),
      hostSchema.nullable().transform((host) => host ?? hostSchema.parse({})),
    )
    .default({}),
  people: z.record(z.string(), personSchema).default({}),
  roles: z.record(z.string(), z.array(z.string())).default({}),
});

export type FleetFile = z.infer<typeof fleetFileSchema>;

export type FleetFileResult =
  | { readonly kind: "ok"; readonly file: FleetFile }
  | { readonly kind: "wrong"; readonly mistakes: readonly string[] };

/** Reads the text of fleet.yaml; every mistake is named with its line. */
export function parseFleetFile(text: string): FleetFileResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  if (document.errors.length > 0) {
    return {
      kind: "wrong",
      mistakes: document.errors.map((error) => `${placeText(lines, error.pos[0])}${yamlMistake(error)}`),
    };
  }
  let content: unknown;
  try {
    content = document.toJS() ?? {};
  } catch (error) {
    // Aliases of aliases of aliases, which would fill the memory.
    return { kind: "wrong", mistakes: [error instanceof Error ? error.message : String(error)] };
  }
  const result = fleetFileSchema.safeParse(content);
  const found = result.success
    ? conflictsIn(result.data)
    : result.error.issues.flatMap((issue) => mistakesOf(issue, settingsAt));
  const mistakes = found.map((mistake) => {
    const offset = offsetOf(document, mistake);
    const where = offset === null ? "" : placeText(lines, offset);
    const path = mistake.path.join(".");
    return `${where}${path === "" ? "" : `${path}: `}${mistake.text}`;
  });
  return mistakes.length > 0 || !result.success
    ? { kind: "wrong", mistakes }
    : { kind: "ok", file: result.data };
}

/** The settings that may stand at a place. */
function settingsAt([first, ...rest]: readonly PropertyKey[]): readonly string[] {
  switch (first) {
    case undefined:
      return Object.keys(fleetFileSchema.shape);
    case "defaults":
      return Object.keys(defaultsSchema.shape);
    case "people":
      return ["slack", "discord", "web", "terminal"];
    case "hosts":
      return rest.length === 1 ? Object.keys(hostSchema.shape) : [];
    default:
      return [];
  }
}
