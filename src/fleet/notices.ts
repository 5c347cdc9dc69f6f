import type { FleetFile } from "../config/fleet-file.ts";

/** A channel that wants to know before and after a host changes, such as `slack:#status` or `discord:1034…`. */
export interface NoticePlace {
  readonly surface: "slack" | "discord";
  /** What the surface calls it: a name with #, or an id. */
  readonly channel: string;
}

const forms: readonly { readonly pattern: RegExp; readonly surface: NoticePlace["surface"] }[] = [
  // Slack's names are lower case, up to 80 characters, and may be in any script.
  { pattern: /^(?:slack:)?(#[^\s#:,<>A-Z]{1,80})$/, surface: "slack" },
  { pattern: /^slack:([CG][A-Z0-9]{6,20})$/, surface: "slack" },
  { pattern: /^discord:(\d{17,20})$/, surface: "discord" },
];

/** `#status` → `slack:#status`; null for what is no channel. */
export function parseNotice(text: string): string | null {
  for (const { pattern, surface } of forms) {
    const channel = pattern.exec(text)?.[1];
    if (channel !== undefined) {
      return `${surface}:${channel}`;
    }
  }
  return null;
}

export function noticePlace(name: string): NoticePlace {
  const at = name.indexOf(":");
  const surface = name.slice(0, at);
  return { surface: surface === "discord" ? surface : "slack", channel: name.slice(at + 1) };
}

/** Every channel of a surface that some host names. */
export function noticesOf({ hosts }: Pick<FleetFile, "hosts">, surface: string): readonly string[] {
  const named = Object.values(hosts).flatMap(({ notify }) => notify);
  return [...new Set(named)].filter((name) => noticePlace(name).surface === surface);
}
