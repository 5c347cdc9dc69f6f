import { type CommandRequest, commandRequest } from "../deploy/command-request.ts";
import type { RecordAct } from "../deploy/follow-up.ts";
import { type ButtonAction, requestAction } from "./action.ts";
import { requestText } from "./command-text.ts";

/**
 * The message model: what the bot says, as data. Views make blocks, every surface renders them with one
 * exhaustive switch. Text is plain: a surface escapes it, so that no log line becomes markup or a mention.
 */
export type Tone = "neutral" | "info" | "good" | "warning" | "bad";

export type StepState = "waiting" | "running" | "done" | "failed" | "skipped";

/** One phase of a deployment on the card. `progress` is 0 to 1, or null when nothing is known of it. */
export interface StepItem {
  readonly name: string;
  readonly state: StepState;
  readonly detail: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly progress: number | null;
}

/** A button, or what stands in its place on a surface without buttons: `command` is its typed twin, made from the action. */
export interface Button {
  readonly label: string;
  readonly style: "primary" | "danger" | "plain";
  readonly action: ButtonAction;
  readonly command: string;
}

export type { ButtonAction } from "./action.ts";

export interface Field {
  readonly name: string;
  readonly value: string;
  /** How much of it is used up, 0 to 1: a surface may draw it as a bar. */
  readonly share?: number;
}

export interface LinkItem {
  readonly text: string;
  readonly url: string | null;
}

export type Block =
  | { readonly kind: "heading"; readonly text: string; readonly tone: Tone }
  | { readonly kind: "text"; readonly text: string; readonly tone: Tone }
  | { readonly kind: "fields"; readonly fields: readonly Field[] }
  | { readonly kind: "steps"; readonly steps: readonly StepItem[] }
  | {
      readonly kind: "table";
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  | {
      readonly kind: "list";
      readonly title: string;
      readonly items: readonly string[];
      readonly folded: boolean;
    }
  | { readonly kind: "code"; readonly title: string; readonly text: string }
  /** Lines, some of which lead somewhere. A surface shows the text alone where the address is not a plain one. */
  | { readonly kind: "links"; readonly title: string; readonly items: readonly LinkItem[] }
  /** `alt` says in words what the picture shows, for platforms and people that do not see it. */
  | { readonly kind: "picture"; readonly alt: string; readonly svg: string }
  | { readonly kind: "buttons"; readonly buttons: readonly Button[] }
  /** What became of buttons that can decide nothing any more, whose labels are kept. */
  | {
      readonly kind: "decision";
      readonly text: string;
      readonly tone: Tone;
      readonly labels: readonly string[];
    };

export function heading(text: string, tone: Tone = "neutral"): Block {
  return { kind: "heading", text, tone };
}

export function text(value: string, tone: Tone = "neutral"): Block {
  return { kind: "text", text: value, tone };
}

export function fields(entries: Readonly<Record<string, string | number | null | undefined>>): Block {
  const shown = Object.entries(entries).flatMap(([name, value]) =>
    value === null || value === undefined || value === "" ? [] : [{ name, value: String(value) }],
  );
  return { kind: "fields", fields: shown };
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): Block {
  return { kind: "table", columns, rows };
}

export function list(title: string, items: readonly string[], folded = false): Block {
  return { kind: "list", title, items, folded };
}

export function links(title: string, items: readonly LinkItem[]): Block {
  return { kind: "links", title, items };
}

export function picture(alt: string, svg: string): Block {
  return { kind: "picture", alt, svg };
}

export function code(title: string, value: string): Block {
  return { kind: "code", title, text: value };
}

export function buttons(...items: readonly Button[]): Block {
  return { kind: "buttons", buttons: items };
}

/** A button that asks for something in the name of the person who clicks. */
export function requestButton(
  label: string,
  request: CommandRequest,
  style: Button["style"] = "plain",
): Button {
  return { label, style, action: requestAction(request), command: requestText(request) };
}

/** The same for what a record knows: the button carries the record's id and the act alone. */
export function actButton(
  label: string,
  act: RecordAct,
  about: string,
  request: CommandRequest | null,
  style: Button["style"] = "plain",
): Button[] {
  return request === null
    ? []
    : [{ label, style, action: { kind: "act", act, about }, command: requestText(request) }];
}

/** Says yes to the set that has this digest. */
export function yesButton(label: string, about: string, digest: string, style: Button["style"]): Button {
  const command = requestText(commandRequest("confirm", [about, digest]));
  return { label, style, action: { kind: "decide", about, decision: "switch", digest }, command };
}

export function cancelButton(about: string, label = "Cancel"): Button {
  return {
    label,
    style: "plain",
    action: { kind: "decide", about, decision: "cancel", digest: null },
    command: requestText(commandRequest("cancel", [about])),
  };
}
