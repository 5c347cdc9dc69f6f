import type { Deployment } from "../deploy/deployment.ts";
import type { Run } from "../deploy/run.ts";
import type { Block } from "./blocks.ts";

/** One message of a run's thread as it should stand now. */
export interface ThreadMessage {
  /** Unique in the thread: `root`, `d-…/phases`, `d-…/card`, `d-…/end`. */
  readonly key: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Mention whoever asked. */
  readonly mentionsRequester: boolean;
  readonly broadcast: boolean;
}

/** A file that belongs into the thread, sent once. */
export interface ThreadFile {
  readonly key: string;
  readonly deployment: string;
  readonly name: string;
  readonly title: string;
  /** `log` is read from the log file, `diff` made from the record. */
  readonly what: "log" | "diff";
}

/** A run as a thread: what should stand there, in order. Drawn from records alone. */
export interface Thread {
  readonly run: Run;
  /** Such as `deploy yoga · 7f3a`. */
  readonly name: string;
  readonly deployments: readonly Deployment[];
  readonly messages: readonly ThreadMessage[];
  readonly files: readonly ThreadFile[];
  /** Nothing in it will change any more. */
  readonly isOver: boolean;
}
