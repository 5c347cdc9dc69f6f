import type { Desk } from "../../src/chat/desk.ts";
import type { Identity, Standing } from "../../src/chat/identity.ts";
import { fieldsOf, textOf } from "../../src/chat/platform/json.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import type { Speaker } from "./parse.ts";
import { reasonOf } from "./slack-error.ts";
import type { WebClient } from "./types.ts";

/** The workspace that the bot is installed in. */
export interface Home {
  readonly team: string;
  readonly enterprise: string | null;
}

export interface IdentityParts {
  readonly desk: Pick<Desk, "groups">;
  readonly client: WebClient;
  readonly home: Home;
  readonly log: PlatformLog;
  readonly now: () => number;
}

const namesLast = 10 * 60_000;
const groupsLast = 60_000;
/** A group that could not be read is asked for again after this, and has no members until then. */
const failuresLast = 10_000;
const mostPeople = 1_000;
/** usergroups.users.list allows about 20 calls a minute. */
const mostGroups = 15;
const prefix = "slack-group:";

interface Profile {
  readonly name: string | null;
  readonly team: string | null;
  readonly enterprise: string | null;
  readonly isStranger: boolean;
  readonly isDeleted: boolean;
}

export interface SlackIdentities {
  (speaker: Speaker): Promise<Identity>;
  /** An account as it stands now, asked for without a click of its own. */
  standingOf(user: string): Promise<Standing>;
}

/** Makes a speaker one whose permissions can be asked for. What cannot be read gives nobody a right. */
export function slackIdentities(parts: IdentityParts): SlackIdentities {
  const { desk, client, home, log, now } = parts;
  const profiles = cached<Profile | null>(now, mostPeople);
  const members = cached<ReadonlySet<string> | null>(now, mostGroups * 2);

  async function readProfile(user: string): Promise<Profile | null> {
    try {
      const found = fieldsOf((await client.users.info({ user })).user);
      const profile = fieldsOf(found["profile"]);
      return {
        name: textOf(profile["display_name"]) ?? textOf(found["real_name"]) ?? textOf(found["name"]),
        team: textOf(found["team_id"]),
        enterprise: textOf(fieldsOf(found["enterprise_user"])["enterprise_id"]),
        isStranger: found["is_stranger"] === true,
        isDeleted: found["deleted"] === true,
      };
    } catch (error) {
      log.warn({ user, reason: reasonOf(error) }, "slack: reading a person's name");
      return null;
    }
  }

  async function readMembers(group: string): Promise<ReadonlySet<string> | null> {
    try {
      const { users = [] } = await client.usergroups.users.list({ usergroup: group });
      return new Set(users);
    } catch (error) {
      log.warn({ group, reason: reasonOf(error) }, "slack: reading a user group; nobody counts as in it");
      return null;
    }
  }

  /** The groups that somebody is in, and those that could not be read. */
  async function groupsOf(user: string): Promise<{ groups: string[]; unread: string[] }> {
    const wanted = [...new Set(desk.groups())].filter((name) => name.startsWith(prefix)).slice(0, mostGroups);
    const groups: string[] = [];
    const unread: string[] = [];
    await Promise.all(
      wanted.map(async (name) => {
        const group = name.slice(prefix.length);
        const users = await members(group, readMembers, (value) =>
          value === null ? failuresLast : groupsLast,
        );
        if (users === null) {
          unread.push(name);
        } else if (users.has(user)) {
          groups.push(name);
        }
      }),
    );
    return { groups: groups.toSorted(), unread };
  }

  async function identify(speaker: Speaker): Promise<Identity> {
    const [profile, { groups }] = await Promise.all([
      profiles(speaker.user, readProfile, (value) => (value === null ? failuresLast : namesLast)),
      groupsOf(speaker.user),
    ]);
    return {
      surface: "slack",
      id: speaker.user,
      name: profile?.name ?? speaker.name ?? speaker.user,
      groups,
      isOutsider: isOutsider(speaker.team, profile, home),
    };
  }

  /** The profile is read each time: it says whether the account was closed. */
  async function standingOf(user: string): Promise<Standing> {
    const [profile, { groups, unread }] = await Promise.all([readProfile(user), groupsOf(user)]);
    if (profile?.isDeleted === true) {
      return { kind: "gone", why: `the Slack account of ${profile.name ?? user} was deactivated` };
    }
    if (profile === null || unread.length > 0) {
      const what = profile === null ? `the account ${user}` : unread.join(", ");
      return { kind: "unknown", why: `Slack does not tell ${what} now`, groups };
    }
    return { kind: "here", groups, isOutsider: isOutsider(null, profile, home) };
  }

  return Object.assign(identify, { standingOf });
}

/** Somebody of another organisation, or of nobody knows which. */
function isOutsider(said: string | null, profile: Profile | null, home: Home): boolean {
  const teams = [said, profile?.team ?? null].filter((team) => team !== null);
  if (teams.length === 0 || profile?.isStranger === true) {
    return true;
  }
  // A payload may name our team for somebody else's member in a shared channel: every word has to be ours.
  const isOurs = teams.every((team) => team === home.team || team === home.enterprise);
  return !isOurs && (home.enterprise === null || profile?.enterprise !== home.enterprise);
}

/** Asks once for those who ask at the same time, and remembers the answer for as long as `lasts` says. */
function cached<Value>(now: () => number, most: number) {
  const known = new Map<string, { value: Promise<Value>; until: number }>();
  return (
    key: string,
    read: (key: string) => Promise<Value>,
    lasts: (value: Value) => number,
  ): Promise<Value> => {
    const found = known.get(key);
    if (found !== undefined && now() < found.until) {
      return found.value;
    }
    const entry = { value: read(key), until: Number.POSITIVE_INFINITY };
    void entry.value.then((value) => {
      entry.until = now() + lasts(value);
    });
    known.delete(key);
    known.set(key, entry);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) {
      known.delete(oldest);
    }
    return entry.value;
  };
}
