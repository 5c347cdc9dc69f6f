import type { HostFacts } from "../deploy/host-facts.ts";
import { parseHostFacts, readHostFactsArgv } from "./host-facts.ts";

/** What /status shows of a host, in one question. */
export interface HostLook {
  readonly facts: HostFacts;
  /** The revision that the running system says it was built from; empty where it does not say. */
  readonly revision: string;
  /** systemd's word: running, degraded … */
  readonly system: string;
  readonly failedUnits: readonly string[];
}

const script = `
printf 'revision=%s\\n' "$(timeout 5 /run/current-system/sw/bin/nixos-version --configuration-revision 2>/dev/null)"
printf 'state=%s\\n' "$(systemctl is-system-running)"
printf 'failed=%s\\n' "$(systemctl list-units --failed --plain --no-legend --full | cut -d ' ' -f 1 | tr '\\n' ' ')"
`;

/** The questions of {@link readHostFactsArgv}, and these. */
export function hostLookArgv(): string[] {
  const [sh = "sh", flag = "-c", facts = "", ...args] = readHostFactsArgv();
  return [sh, flag, `${facts}${script}`, ...args];
}

export function parseHostLook(host: string, stdout: string): HostLook {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(stdout)?.[1]?.trim() ?? "";
  return {
    facts: parseHostFacts(host, stdout),
    revision: value("revision"),
    system: value("state"),
    failedUnits: value("failed").split(" ").filter(Boolean),
  };
}
