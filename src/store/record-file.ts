import { z } from "zod";
import type { FileFormat } from "./json-file.ts";
import { decodeRecords, encodeRecords, type LineCache, recordFormat, type Sections } from "./record-lines.ts";

/** How a section stands in memory: records by key, a list of records, or one value. */
type Shape = "map" | "list" | "value";
type Shapes = Readonly<Record<string, Shape>>;

/** The sections of state.json and of a month, and in which of them a record is never changed in place. */
export const stateShapes = {
  deployments: "map",
  runs: "map",
  inventory: "value",
  machines: "map",
  threads: "map",
  locks: "list",
  months: "value",
} as const;
export const monthShapes = { deployments: "map", runs: "map" } as const;
const unchanging: ReadonlySet<string> = new Set(["deployments", "runs"]);

/** Records a line each (`record-lines.ts`); a file of the older format, plain JSON, is read as well. */
export function recordFile<T extends object>(shapes: Shapes, cache: LineCache): FileFormat<T> {
  const names = Object.keys(shapes);
  return {
    version: recordFormat,
    read(text) {
      const decoded = decodeRecords(text, names);
      if (decoded === null) {
        const value: unknown = JSON.parse(text);
        return { value, missing: {}, isOutdated: true };
      }
      const sections = Object.entries(decoded.sections).flatMap(([name, records]) => {
        const value = inMemory(shapes[name] ?? "map", records);
        return value === undefined ? [] : [[name, value] as const];
      });
      const value = { version: 1, ...Object.fromEntries(sections) };
      return { value, missing: decoded.missing, isOutdated: !decoded.isWhole };
    },
    write(data, term) {
      const values = new Map<string, unknown>(Object.entries(data));
      const sections: Sections = Object.fromEntries(
        names.map((name) => [name, onDisk(shapes[name] ?? "map", values.get(name))]),
      );
      return encodeRecords(sections, (name) => (unchanging.has(name) ? cache : null), term);
    },
  };
}

function inMemory(shape: Shape, records: Readonly<Record<string, unknown>>): unknown {
  switch (shape) {
    case "map":
      return Object.fromEntries(Object.entries(records).map(([key, record]) => [key, record]));
    case "list":
      return Object.values(records);
    case "value":
      return valueSchema.safeParse(records["value"]).data?.is;
  }
}

const valueSchema = z.object({ is: z.unknown() });

function onDisk(shape: Shape, value: unknown): Readonly<Record<string, object>> {
  switch (shape) {
    case "map":
    case "list":
      return Object.fromEntries(Object.entries(value ?? {}));
    case "value":
      return { value: { is: value } };
  }
}
