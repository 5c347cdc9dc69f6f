import type { Reply } from "../../src/chat/desk.ts";

type Refused = Extract<Reply, { readonly kind: "refused" }>;

export const elsewhere: Reply = {
  kind: "refused",
  code: "not-allowed",
  message: "This bot serves another server.",
  help: "Its DISCORD_GUILD_ID says which.",
};

export const notNow: Reply = {
  kind: "refused",
  code: "unknown-id",
  message: "That deployment is not there any more.",
  help: "/history lists them.",
};

export const unreadable: Refused = {
  kind: "refused",
  code: "unavailable",
  message: "The deployment could not be read, so nothing was switched.",
  help: "Click again; the bot's own log says why.",
};

export function mistyped(typed: string, host: string): Reply {
  return {
    kind: "refused",
    code: "bad-command",
    message: `${JSON.stringify(typed)} is not ${host}: nothing was switched.`,
    help: `Click on Switch again, and type ${host}.`,
  };
}
