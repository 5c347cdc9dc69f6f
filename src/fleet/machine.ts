import { createHash } from "node:crypto";
import { z } from "zod";

/** Which machine it is that answers, as it says itself over a connection whose host key was verified. */
export const machineSchema = z.object({
  /** Its SSH host keys, such as `ssh-ed25519 SHA256:…`, sorted; none where it has no sshd. */
  hostKeys: z.array(z.string()),
  /** Empty where it says none. */
  machineId: z.string(),
  bootId: z.string(),
  /** The host name that its running system has by its configuration; what the kernel says where that leaves it to DHCP. */
  hostName: z.string(),
});
export type Machine = z.infer<typeof machineSchema>;

/** Asks for the keys that sshd was told to use, also where they lie on a disk of their own, and for those in /etc/ssh. */
export const machineScript = `
printf 'machine=%s\\n' "$(cat /etc/machine-id 2>/dev/null)"
printf 'hostname=%s\\n' "$(cat /run/current-system/etc/hostname 2>/dev/null || cat /proc/sys/kernel/hostname)"
{ printf '%s\\n' /etc/ssh/ssh_host_*_key; sed -n 's/^[[:space:]]*[Hh][Oo][Ss][Tt][Kk][Ee][Yy][[:space:]=]\\{1,\\}//p' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null; } | while IFS= read -r key; do
  key=\${key#\\"}; key=\${key%\\"}
  [ -r "$key.pub" ] && printf 'hostkey=%s\\n' "$(cut -d ' ' -f 1,2 "$key.pub")"
done
`;

export function readMachine(lines: readonly (readonly [string, string])[], bootId: string): Machine | null {
  const value = (name: string) => lines.find(([key]) => key === name)?.[1].trim() ?? "";
  const hostKeys = lines.flatMap(([key, text]) => (key === "hostkey" ? fingerprintOf(text) : []));
  const machineId = /^[0-9a-f]{32}$/.test(value("machine")) ? value("machine") : "";
  const hostName = value("hostname").slice(0, 253);
  return hostKeys.length === 0 && machineId === ""
    ? null
    : { hostKeys: [...new Set(hostKeys)].sort(), machineId, bootId, hostName };
}

function fingerprintOf(text: string): string[] {
  const [, type, key = ""] = /^([a-z][a-z0-9@.-]{2,63}) ([A-Za-z0-9+/]{20,}={0,2})$/.exec(text.trim()) ?? [];
  const hash = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64").replace(/=+$/, "");
  return type === undefined ? [] : [`${type} SHA256:${hash}`];
}
