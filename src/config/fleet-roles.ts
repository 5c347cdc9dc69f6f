import { isLetterAway, nearest } from "../words/did-you-mean.ts";
import type { FleetFile } from "./fleet-file.ts";
import type { Mistake } from "./fleet-mistakes.ts";

/** What the bot itself gives rights to (`mayDo`). */
const ownRoles = ["viewer", "deployer", "approver", "admin"];

/** Names of roles and people that stand for nothing: a role that nobody can have, and one that lets nobody do anything. */
export function roleMistakes(file: FleetFile): Mistake[] {
  return [...rolesOfHosts(file), ...unusedRoles(file), ...membersOfRoles(file)];
}

/** A role of a name of its own may mean that nobody but an admin deploys the host; one that is nearly another is a typing error. */
function rolesOfHosts({ hosts, roles }: FleetFile): Mistake[] {
  const known = [...new Set([...ownRoles, ...Object.keys(roles)])];
  return Object.entries(hosts).flatMap(([name, host]) =>
    host.roles.flatMap((role, index) => {
      const meant = known.includes(role) ? null : nearest(role, known);
      const text = `there is no role ${JSON.stringify(role)}, so nobody but an admin could deploy ${name}. Did you mean ${meant}?`;
      return meant === null ? [] : [{ path: ["hosts", name, "roles", index], text }];
    }),
  );
}

/** One of a name of its own may be for later, as a second team; one that is a letter away from a role of the bot's own is a typing error. */
function unusedRoles({ hosts, roles }: FleetFile): Mistake[] {
  const named = [...ownRoles, ...Object.values(hosts).flatMap((host) => host.roles)];
  return Object.keys(roles).flatMap((role) => {
    const meant = named.includes(role) ? null : (ownRoles.find((own) => isLetterAway(role, own)) ?? null);
    const text = `no host names the role ${JSON.stringify(role)}, so it lets nobody do anything. Did you mean ${meant}?`;
    return meant === null ? [] : [{ path: ["roles"], key: role, text }];
  });
}

/** Somebody without an account under `people` has no rights; doctor warns of each, and of a name that is nearly another it is an error. */
function membersOfRoles({ people, roles }: FleetFile): Mistake[] {
  const known = Object.keys(people);
  return Object.entries(roles).flatMap(([role, members]) =>
    members.flatMap((member, index) => {
      const meant = known.includes(member) || !/^[\w.-]+$/.test(member) ? null : nearest(member, known);
      const text = `${JSON.stringify(member)} is not under people, so nobody has this role by it. Did you mean ${meant}?`;
      return meant === null || members.includes(meant) ? [] : [{ path: ["roles", role, index], text }];
    }),
  );
}
