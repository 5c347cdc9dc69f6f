import { z } from "zod";

/** The keys of records that could not be read, each with the reason. */
export type BadRecords = string[];

/** Records by id. One that is damaged is left out and named in `bad`: it must not take the others with it. */
export function soundRecords<T>(name: string, schema: z.ZodType<T>, bad: BadRecords) {
  return z.record(z.string(), z.unknown()).transform((all) => {
    const sound: [string, T][] = [];
    for (const [key, value] of Object.entries(all)) {
      const result = schema.safeParse(value);
      if (result.success) {
        sound.push([key, result.data]);
      } else {
        const [issue] = result.error.issues;
        bad.push(`${name}.${key}: ${issue?.path.join(".")}: ${issue?.message}`);
      }
    }
    return Object.fromEntries(sound);
  });
}
