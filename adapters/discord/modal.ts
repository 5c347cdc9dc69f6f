import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from "discord.js";
import { cut } from "../../src/chat/platform/text.ts";
import { limits } from "./limits.ts";

const field = "host";

/** What has to be typed: the host's name, or all of their names, or how many there are where those would be too long. */
export function wordFor(hosts: readonly string[]): string {
  const names = hosts.join(" ");
  return names.length <= longestWord ? names : `${hosts.length} hosts`;
}

const longestWord = 80;

/** People write in whatever case, and put commas between names. */
export function sameWord(typed: string, wanted: string): boolean {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[\s,]+/g, " ")
      .trim();
  return plain(typed) === plain(wanted);
}

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
