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
  /** The critical units of fleet.yaml, or the usual ones that the system wants, with systemd's ActiveState. */
  readonly critical: readonly { readonly unit: string; readonly state: string }[];
  /** What listens, by port; each once, whatever the number of addresses. */
  readonly ports: readonly ListeningPort[];
  /** When the running system was switched to or booted, in seconds since 1970; 0 where that is not known. */
  readonly switchedAt: number;
  /** The last errors in the journal since then, the newest last. */
  readonly journal: readonly string[];
}

export interface ListeningPort {
  readonly protocol: string;
  readonly port: number;
  /** The program; empty where it is not told. */
  readonly program: string;
  /** Others reach it, not the host alone. */
  readonly isOpen: boolean;
}

/** Critical wherever the system wants them to run; a D-Bus-activated one may be away for a good reason. */
const usual = ["sshd", "NetworkManager", "tailscaled", "systemd-logind", "systemd-hostnamed"].map(
  (name) => `${name}.service`,
);

export interface Disk {
  readonly mount: string;
  /** KiB. */
  readonly used: number;
  /** What anybody but root may still use; file systems keep a part for root. */
  readonly available: number;
}

const mounts = ["/", "/nix", "/boot", "/var"];
const journalLines = 20;
const mostSockets = 300;
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
if [ $# -eq 0 ]; then
  for unit in ${usual.join(" ")}; do
    [ -z "$(systemctl show --value --property=WantedBy,RequiredBy -- "$unit" | tr -d '\\n')" ] || set -- "$@" "$unit"
  done
fi
for unit; do printf 'critical=%s %s\\n' "$unit" "$(systemctl show --value --property=ActiveState -- "$unit")"; done
ss -H -l -n -t -u -p 2>/dev/null | head -n ${mostSockets} | sed 's/^/listen=/'
switched=$(stat -c %Y /run/current-system 2>/dev/null)
printf 'switched=%s\\n' "$switched"
echo '${journalMark}'
timeout 8 journalctl --boot --priority=err \${switched:+--since=@$switched} --lines=${journalLines} --no-pager --quiet --output=short-iso | cut -c 1-${longestLine}
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
    ports: portsIn(all("listen")),
    switchedAt: Number(one("switched")) || 0,
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

/** `ss -H -lntup`: netid, state, queues, local address and port, peer, `users:(("sshd",pid=1,fd=3))`. */
function portsIn(rows: readonly string[]): ListeningPort[] {
  const found = new Map<string, ListeningPort>();
  for (const row of rows) {
    const [protocol = "", , , , local = ""] = row.split(/\s+/);
    const at = local.lastIndexOf(":");
    const port = Number(local.slice(at + 1));
    if (!/^(tcp|udp)$/.test(protocol) || !Number.isInteger(port) || port === 0) {
      continue;
    }
    const program = /users:\(\("([^"]*)"/.exec(row)?.[1] ?? "";
    const isOpen = !/^(127\.|\[::1\]|\[::ffff:127\.)/.test(local.slice(0, at));
    const key = `${port} ${protocol} ${program}`;
    found.set(key, { protocol, port, program, isOpen: isOpen || found.get(key)?.isOpen === true });
  }
  return [...found.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
}
