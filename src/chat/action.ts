import { z } from "zod";
import { type CommandRequest, commandRequestSchema } from "../deploy/command-request.ts";
import { digestPattern } from "../deploy/consent.ts";
import { recordActs } from "../deploy/follow-up.ts";

/** What a button does, as data. A surface carries it to the click and back, and checks it with this schema there. */

const id = z.string().regex(/^[dr]-\d{8}-[0-9a-f]{4}$/);

export const buttonActionSchema = z.discriminatedUnion("kind", [
  /** `digest` is of the set that the card shows; null for a cancel, and on a card of an older bot. */
  z.strictObject({
    kind: z.literal("decide"),
    about: id,
    decision: z.enum(["switch", "cancel"]),
    digest: z.string().regex(digestPattern).nullable(),
  }),
  /** What follows on a record, which knows the rest. */
  z.strictObject({ kind: z.literal("act"), act: z.enum(recordActs), about: id }),
  z.strictObject({ kind: z.literal("request"), request: commandRequestSchema }),
]);
export type ButtonAction = z.infer<typeof buttonActionSchema>;

/** What was on a button of an older bot: a typed command. */
export interface OldButton {
  readonly kind: "old";
  readonly text: string;
}

/** Short, as Discord takes 100 characters: an id or two, or the request as JSON. */
export function encodeAction(action: ButtonAction): string {
  switch (action.kind) {
    case "decide":
      return [
        "decide",
        action.decision,
        action.about,
        ...(action.digest === null ? [] : [action.digest]),
      ].join(":");
    case "act":
      return `act:${action.act}:${action.about}`;
    case "request": {
      const { command, words, flags } = action.request;
      return `ask:${JSON.stringify([command, words, flags])}`;
    }
  }
}

/** Null for what no button of ours can carry. */
export function decodeAction(value: string): ButtonAction | OldButton | null {
  if (value.startsWith("say:/")) {
    return { kind: "old", text: value.slice(4) };
  }
  const read = buttonActionSchema.safeParse(rawAction(value));
  return read.success ? read.data : null;
}

function rawAction(value: string): unknown {
  if (value.startsWith("ask:")) {
    const [command, words, flags, ...more] = listIn(value.slice(4));
    return more.length > 0 ? null : { kind: "request", request: { command, words, flags } };
  }
  const [kind, verb, about, digest = null, ...more] = value.split(":");
  if (more.length > 0) {
    return null;
  }
  return kind === "decide"
    ? { kind, about, decision: verb, digest }
    : digest === null
      ? { kind, act: verb, about }
      : null;
}

function listIn(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

export function requestAction(request: CommandRequest): ButtonAction {
  return { kind: "request", request };
}
