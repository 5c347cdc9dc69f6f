import { deadlines } from "../../config/deadlines.ts";
import * as commands from "../../nix/commands.ts";
import { hintFor } from "../../nix/hints.ts";
import { nixLogReader } from "../../nix/internal-json.ts";
import { parentOf, systemsOf } from "../../nix/systems.ts";
import { mustRun } from "../../remote/shell.ts";
import { end, next, type Phase, type PhaseContext, PhaseError, type PhaseResult } from "../context.ts";
import { type BuilderFacts, evaluateHosts, readBuilderFacts } from "../evaluation.ts";
import { finding } from "../findings.ts";
import { builderRoots, builtRoot } from "../gc-roots.ts";
import { Tail } from "../tail.ts";

/** Evaluates the host and builds its system; a gc-root holds the result. */
export const build: Phase = {
  name: "build",
  async run(context) {
    const facts = await readBuilderFacts(context.builder);
    const { host, builder, repository, fleet, signal, say } = context;
    const { unlockedInputs } = fleet.defaults;
    const { revision, source } = context.record();
    const results = await evaluateHosts(
      { builder, repository, revision, source, hosts: [host.name], unlockedInputs, signal, say },
      facts,
    );
    const result = results.get(host.name);
    if (result?.kind !== "ok") {
      throw new PhaseError(
        result?.message ?? "the evaluation gave nothing",
        result?.help ?? null,
        result?.lines,
        { diagnosis: result?.diagnosis ?? null },
      );
    }
    await context.save({ derivation: result.derivation, toplevel: result.toplevel });
    await noteWarnings(context, result.warnings);
    return buildUnlessUnchanged(context, facts);
  },
};

/** Builds what was evaluated, unless the host runs it already. */
export async function buildUnlessUnchanged(context: PhaseContext, facts: BuilderFacts): Promise<PhaseResult> {
  const { before, toplevel, mode } = context.record();
  const runsIt = before !== null && parentOf(systemsOf(before).running) === toplevel;
  if (mode === "boot" && before?.profileSystem === toplevel && !runsIt) {
    return end({
      outcome: "unchanged",
      message: `${context.host.name} boots this system next already.`,
      help: `/reboot ${context.host.name} reboots it.`,
      generation: before?.generation ?? null,
    });
  }
  if (before !== null && runsIt && before.profileSystem === toplevel) {
    const { running } = systemsOf(before);
    const { specialisation } = running;
    await context.save({ runs: specialisation === null ? null : running.toplevel });
    return end({
      outcome: "unchanged",
      message: `${context.host.name} runs this system already${specialisation === null ? "" : `, in its specialisation ${specialisation.name}`}.`,
      generation: before?.generation ?? null,
    });
  }
  return buildDerivation(context, facts);
}

export async function noteWarnings(context: PhaseContext, warnings: readonly string[]): Promise<void> {
  if (warnings.length > 0) {
    await context.note(
      finding("evaluation", "warning", warnings.join("; "), "The configuration itself says what to change."),
    );
  }
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
  const mask = context.lineMask();
  const exit = await builder.run({
    argv: commands.build(derivation, `${roots}/${root}`),
    timeout: deadlines.build,
    signal,
    onLine: nixLines(context, "builds", (line) => {
      log.line(line);
      tail.push(mask(line));
    }),
    whenReady: log.whenReady,
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
