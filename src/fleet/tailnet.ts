import { z } from "zod";

/** What `tailscale status --json` says of a machine, as seen from the builder. */
export type TailnetState =
  | { readonly kind: "online" }
  /** `since` is an ISO 8601 time, where tailscale knows it. */
  | { readonly kind: "offline"; readonly since: string | null }
  /** The builder itself is not in its tailnet now. */
  | { readonly kind: "down"; readonly why: string }
  | { readonly kind: "unknown" };

const tailnetName = /\.ts\.net\.?$/i;

/** MagicDNS names, 100.64.0.0/10 and Tailscale's own IPv6 prefix (tailscale.com/kb/1015). */
export function isTailnetAddress(address: string): boolean {
  const [, second = "0"] = /^100\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(address) ?? [];
  return (
    (Number(second) >= 64 && Number(second) <= 127) ||
    tailnetName.test(address) ||
    /^fd7a:115c:a1e0:/i.test(address)
  );
}

/** Exits with 127 where there is no tailscale. */
export const tailscaleStatus = [
  "sh",
  "-c",
  "command -v tailscale >/dev/null 2>&1 || exit 127; exec timeout 10 tailscale status --json",
  "tailscale",
];

const peerSchema = z.object({
  HostName: z.string().default(""),
  DNSName: z.string().default(""),
  TailscaleIPs: z.array(z.string()).nullish(),
  Online: z.boolean().default(false),
  LastSeen: z.string().default(""),
});
const statusSchema = z.object({
  BackendState: z.string(),
  Self: peerSchema.nullish(),
  Peer: z.record(z.string(), peerSchema).nullish(),
});

/** Null where the builder has no tailscale. */
export function readTailnet(
  exit: { readonly exitCode: number; readonly stdout: string; readonly stderr: string },
  address: string,
): TailnetState | null {
  if (exit.exitCode === 127) {
    return null;
  }
  const status = statusSchema.safeParse(parseJson(exit.stdout)).data;
  if (status === undefined) {
    return { kind: "down", why: exit.stderr.trim().split("\n")[0] || `exit ${exit.exitCode}` };
  }
  if (status.BackendState !== "Running") {
    return { kind: "down", why: status.BackendState };
  }
  const wanted = address.toLowerCase().replace(/\.$/, "");
  const peers = [
    ...(status.Self ? [{ ...status.Self, Online: true }] : []),
    ...Object.values(status.Peer ?? {}),
  ];
  const peer = peers.find(({ HostName, DNSName, TailscaleIPs }) => {
    const name = DNSName.toLowerCase().replace(/\.$/, "");
    const names = [name, name.split(".")[0], HostName.toLowerCase(), ...(TailscaleIPs ?? [])];
    return names.includes(wanted);
  });
  if (peer === undefined) {
    return { kind: "unknown" };
  }
  // Go's zero time means: never seen, or seen right now.
  const since = peer.LastSeen === "" || peer.LastSeen.startsWith("0001-") ? null : peer.LastSeen;
  return peer.Online ? { kind: "online" } : { kind: "offline", since };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
