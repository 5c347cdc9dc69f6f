import { type Block, heading, table, text } from "../chat/blocks.ts";
import type { Deployment } from "../deploy/deployment.ts";

/** Past deployments: who, what, why, when, how long, and how it went. */
export function historyBlocks(host: string | null, past: readonly Deployment[]): Block[] {
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
        ]
          .filter(Boolean)
          .join(", "),
        deployment.requestedBy.name,
        deployment.outcome ?? `in ${deployment.phase}`,
        duration(deployment),
        deployment.id,
      ]),
    ),
  ];
}

function duration({ createdAt, finishedAt }: Deployment): string {
  return finishedAt === null ? "" : ((Date.parse(finishedAt) - Date.parse(createdAt)) / 1000).toFixed(0);
}
