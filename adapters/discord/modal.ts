import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from "discord.js";
import { cut } from "../../src/chat/platform/text.ts";
import { wordFor } from "../../src/chat/second-word.ts";
import { limits } from "./limits.ts";

const field = "host";

/** Hosts of high risk are asked for once more. The form carries the digest of what was shown, which the yes is compared with. */
export function switchModal(
  about: string,
  digest: string | null,
  hosts: readonly string[],
): APIModalInteractionResponseCallbackData {
  const word = wordFor(hosts);
  return {
    custom_id: `switch:${about}:${digest ?? ""}`,
    title: cut(`Switch ${word}?`, limits.modalTitle),
    components: [
      {
        type: ComponentType.Label,
        label: hosts.length === 1 ? "Its name, to make sure" : "Their names, to make sure",
        description: cut(`Type ${word}`, limits.labelDescription),
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

/** What a form of ours is about, and what was typed; null for any other form. One of an older bot has no digest. */
export function readModal(
  customId: string,
  values: Readonly<Record<string, string>>,
): { readonly about: string; readonly digest: string | null; readonly typed: string } | null {
  const [, about, digest] = /^switch:([dr]-[0-9a-f-]{1,40})(?::([0-9a-f]{0,12}))?$/.exec(customId) ?? [];
  return about === undefined
    ? null
    : {
        about,
        digest: digest === undefined || digest === "" ? null : digest,
        typed: values[field]?.trim() ?? "",
      };
}
