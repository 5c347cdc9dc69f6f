import { bodyLimit } from "hono/body-limit";
import type { z } from "zod";
import type { WebContext } from "./types.ts";

const maxBody = 64 * 1024;

export function shortBody() {
  return bodyLimit({
    maxSize: maxBody,
    onError: (c) =>
      c.json({ error: { code: "too-large", message: "The body is longer than 64 KiB.", help: null } }, 413),
  });
}

/** The body as JSON of that shape, or null. */
export async function readBody<T>(c: WebContext, schema: z.ZodType<T>): Promise<T | null> {
  try {
    return schema.safeParse(JSON.parse(await c.req.text())).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
