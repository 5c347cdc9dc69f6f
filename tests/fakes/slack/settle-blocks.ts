import { randomBytes } from "node:crypto";
import { type Fields, isFields } from "./json.ts";

const shortId = () => randomBytes(4).toString("base64").slice(0, 5);

const interactive =
  /^(button|workflow_button|overflow|checkboxes|radio_buttons|.*_select|.*picker|.*_input)$/;

/** As Slack keeps them: with the ids and defaults that were left out, so that a click can name what was clicked. */
export function settleBlocks(blocks: readonly Fields[]): Fields[] {
  return blocks.map((block) => ({
    ...(settle(block) as Fields),
    block_id: block["block_id"] ?? shortId(),
    ...(block["type"] === "input" && {
      optional: block["optional"] ?? false,
      dispatch_action: block["dispatch_action"] ?? false,
    }),
  }));
}

function settle(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(settle);
  }
  if (!isFields(value)) {
    return value;
  }
  const settled = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, settle(inner)]));
  const type = String(value["type"]);
  if (type === "plain_text") {
    return { ...settled, emoji: value["emoji"] ?? true };
  }
  if (type === "mrkdwn") {
    return { ...settled, verbatim: value["verbatim"] ?? false };
  }
  if (interactive.test(type)) {
    return { ...settled, action_id: value["action_id"] ?? shortId() };
  }
  return settled;
}
