import { type Block, code, text } from "../chat/blocks.ts";
import type { HostsTrouble } from "../deploy/requests.ts";

/** Where the flake was read. */
export const noHosts = "The flake has no hosts: add one to nixosConfigurations, commit and push.";

/** Why the flake's hosts could not be read, in the machine's own last lines, and what to do; nothing where they could. */
export function unreadBlocks(trouble: HostsTrouble | null): Block[] {
  if (trouble === null) {
    return [];
  }
  const [first = "", ...lines] = trouble.message.split("\n");
  return [
    text(first, "warning"),
    ...(lines.length === 0 ? [] : [code("Its last lines", lines.join("\n"))]),
    ...(trouble.help === null ? [] : [text(trouble.help)]),
  ];
}
