import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type AuditEntry, auditFile } from "../../../src/logs/audit.ts";
import { readAudit } from "../../../src/logs/audit-read.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

export const who = { surface: "slack", id: "U2", name: "Bob" };
export const entry = (about: string): AuditEntry => ({ who, what: "asked", about, detail: "" });

export async function open(t: TestContext) {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const troubles: string[] = [];
  const start = () =>
    auditFile({
      directory,
      clock,
      redact: redactor(["first-secret"]),
      onTrouble: (trouble) => void troubles.push(trouble),
    });
  const path = join(directory, "audit.jsonl");
  const lines = async () =>
    (await readFile(path, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { directory, clock, troubles, start, path, head: join(directory, "audit-head.json"), lines };
}

export async function soundFile(t: TestContext, count: number) {
  const opened = await open(t);
  const audit = opened.start();
  for (let number = 1; number <= count; number++) {
    await audit.append(entry(`/deploy yoga ${number} ✓`));
  }
  return opened;
}

export async function problems(directory: string): Promise<readonly string[]> {
  return (await readAudit(directory)).problems;
}
