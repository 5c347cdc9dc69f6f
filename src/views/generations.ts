import { type Block, buttons, heading, requestButton, table, text } from "../chat/blocks.ts";
import { commandRequest } from "../deploy/command-request.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { generationWord } from "../deploy/follow-up.ts";
import { type GenerationHistory, historyOf } from "../deploy/generation-history.ts";
import { bringsCode, madeGeneration } from "../deploy/modes.ts";
import type { Generation } from "../nix/generations.ts";

const most = 50;
const mostButtons = 5;

/** A host's generations, the newest first, and who deployed each as far as the history knows. */
export function generationsBlocks(
  host: string,
  all: readonly Generation[],
  past: readonly Deployment[],
  withButtons: boolean,
): Block[] {
  if (all.length === 0) {
    return [text(`${host} has no generations in its system profile.`, "warning")];
  }
  const history = historyOf(all, past);
  const shown = all.slice(0, most);
  const others = shown.filter((generation) => !(generation.isCurrent && generation.isProfile));
  return [
    heading(`Generations of ${host}`),
    table(
      ["", "State", "Date (UTC)", "NixOS", "Kernel", "Revision", "Deployed by"],
      shown.map((generation) => [
        String(generation.number),
        state(generation, history),
        generation.date.slice(0, 16).replace("T", " "),
        generation.nixosVersion,
        generation.kernel,
        generation.revision.slice(0, 7),
        deployer(generation, past),
      ]),
    ),
    ...(all.length > most ? [text(`… ${all.length - most} more.`)] : []),
    ...(withButtons && others.length > 0
      ? [
          buttons(
            ...others
              .slice(0, mostButtons)
              .map((one) =>
                requestButton(
                  history.isBack(one) ? `Roll back to ${one.number}` : `Deploy generation ${one.number}`,
                  commandRequest("rollback", [host, generationWord(one.number, one.toplevel)]),
                ),
              ),
          ),
        ]
      : []),
  ];
}

/** The deployment that made a generation, as far as the history knows. */
export function madeBy(generation: Generation, past: readonly Deployment[]): Deployment | undefined {
  return past.find(
    (deployment) =>
      bringsCode(deployment.mode) &&
      madeGeneration(deployment) &&
      deployment.generation === generation.number &&
      deployment.toplevel === generation.toplevel,
  );
}

function deployer(generation: Generation, past: readonly Deployment[]): string {
  const made = madeBy(generation, past);
  return made === undefined ? "" : `${made.requestedBy.name}, ${made.id}`;
}

function state(generation: Generation, history: GenerationHistory): string {
  const left = history.leftWhy(generation);
  const words = [
    ...(generation.isCurrent
      ? [
          generation.specialisation === undefined
            ? "running"
            : `running as its specialisation ${generation.specialisation}`,
        ]
      : []),
    ...(generation.isProfile ? ["boots next"] : []),
    ...(generation.isBooted === true ? ["booted"] : []),
    ...(left === null ? [] : [`rolled back from: ${left}`]),
  ];
  return words.join(", ");
}
