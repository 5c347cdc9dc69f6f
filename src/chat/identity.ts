/** Who speaks, as a surface knows them. `groups` are the surface's own: `slack-group:S0AB`, `discord-role:456`. */
export interface Identity {
  readonly surface: "web" | "terminal" | "slack" | "discord";
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  /** The name under `people`, filled in by the desk. */
  readonly person?: string;
  /** From another organisation (Slack Connect): `*` in a role does not mean them. */
  readonly isOutsider?: boolean;
}
