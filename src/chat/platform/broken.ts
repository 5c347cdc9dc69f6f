import type { Reply } from "../desk.ts";

/** What a person hears when the bot itself failed them. */
export const broken: Reply = {
  kind: "refused",
  code: "unavailable",
  message: "Something went wrong in the bot.",
  help: "Try again; the bot's own log says why.",
};
