import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../config/clock.ts";
import { deadlines } from "../config/deadlines.ts";
import type { Troubles } from "../troubles/troubles.ts";
import type { Deliveries, Delivery } from "./deliveries.ts";
import { diskTrouble } from "./disk-trouble.ts";
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
  /** Writes once more what the disk did not take. */
  retry(): Promise<void>;
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
  readonly troubles: Troubles;
}

export async function openDeliveries(parts: DeliveryParts): Promise<DeliveryFile> {
  const { clock, troubles } = parts;
  // A damaged file is kept beside it, which is told for as long as it is there (`damage.ts`).
  const { file } = await openJsonFile(
    join(parts.directory, "deliveries.json"),
    fileSchema,
    { version: 1, deliveries: [] },
    new Date(clock.now()),
    parts.lease ?? alone,
  );
  return keepDeliveries(file, clock, troubles, parts.mask);
}

/** The rules, over a file that is open. */
export function keepDeliveries(
  file: Pick<JsonFile<DeliveriesData>, "data" | "write">,
  clock: Clock,
  troubles: Troubles,
  mask: (text: string) => string = (text) => text,
): DeliveryFile {
  let writing: Promise<void> = Promise.resolve();
  /** One that has not begun yet writes what was accepted until then, so many at once are one write. */
  let next: Promise<void> | null = null;
  let isBehind = false;
  const earlier = new Set(file.data.deliveries.filter(({ isDone }) => !isDone));
  const known = new Set(file.data.deliveries.flatMap(namesOf));

  function report(why: string): void {
    troubles.report(
      "deliveries",
      `deliveries.json cannot be written (${why}): what chat platforms deliver is remembered in memory alone, and is forgotten when the bot stops.`,
    );
  }

  function write(): Promise<void> {
    next ??= writing.then(async () => {
      next = null;
      isBehind = true;
      try {
        await file.write();
        isBehind = false;
        troubles.clear("deliveries");
      } catch (error) {
        report(diskTrouble(error)?.what ?? (error instanceof Error ? error.message : String(error)));
      }
    });
    writing = next;
    return next;
  }

  /** A disk that is slow must not cost the acknowledgement: the platform would repeat what is being done. */
  async function written(work: Promise<void>): Promise<void> {
    const over = new AbortController();
    const late = clock.sleep(deadlines.deliveryWrite, over.signal).then(
      () => report(`the disk takes longer than ${deadlines.deliveryWrite} ms`),
      () => {},
    );
    await Promise.race([work, late]);
    over.abort();
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
        await written(writing);
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
      await written(write());
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
    retry: () => (isBehind ? write() : Promise.resolve()),
    close: () => writing,
  };
}

function namesOf({ surface, ids }: Pick<Entry, "surface" | "ids">): string[] {
  return ids.map((id) => `${surface} ${id}`);
}
