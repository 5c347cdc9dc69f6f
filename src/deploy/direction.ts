import { deadlines } from "../config/deadlines.ts";
import { listGenerations, readGenerations } from "../nix/generations.ts";
import { mustRun } from "../remote/shell.ts";
import { type Ended, end, type PhaseContext } from "./context.ts";
import { type GenerationHistory, historyOf } from "./generation-history.ts";

async function read(context: PhaseContext) {
  const { target, host, signal } = context;
  const exit = await mustRun(target, `reading the generations of ${host.name}`, {
    argv: listGenerations,
    timeout: deadlines.hostCommand,
    signal,
  });
  const all = readGenerations(exit.stdout);
  const { toGeneration, toplevel } = context.record();
  const generation = all.find((one) => one.number === toGeneration && one.toplevel === toplevel);
  return { history: historyOf(all, await context.past()), generation };
}

/**
 * Whether a roll back is still what it was asked for as. The host and its history may have changed since: what was a way
 * back then, and is none now, must not pass locks, windows and second people.
 */
export async function checkDirection(context: PhaseContext): Promise<Ended | null> {
  const record = context.record();
  if (record.mode !== "rollback") {
    return null;
  }
  const { host } = context;
  const { history, generation } = await read(context);
  if (generation === undefined) {
    return end({
      outcome: "superseded",
      message: `generation ${record.toGeneration ?? "?"} of ${host.name} is gone, or is another system now; nothing was done.`,
      help: `/generations ${host.name} lists what there is.`,
    });
  }
  if (record.isForward !== true && !history.isBack(generation)) {
    return end({
      outcome: "superseded",
      message: `generation ${generation.number} is no way back for ${host.name} any more${because(history, generation)}; nothing was done.`,
      help: `/rollback ${host.name} ${generation.number} asks for it as a deployment.`,
    });
  }
  return null;
}

/** Said on the card of what is called a roll back, and is a deployment. */
export async function directionWarnings(context: PhaseContext): Promise<string[]> {
  const { mode, isForward } = context.record();
  if (mode !== "rollback" || isForward !== true) {
    return [];
  }
  const { history, generation } = await read(context);
  return generation === undefined
    ? []
    : [
        `This does not go back to what ran well before: it deploys generation ${generation.number}, under all the rules of a deployment${because(history, generation)}.`,
      ];
}

function because(
  history: GenerationHistory,
  generation: Parameters<GenerationHistory["leftWhy"]>[0],
): string {
  const why = history.leftWhy(generation);
  return why === null ? "" : ` (${why})`;
}
