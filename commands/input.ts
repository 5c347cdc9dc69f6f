import { z } from "zod";
import type { Typed, Value, ValueOf, Word } from "../src/chat/spec.ts";

/** Pieces for the `input` of commands. Their messages are sentences for people. */

export function typed(words: { readonly least: number; readonly most: number; readonly what: string }) {
  return z
    .custom<Typed>()
    .refine((input) => input.words.length >= words.least && input.words.length <= words.most, {
      error: words.what,
    });
}

export function flagText(input: Typed, name: string): string | null {
  const value = input.flags[name];
  return typeof value === "string" ? value : null;
}

export function hasFlag(input: Typed, name: string): boolean {
  return input.flags[name] === true;
}

/** A whole number from 1 on, as typed; undefined when it is not one. */
export function positive(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** A word that must be there. */
export function word(name: string, label: string, of: ValueOf, summary: string): Word {
  return { name, value: { label, of }, isRequired: true, summary };
}

export function optional(given: Word): Word {
  return { ...given, isRequired: false };
}

export const hostWord = word("host", "HOST", { kind: "host" }, "a host of the fleet");
export const hostsWord = word("host", "HOST", { kind: "hosts" }, "a host, several, @tag or all");
export const idWord = word("id", "ID", { kind: "deployment" }, "a deployment, such as d-20261123-7f3a");
export const refValue: Value = { label: "REF", of: { kind: "ref" } };
