import { type Block, list, text } from "../chat/blocks.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { findingLine } from "../deploy/findings.ts";

/** Every check as a line, those with trouble with what to do about it. */
export function checkBlocks({ checks }: Pick<Deployment, "checks">): Block[] {
  if (checks.length === 0) {
    return [];
  }
  const troubled = checks.filter(({ state }) => state !== "ok");
  const title = troubled.length === 0 ? "Checks: all well" : `Checks: ${troubled.length} to look at`;
  return [
    list(
      title,
      checks.map((one) => `${findingLine(one)}${one.help === null ? "" : ` ${one.help}`}`),
      troubled.length === 0,
    ),
  ];
}

/** Only what somebody should know before a click. */
export function checkTrouble({ checks }: Pick<Deployment, "checks">): Block[] {
  return checks
    .filter(({ state }) => state !== "ok")
    .map(({ name, detail, help, state }) =>
      text(`${name}: ${detail}${help === null ? "" : ` ${help}`}`, state === "failed" ? "bad" : "warning"),
    );
}
