import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../config/clock.ts";
import type { Actor } from "../deploy/deployment.ts";

export interface AuditEntry {
  readonly who: Actor;
  /** `asked`, `refused`, `clicked`, `decided`, `ended` … */
  readonly what: string;
  readonly about: string;
  readonly detail: string;
}

export type Audit = (entry: AuditEntry) => Promise<void>;

/** `audit.jsonl`: who asked, who clicked, what was decided; one JSON object a line, only ever appended. */
export function auditFile(directory: string, clock: Clock, redact: (text: string) => string): Audit {
  return async (entry) => {
    const line = redact(JSON.stringify({ at: new Date(clock.now()).toISOString(), ...entry }));
    await appendFile(join(directory, "audit.jsonl"), `${line}\n`, { mode: 0o600 });
  };
}
