const surfaceNames = ["web", "terminal", "slack", "discord"] as const;

/** Who speaks, as a surface knows them. `groups` are the surface's own: `slack-group:S0AB`, `discord-role:456`. */
export interface Identity {
  readonly surface: (typeof surfaceNames)[number];
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  /** The name under `people`, filled in by the desk. */
  readonly person?: string;
  /** From another organisation (Slack Connect): `*` in a role does not mean them. */
  readonly isOutsider?: boolean;
}

/** How an account stands on its surface now, asked for without a click of its own. */
export type Standing =
  | { readonly kind: "here"; readonly groups: readonly string[]; readonly isOutsider: boolean }
  /** It is no account any more: a revoked token, a member who left. */
  | { readonly kind: "gone"; readonly why: string }
  /** Not all of it can be read now; `groups` are those that could. */
  | { readonly kind: "unknown"; readonly why: string; readonly groups?: readonly string[] };

export function isSurfaceName(name: string): name is Identity["surface"] {
  return surfaceNames.some((one) => one === name);
}
