import { type Block, text } from "../chat/blocks.ts";
import type { Deployment } from "../deploy/deployment.ts";

/** A known error by its name, the line that shows it, and where in the flake it is. The advice is the record's help. */
export function diagnosisBlocks({ diagnosis, help }: Pick<Deployment, "diagnosis" | "help">): Block[] {
  if (diagnosis === null) {
    return [];
  }
  const { title, line, where, advice } = diagnosis;
  const place = where === null ? "" : ` (${where})`;
  return [text(`${title}${place}: ${line}`, "bad"), ...(help === advice ? [] : [text(advice, "info")])];
}
