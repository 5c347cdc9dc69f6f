import { stringify } from "csv-stringify/sync";
import type { Deployment } from "../deploy/deployment.ts";
import { type GenerationHistory, historyOf } from "../deploy/generation-history.ts";
import type { Generation } from "../nix/generations.ts";
import { madeBy } from "./generations.ts";

/** A host's generations for other programs: every one, the newest first. */

interface Row {
  readonly generation: number;
  readonly date: string;
  readonly nixosVersion: string;
  readonly kernel: string;
  readonly revision: string;
  readonly toplevel: string;
  readonly current: boolean;
  readonly bootsNext: boolean;
  readonly deployedBy: string;
  readonly deployment: string;
  readonly rolledBackFrom: string;
}

function row(generation: Generation, past: readonly Deployment[], history: GenerationHistory): Row {
  const made = madeBy(generation, past);
  return {
    generation: generation.number,
    date: generation.date,
    nixosVersion: generation.nixosVersion,
    kernel: generation.kernel,
    revision: generation.revision,
    toplevel: generation.toplevel,
    current: generation.isCurrent,
    bootsNext: generation.isProfile,
    deployedBy: made?.requestedBy.name ?? "",
    deployment: made?.id ?? "",
    rolledBackFrom: history.leftWhy(generation) ?? "",
  };
}

export function generationsJson(all: readonly Generation[], past: readonly Deployment[]): string {
  const history = historyOf(all, past);
  return JSON.stringify(
    all.map((generation) => row(generation, past, history)),
    null,
    2,
  );
}

/** As RFC 4180 has it, but with plain line ends; nothing in it is a formula to a spreadsheet. */
export function generationsCsv(all: readonly Generation[], past: readonly Deployment[]): string {
  const history = historyOf(all, past);
  const rows = all.map((generation) => row(generation, past, history));
  return stringify(rows, {
    header: true,
    escape_formulas: true,
    cast: { boolean: String },
  }).trimEnd();
}
