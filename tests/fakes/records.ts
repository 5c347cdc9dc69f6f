import type { Confirmation } from "../../src/deploy/confirmation.ts";
import type { Deployment } from "../../src/deploy/deployment.ts";
import type { Run } from "../../src/deploy/run.ts";
import { newDeployment } from "../../src/deploy/transitions.ts";

const who = { surface: "web", id: "token", name: "Alice" };

/** A deployment that was just asked for, with what a test changes. */
export function aDeployment(change: Partial<Deployment> = {}): Deployment {
  const asked = {
    id: "d-20261123-0001",
    run: "r-20261123-0001",
    host: "yoga",
    mode: "deploy",
    requestedBy: who,
    reason: null,
    ref: "origin/main",
    allowAnyRef: false,
    risk: "medium",
    log: "logs/deploy/deploy-yoga-20261123-100000.log",
  } as const;
  return { ...newDeployment(asked, "2026-11-23T10:00:00.000Z"), ...change };
}

/** A card that asks, as a host without further rules has it. */
export function aConfirmation(expiresAt: string, change: Partial<Confirmation> = {}): Confirmation {
  return {
    gate: "switch",
    expiresAt,
    toplevel: null,
    people: 1,
    needsApprover: false,
    approvals: [],
    decision: null,
    ...change,
  };
}

export function aRun(change: Partial<Run> = {}): Run {
  return {
    id: "r-20261123-0001",
    kind: "deploy",
    command: "/deploy yoga",
    requestedBy: who,
    deployments: ["d-20261123-0001"],
    createdAt: "2026-11-23T10:00:00.000Z",
    ...change,
  };
}
