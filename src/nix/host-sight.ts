import { type HostLook, hostLookArgv, parseHostLook } from "./host-look.ts";

/** What has to be known before a host is cleaned up or rebooted, in one question. */
export interface HostSightAnswer {
  readonly look: HostLook;
  /** The system that was booted. */
  readonly booted: string;
  /** The kernel that runs, as `uname -r` says. */
  readonly kernel: string;
  /** Bytes free for /nix/store; null where df does not say. */
  readonly free: number | null;
}

const script = `
printf 'booted=%s\\n' "$(readlink -f /run/booted-system)"
printf 'kernel=%s\\n' "$(uname -r)"
printf 'free=%s\\n' "$(df --output=avail --block-size=1 /nix/store | tail -n 1)"
`;

/** The questions of {@link hostLookArgv}, and these. */
export function hostSightArgv(): string[] {
  const [sh = "sh", flag = "-c", look = "", ...args] = hostLookArgv();
  return [sh, flag, `${look}${script}`, ...args];
}

export function parseHostSight(host: string, stdout: string): HostSightAnswer {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(stdout)?.[1]?.trim() ?? "";
  const free = value("free");
  return {
    look: parseHostLook(host, stdout),
    booted: value("booted"),
    kernel: value("kernel"),
    free: /^\d+$/.test(free) ? Number(free) : null,
  };
}
