import type { Identity, Standing } from "../../src/chat/identity.ts";
import { fieldsOf } from "../../src/chat/platform/json.ts";
import type { Api } from "./api.ts";
import { codes, hasCode } from "./discord-error.ts";
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

/** An account as it stands now, asked for without a click of its own. Rejects where Discord does not answer. */
export async function memberStanding(
  api: Api,
  guildId: string,
  user: string,
  name: string,
): Promise<Standing> {
  try {
    const { roles } = fieldsOf(await api("GET", `/guilds/${guildId}/members/${user}`));
    const known = Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [];
    return { kind: "here", groups: known.map((role) => `discord-role:${role}`), isOutsider: false };
  } catch (error) {
    if (hasCode(error, codes.unknownMember) || hasCode(error, codes.unknownUser)) {
      return { kind: "gone", why: `${name} is no member of the Discord server any more` };
    }
    throw error;
  }
}
