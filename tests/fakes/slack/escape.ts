import type { Workspace } from "./workspace.ts";

/**
 * What people type, as it reaches an app: @name and #channel are ids (in commands because of `should_escape` in the
 * manifest), and the three characters with a meaning are escaped. What is an id already stays.
 */
export function escaped(workspace: Workspace, text: string, { withNames = false } = {}): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/<(?![@#!][^>]*>)/g, "&lt;")
    .replace(/(?<!<[@#!][^>]*)>/g, "&gt;")
    .replace(/(?<!<)@([\w.-]+)/g, (whole, name) => {
      const user = [...workspace.users.values()].find((it) => it.name === name);
      return user === undefined ? whole : `<@${user.id}${withNames ? `|${name}` : ""}>`;
    })
    .replace(/(?<!<)#([\w-]+)/g, (whole, name) => {
      const channel = workspace.channel(name);
      return channel === undefined ? whole : `<#${channel.id}|${name}>`;
    });
}
