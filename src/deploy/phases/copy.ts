import { deadlines } from "../../config/deadlines.ts";
import { isLocal } from "../../fleet/host.ts";
import * as commands from "../../nix/commands.ts";
import { hintFor } from "../../nix/hints.ts";
import { mustRun } from "../../remote/shell.ts";
import { next, type Phase, PhaseError } from "../context.ts";
import { holdSystems } from "../gc-roots.ts";
import { checkMachineName } from "../machine-check.ts";
import { Tail } from "../tail.ts";
import { nixLines } from "./build.ts";

/** Brings the new system to the host, straight from the builder, after roots hold both systems there. */
export const copy: Phase = {
  name: "copy",
  async run(context) {
    const { host, builder, target, signal, log } = context;
    const { toplevel, previous } = context.record();
    if (toplevel === null || previous === null) {
      throw new Error("copying a system: it was not built");
    }
    await checkMachineName(context);
    await holdSystems(target, context.owner, previous, toplevel);
    if (isLocal(host)) {
      context.say(`${host.name} is the builder: nothing to copy`);
      return next;
    }
    const tail = new Tail(15);
    const mask = context.lineMask();
    const exit = await builder.run({
      argv: commands.copy(host.target, toplevel, host.substitutes, context.owner),
      timeout: deadlines.copy,
      signal,
      whenReady: log.whenReady,
      onLine: nixLines(context, "copyPaths", (line) => {
        log.line(line);
        tail.push(mask(line));
      }),
    });
    if (exit.exitCode !== 0) {
      throw new PhaseError(`copying to ${host.name} failed${tail.error()}`, hintFor(tail.lines), tail.lines);
    }
    await mustRun(target, `looking for the new system on ${host.name}`, {
      argv: ["test", "-x", `${toplevel}/bin/switch-to-configuration`],
      timeout: deadlines.hostCommand,
      signal,
    });
    context.say(`${host.name} has ${toplevel}`);
    return next;
  },
};
