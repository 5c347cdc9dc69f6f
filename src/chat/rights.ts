import type { FleetFile } from "../config/fleet-file.ts";
import type { Actor } from "../deploy/actor.ts";
import { type AskRights, type Rights, standsInDoubt } from "../deploy/rights.ts";
import { type Identity, isSurfaceName, type Standing } from "./identity.ts";
import { mayDo, personOf } from "./permissions.ts";

export interface RightsParts {
  readonly fleet: () => FleetFile;
  /** How an account stands on its surface now; undefined for a surface that is not there. */
  readonly standingOf: (actor: Actor) => Promise<Standing> | undefined;
}

const notThere: Standing = { kind: "unknown", why: "its chat platform is not connected" };

/** The rights of people now, by the one function that decides who may do what. */
export function askRights({ fleet, standingOf }: RightsParts): AskRights {
  return async (actors): Promise<Rights> => {
    const standings = new Map<string, Standing>();
    const wanted = new Map(actors.map((actor) => [keyOf(actor), actor]));
    await Promise.all(
      [...wanted].map(async ([key, actor]) => {
        const asked = standingOf(actor)?.catch(
          (error: unknown): Standing => ({
            kind: "unknown",
            why: error instanceof Error ? error.message : String(error),
          }),
        );
        standings.set(key, (await asked) ?? notThere);
      }),
    );
    return {
      personOf(actor) {
        const who = identityOf(actor, actor.groups);
        return who === null ? null : personOf(fleet(), who);
      },
      refuses(actor, right, host) {
        const standing = standings.get(keyOf(actor)) ?? {
          kind: "here",
          groups: actor.groups ?? [],
          isOutsider: actor.isOutsider === true,
        };
        if (standing.kind === "gone") {
          return standing.why;
        }
        const isOutsider = standing.kind === "here" ? standing.isOutsider : actor.isOutsider === true;
        const may = (groups: readonly string[]) => {
          const who = identityOf({ ...actor, isOutsider }, groups);
          return who === null ? null : mayDo(fleet(), who, right, host);
        };
        const now = may(standing.groups ?? []);
        if (now?.kind === "allowed") {
          return null;
        }
        const isInDoubt = standing.kind === "unknown" && may(actor.groups ?? [])?.kind === "allowed";
        if (isInDoubt && standsInDoubt(right)) {
          return null;
        }
        return isInDoubt
          ? `nobody can tell whether ${actor.name} still is in ${(actor.groups ?? []).join(", ")}: ${standing.why}`
          : `${actor.name} does not have the role ${now?.role ?? "admin"} any more`;
      },
    };
  };
}

function keyOf({ surface, id }: Actor): string {
  return `${surface}:${id}`;
}

function identityOf(actor: Actor, groups: readonly string[] = []): Identity | null {
  const { surface, id, name, isOutsider } = actor;
  return isSurfaceName(surface)
    ? { surface, id, name, groups, ...(isOutsider === true ? { isOutsider } : {}) }
    : null;
}
