import { deadlines } from "../config/deadlines.ts";
import { isStorePath } from "../nix/flake.ts";
import { systemsOf } from "../nix/systems.ts";
import type { PhaseContext } from "./context.ts";

/** Prints where a specialisation leads, where it can be switched to. */
const script = '[ -x "$1/bin/switch-to-configuration" ] && readlink -f "$1"';

/**
 * A host that runs a specialisation is kept in the one of that name. Where the new system has none, the card says that
 * a yes drops it: nothing is dropped in silence.
 */
export async function keepSpecialisation(context: PhaseContext): Promise<void> {
  const { target, signal, host, record, save, say } = context;
  const { before, toplevel, mode, warnings } = record();
  const kept = before === null ? null : systemsOf(before).running.specialisation;
  if (kept === null || toplevel === null) {
    return;
  }
  const { name } = kept;
  if (mode === "boot") {
    const warning = `${host.name} runs the specialisation ${name}; the next boot starts the new system itself, unless its boot menu says otherwise.`;
    await save({ warnings: [...warnings, warning] });
    return;
  }
  const exit = await target.run({
    argv: ["sh", "-c", script, "specialisation", `${toplevel}/specialisation/${name}`],
    timeout: deadlines.hostCommand,
    signal,
  });
  const path = exit.stdout.trim();
  if (exit.exitCode === 0 && isStorePath(path)) {
    say(`keeping the specialisation ${name}`);
    await save({ runs: path });
    return;
  }
  const warning = `${host.name} runs the specialisation ${name}, which the new system does not have: a switch drops it.`;
  await save({ runs: null, warnings: [...warnings, warning] });
}
