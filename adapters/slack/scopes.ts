/** When a scope is needed: always, or only for a public channel, a private one, or roles with user groups. */
export type ScopeNeed = "always" | "public" | "private" | "groups";

interface Scope {
  readonly need: ScopeNeed;
  readonly why: string;
}

/** What the bot may do in a workspace, no wider than needed. The manifest asks for all, the check for what is needed here. */
export const scopes: Readonly<Record<string, Scope>> = {
  commands: { need: "always", why: "slash commands" },
  "chat:write": { need: "always", why: "posting and editing messages in channels the bot was invited to" },
  "files:write": { need: "always", why: "logs and long diffs as files in the thread" },
  "app_mentions:read": { need: "always", why: "@switchyard …, since slash commands do not work in threads" },
  "im:history": { need: "always", why: "commands in a direct message to the bot" },
  "users:read": { need: "always", why: "the names of people, and which workspace they belong to" },
  "usergroups:read": { need: "groups", why: "roles in fleet.yaml that name a slack-group" },
  "channels:read": { need: "public", why: "whether the bot is in its channel" },
  "groups:read": { need: "private", why: "the same where the channel is private" },
  "channels:history": {
    need: "public",
    why: "finding a message whose answer was lost, so that none is posted twice",
  },
  "groups:history": { need: "private", why: "the same where the channel is private" },
};

export function missingScopes(granted: readonly string[], needs: ReadonlySet<ScopeNeed>): string[] {
  return Object.entries(scopes)
    .filter(([name, { need }]) => needs.has(need) && !granted.includes(name))
    .map(([name, { why }]) => `add the scope ${name} and reinstall the app (${why})`);
}
