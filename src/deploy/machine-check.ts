import { deadlines } from "../config/deadlines.ts";
import { type PhaseContext, PhaseError } from "./context.ts";
import { finding } from "./findings.ts";
import type { HostFacts } from "./host-facts.ts";
import { judgeMachine, judgeName, machineText, pinOf, systemName } from "./machines.ts";

/** Stops where another machine answers under this name. Roll backs, gc and reboots are acts on a machine as well. */
export async function checkMachine(context: PhaseContext, facts: HostFacts): Promise<void> {
  const { host, note } = context;
  const verdict = judgeMachine(
    host.name,
    facts.machine ?? null,
    await context.machines(),
    await context.inventory(),
  );
  switch (verdict.kind) {
    case "other":
      await note(finding("machine", "failed", verdict.message, verdict.help));
      throw new PhaseError(verdict.message, verdict.help);
    case "first":
      await note(
        finding(
          "machine",
          "ok",
          `first contact: ${facts.machine === undefined ? "unknown" : machineText(facts.machine)}. The click keeps it as ${host.name}`,
        ),
      );
      return;
    case "same":
      await note(
        verdict.warning === null
          ? finding("machine", "ok", `it is the machine that is known as ${host.name}`)
          : finding("machine", "warning", verdict.warning),
      );
  }
}

/** At the first contact: whether the machine is called as the system that was built for it. Nothing has reached it yet. */
export async function checkMachineName(context: PhaseContext): Promise<void> {
  const { before, toplevel } = context.record();
  const { host, note } = context;
  const machine = before?.machine ?? null;
  if (machine === null || toplevel === null || pinOf(await context.machines(), host.name) !== null) {
    return;
  }
  const verdict = judgeName(host.name, await nameOf(context, toplevel), machine);
  if (verdict?.kind === "other") {
    await note(finding("machine", "failed", verdict.message, verdict.help));
    throw new PhaseError(verdict.message, verdict.help);
  }
  if (verdict?.kind === "same" && verdict.warning !== null) {
    await note(finding("machine", "warning", verdict.warning));
  }
}

/** NixOS writes networking.hostName to etc/hostname, and nothing where that is empty; other systems are known by their path. */
async function nameOf({ builder, signal }: PhaseContext, toplevel: string): Promise<string> {
  const exit = await builder.run({
    argv: ["cat", `${toplevel}/etc/hostname`],
    timeout: deadlines.builderCommand,
    signal,
  });
  return exit.exitCode === 0 ? exit.stdout.trim() : systemName(toplevel);
}

/** Why the click must not count: another machine answers now than the one on the card. Keeps it at the first contact. */
export async function confirmMachine(context: PhaseContext, now: HostFacts): Promise<string | null> {
  if (context.record().mode === "adopt") {
    return null;
  }
  const stranger = await strangerNow(context, now);
  return stranger !== null || now.machine === undefined ? stranger : context.keepMachine(now.machine, false);
}

/** Why what answers is another machine than the one that the record is about; null where it is that one. */
export async function strangerNow(
  { record, host, machines, inventory }: PhaseContext,
  now: HostFacts,
): Promise<string | null> {
  const shown = record().before?.machine ?? null;
  const known = { ...(shown === null ? {} : { [host.name]: shown }), ...(await machines()) };
  const verdict = judgeMachine(host.name, now.machine ?? null, known, await inventory());
  return verdict.kind === "other" ? verdict.message : null;
}
