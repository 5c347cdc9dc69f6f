import type { Identity } from "../../src/chat/identity.ts";
import type { Speaker } from "./parse.ts";

/** A speaker as one whose permissions can be asked for. Roles are those that Discord sent along with the act itself. */
export function identityOf(speaker: Speaker, guildId: string): Identity {
  const isFromHere = speaker.guild === guildId;
  return {
    surface: "discord",
    id: speaker.user,
    name: speaker.name,
    groups: isFromHere ? speaker.roles.map((role) => `discord-role:${role}`) : [],
    isOutsider: !isFromHere,
  };
}
