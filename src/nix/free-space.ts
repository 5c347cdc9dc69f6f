import { wholeNumber } from "./whole-number.ts";

/** Reads `df --output=avail,target --block-size=1`: free bytes of the one path asked for; null when it is not there. */
export function readFreeSpace(stdout: string): number | null {
  const line = stdout.trim().split("\n")[1];
  return wholeNumber(line?.trim().split(/\s+/)[0] ?? "");
}
