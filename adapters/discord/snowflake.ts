/** Discord's ids begin with the time: milliseconds since 2015 (discord.com/developers/docs/reference#snowflakes). */
const epoch = 1_420_070_400_000;

/** Milliseconds since 1970. */
export function timeOf(id: string): number {
  return Number(BigInt(id) >> 22n) + epoch;
}

/** The lowest id of a moment. */
export function idAt(milliseconds: number): string {
  return (BigInt(Math.max(0, Math.floor(milliseconds) - epoch)) << 22n).toString();
}
