import { stringify } from "yaml";
import type { Network } from "./addresses.ts";

const web = (host: string) => ({ http: `http://${host}:8480/healthz` });

/** The fleet.yaml that a bot uses on this fleet. */
export function fleetFile({ port }: Network): string {
  const reach = (host: string) => ({ targetHost: host, ...(port === 22 ? {} : { targetPort: port }) });
  return stringify({
    defaults: { ref: "origin/main", refs: ["origin/main", "origin/next"], settle: "3s" },
    hosts: {
      yoga: {
        ...reach("yoga"),
        tags: ["workstation"],
        risk: "low",
        critical: ["web.service", "sshd.service"],
        checks: [web("yoga")],
      },
      zephyrus: {
        ...reach("zephyrus"),
        targetUser: "deploy",
        tags: ["workstation", "media"],
        risk: "low",
        critical: ["worker.service", "sshd.service"],
        checks: [web("zephyrus"), { command: ["systemctl", "is-active", "worker.service"] }],
      },
      "hetzner-vps": {
        ...reach("hetzner-vps"),
        tags: ["server", "production"],
        risk: "high",
        critical: ["web.service", "postgresql.service", "sshd.service"],
        checks: [web("hetzner-vps"), { tcp: "hetzner-vps:8480" }],
      },
      "ovh-vps": {
        ...reach("ovh-vps"),
        tags: ["server"],
        risk: "medium",
        critical: ["web.service", "sshd.service"],
        checks: [web("ovh-vps")],
      },
    },
  });
}
