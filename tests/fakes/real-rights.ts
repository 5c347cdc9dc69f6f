import type { Standing } from "../../src/chat/identity.ts";
import { personOf } from "../../src/chat/permissions.ts";
import { askRights } from "../../src/chat/rights.ts";
import { parseFleetFile } from "../../src/config/fleet-file.ts";
import type { Actor } from "../../src/deploy/actor.ts";
import type { AskRights } from "../../src/deploy/rights.ts";
import type { World } from "./world.ts";

/** The bot's own permission function over the fleet.yaml of a world; `standings` by surface and id is what platforms say. */
export function realRights(
  world: Pick<World, "fleet">,
  standings: Readonly<Record<string, Standing>> = {},
): AskRights {
  return askRights({
    fleet: () => fleetOf(world),
    standingOf: async (actor) =>
      standings[`${actor.surface}:${actor.id}`] ?? {
        kind: "here",
        groups: actor.groups ?? [],
        isOutsider: actor.isOutsider === true,
      },
  });
}

/** An account as the desk hands it on: with the name under `people` now. */
export function account(world: Pick<World, "fleet">, surface: Actor["surface"], id: string): Actor {
  const known = surface === "slack" || surface === "discord" || surface === "web" ? surface : "terminal";
  const person = personOf(fleetOf(world), { surface: known, id, name: id, groups: [] });
  return { surface, id, name: person ?? id, ...(person === null ? {} : { person }) };
}

function fleetOf({ fleet }: Pick<World, "fleet">) {
  const read = parseFleetFile(fleet);
  if (read.kind === "wrong") {
    throw new Error(read.mistakes.join("; "));
  }
  return read.file;
}
