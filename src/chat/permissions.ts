import type { FleetFile } from "../config/fleet-file.ts";
import { hostNamed } from "../fleet/host.ts";
import type { Identity } from "./identity.ts";

/** What somebody wants to do; `host` is null for what concerns no single host. */
export type Permission =
  | "view"
  | "build"
  | "deploy"
  | "rollback"
  | "any-ref"
  /** Gives a card a second person's word. */
  | "approve"
  /** Lets through what only an approver may: code of any ref, a deployment outside the windows. */
  | "approve-special"
  | "lock"
  | "unlock-others"
  /** Keeps a new system whatever its health. */
  | "no-rollback"
  /** Says which machine a host name stands for. */
  | "adopt";

export type Permitted =
  | { readonly kind: "allowed" }
  | { readonly kind: "refused"; readonly reason: "no-role"; readonly role: string; readonly help: string };

const allowed: Permitted = { kind: "allowed" };

/** The one place that decides who may do what; asked at the moment of the act, for every surface alike. */
export function mayDo(fleet: FleetFile, who: Identity, what: Permission, host: string | null): Permitted {
  if (isOwner(who)) {
    return allowed;
  }
  const roles = rolesOf(fleet, who);
  if (roles.has("admin")) {
    return allowed;
  }
  // Whoever has any role may look; without a viewer role so may everybody from here.
  const isOpenToAll = fleet.roles["viewer"] === undefined && who.isOutsider !== true;
  if (what === "view" && (isOpenToAll || roles.size > 0)) {
    return allowed;
  }
  const needed = neededRoles(fleet, what, host);
  return needed.some((role) => roles.has(role)) ? allowed : refuse(fleet, who, needed[0] ?? "admin");
}

/** Who may say yes on some host, now: room is kept for them. Those who may deploy it may approve there, too. */
export function isDecider(fleet: FleetFile, who: Identity): boolean {
  return [null, ...Object.keys(fleet.hosts)].some(
    (host) => mayDo(fleet, who, "approve", host).kind === "allowed",
  );
}

/** The holder of the web page's token and whoever sits at the bot's own terminal hold its keys anyway. */
function isOwner(who: Identity): boolean {
  return (who.surface === "web" && who.id === "token") || who.surface === "terminal";
}

function neededRoles(fleet: FleetFile, what: Permission, host: string | null): readonly string[] {
  switch (what) {
    case "view":
      return ["viewer"];
    case "build":
      return ["deployer"];
    case "deploy":
    case "rollback":
    case "lock":
      return rolesFor(fleet, host);
    case "approve":
      return [...rolesFor(fleet, host), "approver"];
    case "approve-special":
      return ["approver"];
    case "any-ref":
    case "unlock-others":
    case "no-rollback":
    case "adopt":
      // Nobody but admins, who have every permission.
      return [];
  }
}

function rolesFor(fleet: FleetFile, host: string | null): readonly string[] {
  return host === null ? ["deployer"] : hostNamed(fleet, host).roles;
}

/** The name under `people` for an identity; null for somebody that fleet.yaml does not know. */
export function personOf(fleet: FleetFile, who: Identity): string | null {
  const found = Object.entries(fleet.people).find(([, accounts]) => accounts[who.surface] === who.id);
  return found?.[0] ?? null;
}

function rolesOf(fleet: FleetFile, who: Identity): Set<string> {
  const person = personOf(fleet, who);
  const names = new Set([
    ...(who.isOutsider === true ? [] : ["*"]),
    ...who.groups,
    ...(person === null ? [] : [person]),
  ]);
  return new Set(
    Object.entries(fleet.roles)
      .filter(([, members]) => members.some((member) => names.has(member)))
      .map(([role]) => role),
  );
}

/** Prints the lines of fleet.yaml that would allow it. */
function refuse(fleet: FleetFile, who: Identity, role: string): Permitted {
  const known = personOf(fleet, who);
  const person = known ?? freeName(fleet, who.name.replace(/ \([^)]*\)$/, ""));
  // Without a viewer role everybody here may look: whoever adds one must not take that away.
  const members = fleet.roles[role] ?? (role === "viewer" ? ["*"] : []);
  const shown = who.isOutsider === true && members.length > 0 ? ["…"] : members.map(yamlWord);
  const lines = [
    ...(known === null ? ["people:", `  ${person}: { ${who.surface}: ${JSON.stringify(who.id)} }`] : []),
    "roles:",
    `  ${role}: [${[...shown, yamlWord(person)].join(", ")}]`,
  ];
  return {
    kind: "refused",
    reason: "no-role",
    role,
    help: `An admin can allow it in fleet.yaml:\n${lines.join("\n")}`,
  };
}

/** A name that nobody has: whoever calls himself Alice must not be handed Alice's roles. */
function freeName(fleet: FleetFile, name: string): string {
  const taken = new Set([...Object.keys(fleet.people), ...Object.values(fleet.roles).flat()]);
  const plain =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^[-0-9]+|-$/g, "") || "somebody";
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? plain : `${plain}-${number}`;
    if (!taken.has(candidate)) {
      return candidate;
    }
  }
}

function yamlWord(word: string): string {
  return /^[a-z][a-z0-9-]*$/.test(word) && !/^(true|false|null|yes|no|on|off)$/.test(word)
    ? word
    : JSON.stringify(word);
}
