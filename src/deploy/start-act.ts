import type { Actor } from "./actor.ts";
import type { CommandRequest } from "./command-request.ts";
import { type AskedAct, newAct } from "./host-act.ts";
import { refuseUnknownHost } from "./inventory.ts";
import type { ActMode } from "./modes.ts";
import type { EngineParts } from "./parts.ts";
import { phases } from "./phases/index.ts";
import type { Refusal, Started } from "./requests.ts";
import { runPhases } from "./run-phases.ts";
import { wasDeployed } from "./start-rollback.ts";
import type { Work } from "./work.ts";

export interface ActRequest extends AskedAct {
  readonly host: string;
  readonly mode: ActMode;
  readonly by: Actor;
  readonly command: string;
  readonly request?: CommandRequest;
}

/** Begins what is done to a host beside deploying; needs no flake. */
export async function startAct(
  parts: EngineParts,
  work: Work,
  request: ActRequest,
): Promise<Started | Refusal> {
  const { host, mode, command, by } = request;
  const refusal = (await wasDeployed(parts, host)) ? null : await refuseUnknownHost(parts, host);
  if (refusal !== null) {
    return refusal;
  }
  const begun = await work.begin({ kind: mode, command, by, request: request.request ?? null }, [
    { host, mode, ref: null, reason: null, allowAnyRef: false, act: newAct(request) },
  ]);
  if ("kind" in begun) {
    return begun;
  }
  for (const task of begun.tasks) {
    work.launch(task, () => runPhases(parts, task, phases[mode]));
  }
  return { kind: "started", run: begun.run, deployments: begun.deployments };
}
