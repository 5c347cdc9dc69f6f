import { z } from "zod";
import type { Typed } from "../src/chat/spec.ts";

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
