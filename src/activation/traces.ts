import { deadlines } from "../config/deadlines.ts";
import { mustRun, type Shell } from "../remote/shell.ts";

/** What a host itself tells of a supervisor that is over, beside what the supervisor wrote. */
export interface Traces {
  /** The system that the boot loader starts next; null where that cannot be told: only systemd-boot's entries are read. */
  readonly entry: string | null;
  /**
   * The unit's main process said itself that it had not committed, in systemd's own words (PID 1) in the journal. That it ended
   * well says less: so does one that was stopped.
   */
  readonly hasFailed: boolean;
  /** It shuts down at this moment, in systemd's own words. */
  readonly isStopping: boolean;
}

const script = `
for root in /boot /efi /boot/efi; do
  name=$(sed -n 's/^default[[:space:]]*//p' "$root/loader/loader.conf" 2>/dev/null) || continue
  for entry in "$root"/loader/entries/$name; do
    sed -n 's,^options.*init=\\(/nix/store/[^/ ]*\\)/init.*,entry=\\1,p' "$entry" 2>/dev/null
  done
  break
done
printf 'system=%s\\n' "$(systemctl is-system-running)"
timeout 8 journalctl --no-pager -o cat -n 20 _PID=1 "UNIT=switchyard-$1.service" 2>/dev/null
exit 0
`;

export const noTraces: Traces = { entry: null, hasFailed: false, isStopping: false };

export async function readTraces(host: Shell, id: string): Promise<Traces> {
  const { stdout } = await mustRun(host, `reading what ${host.name} boots`, {
    argv: ["sh", "-c", script, "traces", id],
    timeout: deadlines.hostCommand,
  });
  return parseTraces(stdout);
}

export function parseTraces(stdout: string): Traces {
  const entries = [...stdout.matchAll(/^entry=(\S+)$/gm)].map(([, path = ""]) => path);
  const [entry = null] = new Set(entries).size === 1 ? entries : [];
  const hasFailed = /^switchyard-\S+: Main process exited, code=exited, status=[1-9]/m.test(stdout);
  return { entry, hasFailed, isStopping: /^system=stopping$/m.test(stdout) };
}
