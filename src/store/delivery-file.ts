import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../config/clock.ts";
import type { Deliveries, Delivery } from "./deliveries.ts";
import { type JsonFile, openJsonFile } from "./json-file.ts";
import { alone, type Lease } from "./lease.ts";

/** So many are remembered, and for so long (milliseconds). Slack repeats within the hour, Discord within minutes. */
export const mostDeliveries = 1_000;
export const deliveryLasts = 24 * 60 * 60_000;

const entrySchema = z.object({
  surface: z.string(),
  ids: z.array(z.string()),
  said: z.string().nullable(),
  user: z.string().nullable(),
  key: z.string().nullable(),
  answerTo: z.unknown(),
  at: z.number(),
  isDone: z.boolean(),
});
type Entry = z.infer<typeof entrySchema>;
const fileSchema = z.object({ version: z.literal(1), deliveries: z.array(entrySchema) });
type DeliveriesData = z.infer<typeof fileSchema>;

export interface DeliveryFile extends Deliveries {
  /** Waits for what is being written. */
  close(): Promise<void>;
}

export interface DeliveryParts {
  readonly directory: string;
  readonly clock: Clock;
  readonly lease?: Lease;
  /** Masks secrets in what was typed. */
  readonly mask: (text: string) => string;
  /** Told when the disk takes nothing: then deliveries are remembered in memory alone, as a full disk keeps nobody from rolling back. */
  readonly onTrouble: (message: string) => void;
}

export async function openDeliveries(parts: DeliveryParts): Promise<DeliveryFile> {
  const { clock, onTrouble } = parts;
  const { file, setAside } = await openJsonFile(
    join(parts.directory, "deliveries.json"),
    fileSchema,
    { version: 1, deliveries: [] },
    new Date(clock.now()),
    parts.lease ?? alone,
  );
  if (setAside !== null) {
    onTrouble(`deliveries.json was damaged (${setAside.why}); it was put aside as ${setAside.path}`);
  }
  return keepDeliveries(file, clock, onTrouble, parts.mask);
}

/** The rules, over a file that is open. */
export function keepDeliveries(
  file: Pick<JsonFile<DeliveriesData>, "data" | "write">,
  clock: Clock,
  onTrouble: (message: string) => void,
  mask: (text: string) => string = (text) => text,
): DeliveryFile {
  let writing: Promise<void> = Promise.resolve();
  const earlier = new Set(file.data.deliveries.filter(({ isDone }) => !isDone));
  const known = new Set(file.data.deliveries.flatMap(namesOf));

  function write(): Promise<void> {
    const written = file.write().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      onTrouble(
        `writing deliveries.json: ${why}; a delivery that is repeated after a restart would be done twice`,
      );
    });
    writing = written;
    return written;
  }

  return {
    async accept(delivery) {
      const entry: Entry = {
        ...delivery,
        said: delivery.said === null ? null : mask(delivery.said),
        ids: [...delivery.ids],
        at: clock.now(),
        isDone: delivery.said === null,
      };
      if (namesOf(entry).some((name) => known.has(name))) {
        // A repetition is acknowledged no sooner than the first is on the disk.
        await writing;
        return false;
      }
      for (const name of namesOf(entry)) {
        known.add(name);
      }
      const young = file.data.deliveries.filter(({ at }) => clock.now() - at < deliveryLasts);
      const kept = [...young, entry].slice(-mostDeliveries);
      for (const gone of file.data.deliveries.filter((one) => !kept.includes(one))) {
        for (const name of namesOf(gone)) {
          known.delete(name);
        }
      }
      file.data.deliveries = kept;
      await write();
      return true;
    },
    done(ids) {
      const found = file.data.deliveries.find((one) => one.ids.some((id) => ids.includes(id)));
      if (found !== undefined && !found.isDone) {
        // What was typed, and by what an answer could be given, is needed no more.
        Object.assign(found, { isDone: true, said: null, user: null, key: null, answerTo: null });
        void write();
      }
    },
    takeLost(surface) {
      const lost = [...earlier].filter((one) => one.surface === surface && !one.isDone);
      for (const one of lost) {
        earlier.delete(one);
      }
      return lost.map(({ at: _, isDone: __, ...delivery }): Delivery => delivery);
    },
    close: () => writing,
  };
}

function namesOf({ surface, ids }: Pick<Entry, "surface" | "ids">): string[] {
  return ids.map((id) => `${surface} ${id}`);
}
