import { deadlines } from "../config/deadlines.ts";
import { runChecks } from "../health/checks.ts";
import { type HealthReport, healthReportArgv, parseHealthReport } from "../health/report.ts";
import type { CheckResult } from "../health/verdict.ts";
import { parseHostFacts, readHostFactsArgv } from "../nix/host-facts.ts";
import { mustRun } from "../remote/shell.ts";
import { strangerAt } from "./look.ts";
import { type EngineParts, hostOf } from "./parts.ts";

export type Examined =
  | {
      readonly kind: "seen";
      readonly host: string;
      readonly report: HealthReport;
      readonly checks: readonly CheckResult[];
      /** Why what answers is not the machine that this name stands for; null where it is. */
      readonly stranger: string | null;
    }
  | { readonly kind: "unseen"; readonly host: string; readonly why: string };

/** Looks closely at one host: its system, its units and its checks from fleet.yaml. */
export async function examineHost(parts: EngineParts, name: string): Promise<Examined> {
  const host = hostOf(parts, name);
  const shell = parts.shells.host(host.target);
  try {
    const exit = await mustRun(shell, `reading the health of ${name}`, {
      argv: healthReportArgv(host.critical),
      timeout: deadlines.hostCommand,
    });
    const report = parseHealthReport(name, parts.redact.text(exit.stdout));
    const facts = await mustRun(shell, `reading what ${name} runs`, {
      argv: readHostFactsArgv(),
      timeout: deadlines.hostCommand,
    });
    const stranger = await strangerAt(parts, name, parseHostFacts(name, facts.stdout));
    return {
      kind: "seen",
      host: name,
      report,
      stranger,
      checks: await runChecks(shell, host.checks, parts.clock),
    };
  } catch (error) {
    return { kind: "unseen", host: name, why: error instanceof Error ? error.message : String(error) };
  }
}
