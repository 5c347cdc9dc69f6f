import { createHash } from "node:crypto";
import { execa } from "execa";

export interface KnownHost {
  /** Key types on file, such as `ssh-ed25519`: only these may be asked of the server. */
  readonly types: readonly string[];
  isTrusted(key: Buffer): boolean;
}

/**
 * Reads what known_hosts says of one machine, through `ssh-keygen -F`, which knows hashed names. It wants
 * the bare name for port 22 and `[name]:port` otherwise. Keys marked @revoked are never trusted.
 */
export async function readKnownHost(file: string, host: string, port: number): Promise<KnownHost> {
  const name = port === 22 ? host : `[${host}]:${port}`;
  const { stdout, exitCode } = await execa("ssh-keygen", ["-F", name, "-f", file], {
    stdin: "ignore",
    timeout: 10_000,
    reject: false,
  });
  const keys = exitCode === 0 ? parseKeygen(stdout) : [];
  const revoked = new Set(keys.filter((key) => key.marker === "@revoked").map((key) => key.key));
  const trusted = keys.filter((key) => key.marker === null && !revoked.has(key.key));
  if (trusted.length === 0) {
    throw new Error(
      `checking the host key of ${name}: ${file} has no key for it. Compare its fingerprint over a way you trust, then add it: ssh-keyscan -p ${port} ${host} >> ${file}`,
    );
  }
  const accepted = new Set(trusted.map((key) => key.key));
  return {
    types: [...new Set(trusted.map((key) => key.type))],
    isTrusted: (key) => accepted.has(key.toString("base64")),
  };
}

/** Lines of `ssh-keygen -F`: `[@marker] names type base64 [comment]`, with `#` lines between. */
export function parseKeygen(output: string): { marker: string | null; type: string; key: string }[] {
  return output.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? (words.shift() ?? null) : null;
    const [names, type, key] = words;
    return names === undefined || names.startsWith("#") || type === undefined || key === undefined
      ? []
      : [{ marker, type, key }];
  });
}

/** As ssh shows it: `SHA256:…`. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}
