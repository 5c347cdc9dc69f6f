/** Reads `df --output=avail,target --block-size=1`: free bytes of the one path asked for; null when it is not there. */
export function readFreeSpace(stdout: string): number | null {
  const line = stdout.trim().split("\n")[1];
  const free = Number(line?.trim().split(/\s+/)[0]);
  return line === undefined || Number.isNaN(free) ? null : free;
}
