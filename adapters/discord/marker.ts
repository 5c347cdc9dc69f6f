import { createHash } from "node:crypto";
import { limits } from "./limits.ts";

/**
 * A message is marked by the number of its frame, which Discord keeps and shows to nobody, so that a post whose answer was
 * lost can be found again. A positive number of 31 bits, the same for the same key.
 */
export function markerOf(key: string): number {
  return createHash("sha256").update(key).digest().readUInt32BE() & 0x7fff_ffff || 1;
}

/** With it Discord itself takes a post that comes again within some minutes for the first one. */
export function nonceOf(key: string): string {
  return createHash("sha256").update(key).digest("base64url").slice(0, limits.nonce);
}
