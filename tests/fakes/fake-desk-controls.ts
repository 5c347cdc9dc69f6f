import type { Block } from "../../src/chat/blocks.ts";
import type { Progress, RefusalCode } from "../../src/chat/desk.ts";
import type { Identity } from "../../src/chat/identity.ts";
import type { CommandRequest } from "../../src/deploy/command-request.ts";
import type { Deployment, Outcome, PhaseName } from "../../src/deploy/deployment.ts";
import type { Run } from "../../src/deploy/run.ts";
import type { Trouble } from "../../src/troubles/troubles.ts";

/** Whatever happens on a deployment, in the words of a test, and what the desk was told. */
export interface FakeDeskControls {
  readonly said: { readonly text: string; readonly who: Identity; readonly key: string | undefined }[];
  readonly decided: { readonly id: string; readonly decision: string; readonly who: Identity }[];
  /** A new run of these hosts, in its first phase. */
  begin(
    hosts: readonly string[],
    kind?: Run["kind"],
    command?: string,
    request?: CommandRequest,
  ): { run: Run; deployments: readonly Deployment[] };
  /** Goes to a phase; the ones before it are done. */
  reach(id: string, phase: PhaseName, change?: Partial<Deployment>): void;
  /** What is happening now in the running phase: shown on the card, not kept in the record. */
  progress(id: string, detail: string, share: number | null): void;
  finish(id: string, outcome: Outcome, change?: Partial<Deployment>): void;
  writeLog(id: string, chunk: string): void;
  /** The progress as live threads ask for it. */
  progressOf(id: string): Progress | null;
  /** The next command or click is refused. */
  refuseNext(code: RefusalCode, message: string, help: string | null): void;
  /** The next command is answered so. */
  answerNext(text: string, blocks: readonly Block[]): void;
  /** The next command, click or listing throws. */
  /** From now on nobody may see hosts; `help` is what would allow it. */
  refuseViews(help: string): void;
  /** From now on there are no hosts, as the flake cannot be read. */
  loseHosts(message: string, help: string | null): void;
  /** Ids of people who may decide nothing. */
  readonly onlookers: Set<string>;
  failNext(error: Error): void;
  part(name: string, ok: boolean, detail?: string): void;
  /** From now on these are the troubles of the bot. */
  trouble(...troubles: readonly Trouble[]): void;
  reset(): void;
  readonly listeners: () => number;
  readonly followers: () => number;
}
