import { deadlines } from "../../config/deadlines.ts";
import * as commands from "../../nix/commands.ts";
import { hintFor } from "../../nix/hints.ts";
import { nixLogReader } from "../../nix/internal-json.ts";
import { mustRun } from "../../remote/shell.ts";
import { end, next, type Phase, type PhaseContext, PhaseError, type PhaseResult } from "../context.ts";
import { type BuilderFacts, evaluateHosts, readBuilderFacts } from "../evaluation.ts";
import { builderRoots, builtRoot } from "../gc-roots.ts";

/** Evaluates the host and builds its system; a gc-root holds the result. */
export const build: Phase = {
  name: "build",
  async run(context) {
    const facts = await readBuilderFacts(context.builder);
    const { host, builder, repository, signal, say } = context;
    const { revision } = context.record();
    const results = await evaluateHosts(
      { builder, repository, revision, hosts: [host.name], signal, say },
      facts,
    );
    const result = results.get(host.name);
    if (result?.kind !== "ok") {
      throw new PhaseError(
        result?.message ?? "the evaluation gave nothing",
        result?.help ?? null,
        result?.lines,
      );
    }
    await context.save({ derivation: result.derivation, toplevel: result.toplevel });
    return buildUnlessUnchanged(context, facts);
  },
};

/** Builds what was evaluated, unless the host runs it already. */
export async function buildUnlessUnchanged(context: PhaseContext, facts: BuilderFacts): Promise<PhaseResult> {
  const { before, toplevel } = context.record();
  if (before?.current === toplevel && before?.profileSystem === toplevel) {
    return end({
      outcome: "unchanged",
      message: `${context.host.name} runs this system already.`,
      generation: before?.generation ?? null,
    });
  }
  return buildDerivation(context, facts);
}

/** Builds what was evaluated; its log goes to the deployment's log line by line. */
export async function buildDerivation(context: PhaseContext, facts: BuilderFacts): Promise<PhaseResult> {
  const { builder, host, signal, log } = context;
  const { derivation, toplevel, mode } = context.record();
  if (derivation === null || toplevel === null) {
    throw new Error("building a system: it was not evaluated");
  }
  const roots = `${facts.home}/${builderRoots}`;
  const root = builtRoot(context.owner, host.name, mode === "build-only" ? mode : "other");
  await mustRun(builder, "making the folder of gc-roots", {
    argv: ["mkdir", "-p", "--", roots],
    timeout: deadlines.builderCommand,
    signal,
  });
  const tail = new Tail(25);
  const exit = await builder.run({
    argv: commands.build(derivation, `${roots}/${root}`),
    timeout: deadlines.build,
    signal,
    onLine: nixLines(context, "builds", (line) => {
      log.line(line);
      tail.push(line);
    }),
  });
  if (exit.exitCode !== 0) {
    throw new PhaseError(`the build failed${tail.error()}`, hintFor(tail.lines), tail.lines);
  }
  context.say(`built ${toplevel}`);
  return mode === "build-only"
    ? end({ outcome: "built", message: `${host.name} is built: ${toplevel}` })
    : next;
}

/** Turns nix's internal-json into log lines and progress. */
export function nixLines(
  context: PhaseContext,
  counted: "builds" | "copyPaths",
  onLog: (line: string) => void,
): (line: string, stream: "stdout" | "stderr") => void {
  const read = nixLogReader(counted);
  return (line, stream) => {
    if (stream === "stdout") {
      return;
    }
    const { log, progress } = read(line);
    if (log !== null) {
      onLog(log);
    }
    if (progress !== null) {
      context.progress(progress.text, progress.done, progress.expected);
    }
  };
}

/** The last lines of something long. */
export class Tail {
  readonly lines: string[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  push(line: string): void {
    this.lines.push(...line.split("\n").filter((part) => part.trim() !== ""));
    this.lines.splice(0, this.lines.length - this.#size);
  }

  /** The first word on what went wrong, for one sentence. */
  error(): string {
    const line = this.lines.find((text) => text.startsWith("error:") && text.trim() !== "error:");
    return line === undefined ? "" : `: ${line.replace(/^error: /, "")}`;
  }
}
