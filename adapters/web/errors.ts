import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { PresentSet } from "../../src/chat/desk.ts";
import type { WebContext } from "./types.ts";

/** Every 4xx and 5xx has this one shape, so that the page, the terminal and a pipeline read it alike. */
export function errorAnswer(
  c: WebContext,
  status: ContentfulStatusCode,
  code: string,
  message: string,
  help: string | null,
  /** What a yes would be for now, where it was for something else. */
  present?: PresentSet,
): Response {
  return c.json({ error: { code, message, help, ...(present === undefined ? {} : { present }) } }, status);
}
