import pLimit from "p-limit";
import { z } from "zod";
import { deadlines } from "../config/deadlines.ts";
import * as commands from "../nix/commands.ts";
import { evaluationWarnings } from "../nix/evaluation-warnings.ts";
import { planEvaluators } from "../nix/evaluators.ts";
import { isStorePath } from "../nix/flake.ts";
import { knownError } from "../nix/hints.ts";
import { wholeNumber } from "../nix/whole-number.ts";
import { type Exit, lastLines, mustRun, type Shell } from "../remote/shell.ts";
import type { Diagnosis } from "./deployment.ts";

/** What an evaluation gave for a host: its derivation and its toplevel, or why not. */
export type Evaluated =
  | {
      readonly kind: "ok";
      readonly derivation: string;
      readonly toplevel: string;
      /** Said while it was evaluated; by one of them, where several hosts were evaluated together. */
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly help: string | null;
      readonly lines: readonly string[];
      readonly diagnosis: Diagnosis | null;
    };

export interface EvaluationRequest {
  readonly builder: Shell;
  readonly repository: string;
  readonly revision: string | null;
  /** The store path of the flake's files. */
  readonly source?: string | null;
  readonly hosts: readonly string[];
  readonly unlockedInputs: commands.UnlockedInputs;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export interface BuilderFacts {
  readonly cores: number;
  /** Bytes. */
  readonly freeMemory: number;
  readonly home: string;
  readonly nixVersion: string;
}

export async function readBuilderFacts(builder: Shell): Promise<BuilderFacts> {
  const exit = await mustRun(builder, `asking ${builder.name} for its size`, {
    argv: commands.builderFacts,
    timeout: deadlines.builderCommand,
  });
  const [cores = "1", memory = "0", home = "", version = ""] = exit.stdout.split("\n");
  return {
    cores: wholeNumber(cores) || 1,
    freeMemory: (wholeNumber(memory) ?? 0) * 1024,
    home,
    nixVersion: version.replace(/^nix \(Nix\) /, ""),
  };
}

/** Evaluates many hosts with few evaluators. Where a batch fails, its hosts are tried alone, so that the broken one is named. */
export async function evaluateHosts(
  request: EvaluationRequest,
  facts: BuilderFacts,
): Promise<Map<string, Evaluated>> {
  const batches = planEvaluators(request.hosts, facts.cores, facts.freeMemory);
  const limit = pLimit(batches.length || 1);
  const found = await Promise.all(batches.map((batch) => limit(() => evaluateBatch(request, batch))));
  return new Map(found.flat());
}

async function evaluateBatch(
  request: EvaluationRequest,
  hosts: readonly string[],
): Promise<[string, Evaluated][]> {
  request.say(`evaluating ${hosts.join(", ")}`);
  const exit = await request.builder.run({
    argv: commands.evaluate(request.repository, request.revision, hosts, request.unlockedInputs),
    timeout: deadlines.evaluate,
    signal: request.signal,
  });
  const results = exit.exitCode === 0 ? readResults(exit, hosts.length) : null;
  if (results !== null) {
    return hosts.map((host, index) => [host, results[index] ?? notRead(exit.stderr, request.source ?? null)]);
  }
  if (hosts.length === 1) {
    return hosts.map((host) => [host, notRead(exit.stderr, request.source ?? null)]);
  }
  request.say(`that failed for ${hosts.join(", ")} together; evaluating them one by one`);
  const alone: [string, Evaluated][] = [];
  for (const host of hosts) {
    alone.push(...(await evaluateBatch(request, [host])));
  }
  return alone;
}

const resultSchema = z.array(
  z.object({
    drvPath: z.string().refine((path) => isStorePath(path) && path.endsWith(".drv")),
    outputs: z.object({ out: z.string().refine(isStorePath) }),
  }),
);

/** `nix build --dry-run --json` prints one entry an installable, in their order. */
export function readResults({ stdout, stderr }: Exit, count: number): Evaluated[] | null {
  let json: unknown;
  try {
    json = JSON.parse(stdout);
  } catch {
    return null;
  }
  const results = resultSchema.safeParse(json).data;
  return results?.length === count
    ? results.map(({ drvPath, outputs }) => ({
        kind: "ok",
        derivation: drvPath,
        toplevel: outputs.out,
        warnings: evaluationWarnings(stderr),
      }))
    : null;
}

function notRead(stderr: string, source: string | null): Evaluated {
  const lines = lastLines(stderr, 20);
  // A trace is long: the place in the flake may stand far above the error.
  const diagnosis = knownError(stderr.split("\n"), source);
  const error = lines.findLast((line) => line.trim().startsWith("error:") && line.trim() !== "error:");
  return {
    kind: "failed",
    message: `the evaluation failed${error === undefined ? "" : `: ${error.trim().replace(/^error: /, "")}`}`,
    help: diagnosis?.advice ?? null,
    lines,
    diagnosis,
  };
}
