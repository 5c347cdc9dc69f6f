import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { WebContext } from "./types.ts";

/** Every 4xx and 5xx has this one shape, so that the page, the terminal and a pipeline read it alike. */
export function errorAnswer(
  c: WebContext,
  status: ContentfulStatusCode,
  code: string,
  message: string,
  help: string | null,
): Response {
  return c.json({ error: { code, message, help } }, status);
}
