import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../config/clock.ts";
import { remembered, type Told, toldIn, untold } from "../troubles/told.ts";
import type { Trouble } from "../troubles/troubles.ts";
import { openJsonFile } from "./json-file.ts";
import { alone, type Lease } from "./lease.ts";

const fileSchema = z.object({
  version: z.literal(1),
  told: z.record(z.string(), z.object({ places: z.array(z.string()), goneAt: z.number().nullable() })),
});

/** Which troubles were told on chat platforms: once each, over restarts. */
export interface ToldTroubles {
  /** Those of the present ones that were not told in this place yet. */
  untold(present: readonly Trouble[], place: string): readonly Trouble[];
  tell(trouble: Trouble, place: string): Promise<void>;
}

/** A disk that takes nothing is no reason to tell nothing: then this is remembered in memory. */
export async function openTold(directory: string, clock: Clock, lease: Lease = alone): Promise<ToldTroubles> {
  const { file } = await openJsonFile(
    join(directory, "troubles-told.json"),
    fileSchema,
    { version: 1, told: {} },
    new Date(clock.now()),
    lease,
  );
  // A bot that begins knows of no trouble yet; those of the last one have a while to be found again.
  file.data.told = Object.fromEntries(
    Object.entries(file.data.told).map(([key, one]) => [key, { ...one, goneAt: one.goneAt ?? clock.now() }]),
  );

  async function become(told: Told): Promise<void> {
    file.data.told = { ...told } as typeof file.data.told;
    await file.write().catch(() => {});
  }

  return {
    untold(present, place) {
      const before = file.data.told;
      const now = remembered(before, present, clock.now());
      // What is over is written as such, or the next start would take a new trouble for that one.
      if (JSON.stringify(now) === JSON.stringify(before)) {
        return untold(before, present, place);
      }
      void become(now);
      return untold(now, present, place);
    },
    tell: (trouble, place) => become(toldIn(file.data.told, trouble, place)),
  };
}
