import { hostNamePattern } from "../nix/flake.ts";
import type { Generation } from "../nix/generations.ts";
import type { Deployment } from "./deployment.ts";
import { historyOf, mostPast } from "./generation-history.ts";
import { refuseUnknownHost } from "./inventory.ts";
import { bringsCode } from "./modes.ts";
import type { EngineParts } from "./parts.ts";
import { phases } from "./phases/index.ts";
import { readHostGenerations } from "./read-generations.ts";
import type { Refusal, RollbackRequest, Started } from "./requests.ts";
import { runPhases } from "./run-phases.ts";
import type { Work } from "./work.ts";

/** Goes back to a generation that the host has; needs no flake. */
export async function startRollback(
  parts: EngineParts,
  work: Work,
  request: RollbackRequest,
): Promise<Started | Refusal> {
  const generations = await generationsOf(parts, request.host, await wasDeployed(parts, request.host));
  if ("kind" in generations) {
    return generations;
  }
  const past = await parts.store.deployments({ host: request.host, limit: mostPast });
  const history = historyOf(generations, past);
  const running =
    generations.find(({ isCurrent, isProfile }) => isCurrent && isProfile) ??
    generations.find(({ isCurrent }) => isCurrent);
  const target =
    request.to === "previous"
      ? (history.previous ?? undefined)
      : generations.find((generation) => generation.number === request.to);
  if (target === undefined) {
    return {
      kind: "refused",
      code: "unknown-generation",
      message:
        request.to === "previous"
          ? `${request.host} has no generation before ${running?.number ?? "this one"} that was not rolled back from.`
          : `${request.host} has no generation ${request.to}.`,
      help: `It has ${generations.map(({ number }) => number).join(", ")}.`,
    };
  }
  if (target.isCurrent && target.isProfile) {
    return {
      kind: "refused",
      code: "unknown-generation",
      message: `${request.host} runs generation ${target.number} already.`,
      help: null,
    };
  }
  if (isOther(request.system ?? null, target.toplevel)) {
    return {
      kind: "refused",
      code: "unknown-generation",
      message: `Generation ${target.number} of ${request.host} is another system now than when this was offered.`,
      help: `/rollback ${request.host} lists what there is.`,
    };
  }
  const isForward = !history.isBack(target);
  if (isForward && (request.mayDeploy === false || request.alarmOf !== undefined)) {
    const why = history.leftWhy(target);
    return {
      kind: "refused",
      code: "not-allowed",
      message: `Generation ${target.number} did not run well before what ${request.host} runs now${why === null ? "" : ` (${why})`}: going there is a deployment.`,
      help: `/rollback ${request.host} previous goes back.`,
    };
  }
  if (!isForward) {
    await parts.makeRoom();
  }
  const begun = await work.begin(
    { kind: "rollback", command: request.command, by: request.by, request: request.request ?? null },
    [
      {
        host: request.host,
        mode: "rollback",
        ref: null,
        reason: request.reason ?? null,
        allowAnyRef: request.allowAnyRef === true,
        toplevel: target.toplevel,
        toGeneration: target.number,
        isForward,
        ...(isForward ? codeOf(target.toplevel, past) : {}),
        isForced: isForward && request.isForced === true,
        alarmOf: request.alarmOf ?? null,
      },
    ],
  );
  if ("kind" in begun) {
    return begun;
  }
  if (request.alarmOf === undefined && !isForward) {
    work.endWatching(request.host, request.by);
  }
  for (const task of begun.tasks) {
    work.launch(task, () => runPhases(parts, task, phases.rollback));
  }
  return { kind: "started", run: begun.run, deployments: begun.deployments };
}

/** Whether its code was trusted when it was brought, and which it is; nothing where the bot did not bring it. */
function codeOf(
  toplevel: string,
  past: readonly Deployment[],
): Partial<Pick<Deployment, "isTrusted" | "revision">> {
  const origin = past.find(
    (one) => one.toplevel === toplevel && bringsCode(one.mode) && one.isTrusted !== null,
  );
  return origin === undefined ? {} : { isTrusted: origin.isTrusted, revision: origin.revision };
}

/** A path, or the first letters of its hash, as buttons and people give them. */
function isOther(system: string | null, toplevel: string): boolean {
  return system !== null && toplevel !== system && !toplevel.startsWith(`/nix/store/${system}`);
}

export async function generationsOf(
  parts: EngineParts,
  host: string,
  isKnown = false,
): Promise<readonly Generation[] | Refusal> {
  return (isKnown ? null : await refuseUnknownHost(parts, host)) ?? readHostGenerations(parts, host);
}

/** A host that was deployed from here can go back, whatever the flake says of it by now. */
export async function wasDeployed(parts: EngineParts, host: string): Promise<boolean> {
  return hostNamePattern.test(host) && (await parts.store.deployments({ host, limit: 1 })).length > 0;
}
