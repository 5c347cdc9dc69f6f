import { ShellError } from "../remote/shell.ts";
import { PhaseError } from "./context.ts";
import type { Finding } from "./deployment.ts";

/** The checks before a deployment, in the order in which people read them. */
export const checkNames = [
  "flake",
  "working tree",
  "syntax",
  "host",
  "inputs",
  "flake check",
  "builder",
  "reach",
  "shell",
  "roll back",
  "machine",
  "boot",
  "disk",
  "secrets",
  "ancestry",
  "plaintext secrets",
  "evaluation",
] as const;
export type CheckName = (typeof checkNames)[number];

export type Note = (finding: Finding) => Promise<void>;

const longestDetail = 600;

export function finding(
  name: CheckName,
  state: Finding["state"],
  detail: string,
  help: string | null = null,
): Finding {
  const isLong = detail.length > longestDetail;
  return { name, state, detail: isLong ? `${detail.slice(0, longestDetail)} …` : detail, help };
}

/** The newest finding of each check, in their order. */
export function withFinding(findings: readonly Finding[], found: Finding): Finding[] {
  const place = ({ name }: Finding) => (checkNames as readonly string[]).indexOf(name);
  return [...findings.filter(({ name }) => name !== found.name), found].sort((a, b) => place(a) - place(b));
}

/** Such as `! inputs: nixpkgs is 120 days old`. */
export function findingLine({ name, state, detail }: Finding): string {
  return `${{ ok: "✓", warning: "!", failed: "✗" }[state]} ${name}: ${detail}`;
}

/** Does one check. When it stops the deployment, its line says so, too. */
export async function checked<T>(
  note: Note,
  name: CheckName,
  work: () => Promise<T>,
  detail: (result: T) => string | null,
): Promise<T> {
  try {
    const result = await work();
    const said = detail(result);
    if (said !== null) {
      await note(finding(name, "ok", said));
    }
    return result;
  } catch (error) {
    if (error instanceof ShellError && error.failure === "aborted") {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    await note(finding(name, "failed", why, error instanceof PhaseError ? error.help : null));
    throw error;
  }
}
