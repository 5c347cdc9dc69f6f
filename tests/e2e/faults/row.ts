import type { Outcome, PhaseName } from "../../../src/deploy/deployment.ts";
import type { Fleet } from "../../rehearsal/fleet.ts";
import type { Stage } from "./stage.ts";

/** Which system: what ran before, what was to be deployed, or what somebody else put there meanwhile. */
export type System = "old" | "new" | "other";

/** One way in which a deployment can be disturbed, and how that has to end. */
export interface Row {
  readonly fault: string;
  /** Where the deployment is when it strikes. */
  readonly phase: PhaseName;
  /** Tells rows of one fault and phase apart. */
  readonly when?: string;
  /** What is deployed; the newest good system, when left out. */
  readonly ref?: string;
  /** Not to switch to, but for the next boot. */
  readonly isForBoot?: true;
  /** The only host on which it can be rehearsed. */
  readonly host?: string;
  /** It harms the machine that all share, so nothing else may run beside it. */
  readonly isAlone?: true;
  /** It waits for a deadline of a minute or more, so it begins early. */
  readonly isLong?: true;
  readonly options?: RowOptions;
  /** What is wrong already when the deployment begins, and how that is mended after it has ended. */
  readonly arrange?: (lane: Lane) => Promise<void>;
  readonly restore?: (lane: Lane) => Promise<void>;
  /** Does the harm, once the deployment is in `phase`; null where the system itself is the fault. */
  readonly strike: ((stage: Stage) => Promise<void>) | null;
  readonly ends: Ending;
  /** What else has to hold once the record has ended. */
  readonly look?: (stage: Stage) => Promise<void>;
}

/** One host and its bot; a row is rehearsed on whichever is free. */
export interface Lane {
  readonly fleet: Fleet;
  readonly host: string;
}

/** On top of the rehearsal fleet's fleet.yaml. */
export interface RowOptions {
  readonly defaults?: Readonly<Record<string, string>>;
  readonly host?: Readonly<Record<string, unknown>>;
}

export interface Ending {
  /** What the host runs at last: whole, with its own units up. */
  readonly runs: System;
  /** The profile and the boot loader's default entry; as `runs`, when left out. */
  readonly profile?: System;
  readonly entry?: System;
  readonly outcome: Outcome;
  /** Found in the record's message, and shown in the table, unless a group `varies` says that it differs from run to run. */
  readonly says: RegExp;
  /** The host is locked afterwards, until an admin has looked at it. */
  readonly isLocked?: true;
}

export const nameOf = ({ fault, phase, when }: Row): string =>
  `${fault}, ${phase}${when === undefined ? "" : `, ${when}`}`;

/** The host waits for a decision as short as fleet.yaml allows, which is a minute and the settle time. */
export const waiting = {
  isLong: true,
  options: { host: { commitWithin: "61s", checks: [] } },
} as const satisfies Partial<Row>;
