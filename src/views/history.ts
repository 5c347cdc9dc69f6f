import { type Block, heading, table, text } from "../chat/blocks.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { madeGeneration } from "../deploy/modes.ts";
import { disagreement } from "../nix/systems.ts";

/**
 * Past deployments: who, what, why, when, how long, and how it went. `leftWhy` tells why a system that one brought was gone
 * back from since.
 */
export function historyBlocks(
  host: string | null,
  past: readonly Deployment[],
  leftWhy: (deployment: Deployment) => string | null = () => null,
): Block[] {
  if (past.length === 0) {
    return [
      text(host === null ? "Nothing has been deployed yet." : `Nothing has been deployed to ${host} yet.`),
    ];
  }
  return [
    heading(host === null ? "History" : `History of ${host}`),
    table(
      ["When (UTC)", "Host", "What", "Who", "Outcome", "Seconds", "Id"],
      past.map((deployment) => [
        deployment.createdAt.slice(0, 16).replace("T", " "),
        deployment.host,
        [
          deployment.mode,
          deployment.revision?.slice(0, 7),
          deployment.noRollback === true ? "--no-rollback" : null,
          deployment.reason,
          // What ran and what would have booted, where those were two.
          deployment.before === null ? null : disagreement(deployment.before),
        ]
          .filter(Boolean)
          .join(", "),
        deployment.requestedBy.name,
        [
          deployment.outcome ?? `in ${deployment.phase}`,
          madeGeneration(deployment) ? leftWhy(deployment) : null,
        ]
          .filter(Boolean)
          .join("; "),
        duration(deployment),
        deployment.id,
      ]),
    ),
  ];
}

function duration({ createdAt, finishedAt }: Deployment): string {
  return finishedAt === null ? "" : ((Date.parse(finishedAt) - Date.parse(createdAt)) / 1000).toFixed(0);
}
