import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from "discord.js";
import type { Deployment } from "../../src/chat/desk.ts";
import { cut } from "../../src/chat/platform/text.ts";
import { limits } from "./limits.ts";

const field = "host";

/**
 * Hosts of high risk are asked for once more, where the host's name has to be typed. Not for a roll back: that is one
 * click, as whoever needs it is in a hurry.
 */
export function asksTwice(deployment: Deployment): boolean {
  return deployment.risk === "high" && (deployment.mode === "deploy" || deployment.isForward === true);
}

export function switchModal({ id, host }: Deployment): APIModalInteractionResponseCallbackData {
  return {
    custom_id: `switch:${id}`,
    title: cut(`Switch ${host}?`, limits.modalTitle),
    components: [
      {
        type: ComponentType.Label,
        label: "Its name, to make sure",
        description: cut(`Type ${host}`, limits.labelDescription),
        component: {
          type: ComponentType.TextInput,
          custom_id: field,
          style: TextInputStyle.Short,
          required: true,
          max_length: 100,
        },
      },
    ],
  };
}

/** The deployment of a form of ours, and what was typed; null for any other form. */
export function readModal(
  customId: string,
  values: Readonly<Record<string, string>>,
): { readonly deployment: string; readonly typed: string } | null {
  const [, deployment] = /^switch:(\S{1,80})$/.exec(customId) ?? [];
  return deployment === undefined ? null : { deployment, typed: values[field]?.trim() ?? "" };
}
