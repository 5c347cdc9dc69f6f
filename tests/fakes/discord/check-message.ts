import type { Fields } from "../slack/json.ts";
import { ApiError } from "./api.ts";
import type { Body } from "./types.ts";

/** Refuses what Discord would refuse of a message, besides what its description of the API says. */
export function checkMessage(_request: Fields, body: Body): void {
  const { content, embeds, components, attachments } = body;
  if (content === "" && embeds.length + components.length + attachments.length === 0) {
    throw new ApiError(400, 50006, "Cannot send an empty message");
  }
}
