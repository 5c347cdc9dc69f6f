import {
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  ButtonStyle,
  ComponentType,
} from "discord.js";
import { encodeAction } from "../../src/chat/action.ts";
import type { Button } from "../../src/chat/blocks.ts";
import { oneLine } from "../../src/chat/platform/text.ts";
import { limits } from "./limits.ts";

export type ButtonRow = APIActionRowComponent<APIButtonComponent>;

const style: Readonly<Record<Button["style"], APIButtonComponentWithCustomId["style"]>> = {
  primary: ButtonStyle.Primary,
  danger: ButtonStyle.Danger,
  plain: ButtonStyle.Secondary,
};

/** At most `most` buttons in rows. One whose command is too long for Discord is left out, it can be typed. */
export function buttonRows(buttons: readonly Button[], most: number): ButtonRow[] {
  const made = buttons.flatMap((button): APIButtonComponent[] => {
    const custom_id = encodeAction(button.action);
    return custom_id.length > limits.customId
      ? []
      : [
          {
            type: ComponentType.Button,
            style: style[button.style],
            label: labelOf(button.label),
            custom_id,
          },
        ];
  });
  return rows(made.slice(0, most));
}

/** Buttons that have been decided: they stand there, and do nothing any more. */
export function spentRows(labels: readonly string[]): ButtonRow[] {
  return rows(
    labels.map((label, index) => ({
      type: ComponentType.Button,
      style: ButtonStyle.Secondary,
      label: labelOf(label),
      custom_id: `decided:${index}`,
      disabled: true,
    })),
  );
}

/** Discord refuses a message in which two buttons are the same: the first one stays. */
export function distinctButtons(parts: readonly APIComponentInContainer[]): APIComponentInContainer[] {
  const seen = new Set<string>();
  return parts.flatMap((part): APIComponentInContainer[] => {
    if (part.type !== ComponentType.ActionRow) {
      return [part];
    }
    const components = part.components.filter((one) => {
      const id = "custom_id" in one ? one.custom_id : "";
      const isNew = !seen.has(id);
      seen.add(id);
      return isNew;
    });
    return components.length === 0 ? [] : [{ ...part, components }];
  });
}

function rows(buttons: readonly APIButtonComponent[]): ButtonRow[] {
  const count = Math.ceil(buttons.length / limits.buttonsInRow);
  return Array.from({ length: count }, (_, row) => ({
    type: ComponentType.ActionRow,
    components: buttons.slice(row * limits.buttonsInRow, (row + 1) * limits.buttonsInRow),
  }));
}

function labelOf(text: string): string {
  return oneLine(text).slice(0, limits.buttonLabel).toWellFormed() || "…";
}
