import { run } from "../run.ts";
import { tablePrefix } from "./network.ts";

/** Takes away what a run that crashed left in this machine's firewall; in the machines it ends with them. */
export async function clearNetwork(fleet: string): Promise<void> {
  const listed = await run(["nft", "list", "tables"]).catch(() => undefined);
  for (const table of staleTables(fleet, listed?.stdout ?? "")) {
    await run(["nft", "delete", "table", "inet", table]);
  }
}

/** Reads `nft list tables`: one `table FAMILY NAME` a line. */
export function staleTables(fleet: string, listed: string): string[] {
  return listed
    .split("\n")
    .flatMap((line) => /^table inet (\S+)$/.exec(line.trim())?.[1] ?? [])
    .filter((name) => name.startsWith(tablePrefix(fleet)));
}
