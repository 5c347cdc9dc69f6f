import assert from "node:assert/strict";
import { MessageFlags } from "discord.js";
import { ApiError } from "../../../fakes/discord/api.ts";
import type { Fields } from "../../../fakes/slack/json.ts";

export const text = (length: number) => "x".repeat(length);
export const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

/** Where and with which word it is refused; nothing when it is taken. */
export function refusals(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    assert.ok(error instanceof ApiError);
    const found = error.problems.map((it) => `${it.at.join(".")} ${it.code}`);
    return found.length > 0 ? found : [String(error.code)];
  }
}

export const v2 = MessageFlags.IsComponentsV2;
export const button = (more: Fields = {}) => ({ type: 2, style: 1, label: "x", custom_id: "x", ...more });
export const row = (...components: Fields[]) => ({ type: 1, components });
export const withRows = (...components: Fields[]) => ({ content: "x", components });
export const withButton = (more: Fields) => withRows(row(button(more)));
export const display = (content: string) => ({ type: 10, content });
export const inV2 = (...components: Fields[]) => ({ flags: v2, components });

export const container = (...components: Fields[]) => ({ type: 17, components });

export const input = (more: Fields = {}) => ({ type: 4, style: 1, custom_id: "x", ...more });
export const label = (component: Fields, more: Fields = {}) => ({ type: 18, label: "x", component, ...more });
export const modal = (more: Fields = {}) => ({
  custom_id: "x",
  title: "x",
  components: [label(input())],
  ...more,
});

export const named = (name: string, more: Fields = {}) => ({ name, description: "x", ...more });
