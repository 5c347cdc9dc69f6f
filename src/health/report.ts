import { wholeNumber } from "../nix/whole-number.ts";

/** What /health shows of a host, in one question. */
export interface HealthReport {
  /** systemd's word: running, degraded … */
  readonly system: string;
  readonly uptimeSeconds: number;
  /** The load of the last 1, 5 and 15 minutes. */
  readonly load: readonly number[];
  readonly cores: number;
  /** KiB. */
  readonly memory: { readonly total: number; readonly available: number };
  readonly swap: { readonly total: number; readonly free: number };
  readonly disks: readonly Disk[];
  readonly failedUnits: readonly string[];
  /** The critical units of fleet.yaml, with systemd's ActiveState. */
  readonly critical: readonly { readonly unit: string; readonly state: string }[];
  /** The last errors in the journal since the boot, the newest last. */
  readonly journal: readonly string[];
}

export interface Disk {
  readonly mount: string;
  /** KiB. */
  readonly used: number;
  /** What anybody but root may still use; file systems keep a part for root. */
  readonly available: number;
}

const mounts = ["/", "/nix", "/boot", "/var"];
const journalLines = 20;
const longestLine = 300;
/** What services write stands behind this mark, so that no line of theirs can pass for an answer of ours. */
const journalMark = "--- journal";
/** An answer that was cut must not pass for a host with fewer errors. */
const endMark = "--- end of report";

const script = `
printf 'state=%s\\n' "$(systemctl is-system-running)"
printf 'uptime=%s\\n' "$(cut -d ' ' -f 1 /proc/uptime)"
printf 'load=%s\\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)"
printf 'cores=%s\\n' "$(nproc)"
grep -E '^(MemTotal|MemAvailable|SwapTotal|SwapFree):' /proc/meminfo
df -P -k -- ${mounts.join(" ")} 2>/dev/null | tail -n +2 | sed 's/^/disk=/'
systemctl list-units --failed --plain --no-legend --full | cut -d ' ' -f 1 | sed 's/^/failed=/'
for unit; do printf 'critical=%s %s\\n' "$unit" "$(systemctl show --value --property=ActiveState -- "$unit")"; done
echo '${journalMark}'
timeout 8 journalctl --boot --priority=err --lines=${journalLines} --no-pager --quiet --output=short-iso | cut -c 1-${longestLine}
echo '${endMark}'
`;

export function healthReportArgv(critical: readonly string[]): string[] {
  return ["sh", "-c", script, "health", ...critical];
}

export function parseHealthReport(host: string, stdout: string): HealthReport {
  const lines = stdout.trimEnd().split("\n");
  const mark = lines.indexOf(journalMark);
  if (mark < 0 || lines.at(-1) !== endMark) {
    throw new Error(`reading the health of ${host}: the answer is not whole`);
  }
  const said = lines.slice(0, mark);
  const all = (name: string) =>
    said.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1).trim());
  const one = (name: string) => all(name)[0] ?? "";
  const kib = (name: string) =>
    wholeNumber(/^\S+:\s+(\d+)/.exec(said.find((line) => line.startsWith(`${name}:`)) ?? "")?.[1] ?? "") ?? 0;
  return {
    system: one("state"),
    uptimeSeconds: wholeNumber(one("uptime").split(".")[0] ?? "") ?? 0,
    load: one("load")
      .split(" ")
      .filter((word) => /^\d{1,9}(\.\d{1,9})?$/.test(word))
      .map(Number),
    cores: wholeNumber(one("cores")) || 1,
    memory: { total: kib("MemTotal"), available: kib("MemAvailable") },
    swap: { total: kib("SwapTotal"), free: kib("SwapFree") },
    disks: disksIn(all("disk")),
    failedUnits: all("failed").filter(Boolean),
    critical: all("critical").map((text) => {
      const [unit = "", state = ""] = text.split(" ");
      return { unit, state: state || "unknown" };
    }),
    journal: lines.slice(mark + 1, -1),
  };
}

/** `df -P -k`: device, 1024-blocks, used, available, capacity, mount point. A place that is no mount of its own names another again. */
function disksIn(rows: readonly string[]): Disk[] {
  const disks = new Map<string, Disk>();
  for (const row of rows) {
    const [, used, available, mount] =
      /\s\d{1,15}\s+(\d{1,15})\s+(\d{1,15})\s+\d{1,3}%\s+(.*)$/.exec(row) ?? [];
    if (mount !== undefined) {
      disks.set(mount, { mount, used: Number(used), available: Number(available) });
    }
  }
  return [...disks.values()];
}
