import { constants } from "node:fs";
import { access, readFile, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Settings } from "../config/env.ts";
import { readKnownHost } from "../remote/known-hosts.ts";
import { type DoctorLine, failed, ok, reasonOf, warn } from "./line.ts";

/** Bytes. State and history are small; logs are not. */
const leastFree = 200e6;

const may = (path: string, mode: number) =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/** Where the bot keeps what it knows. */
export async function checkDataDirectory(directory: string): Promise<DoctorLine> {
  const part = "data directory";
  if (!(await may(directory, constants.F_OK))) {
    return (await may(dirname(directory), constants.W_OK))
      ? ok(part, `${directory} is not there yet, and is made at the first start`)
      : failed(
          part,
          `${directory} is not there, and cannot be made`,
          "Make it for the bot's user, or set SWITCHYARD_DATA_DIR.",
        );
  }
  if (!(await may(directory, constants.R_OK | constants.W_OK | constants.X_OK))) {
    return failed(
      part,
      `${directory} cannot be written`,
      "Run this as the bot's user, or give the directory to that user: chown -R.",
    );
  }
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < leastFree) {
    return failed(
      part,
      `${directory} has only ${Math.round((bavail * bsize) / 1e6)} MB left`,
      "Free space there, or lower SWITCHYARD_LOGS_SIZE.",
    );
  }
  const { mode } = await stat(directory);
  return (mode & 0o077) === 0
    ? ok(part, `${directory} can be written, and only by the bot's user`)
    : warn(part, `${directory} is open to other users of this machine`, `chmod 700 ${directory}`);
}

/** Whom wrong tokens are counted for, where a proxy stands in front of the page. */
export function checkProxies({
  allowedHosts,
  trustedProxies,
}: Pick<Settings, "allowedHosts" | "trustedProxies">): DoctorLine[] {
  if (trustedProxies.length > 0) {
    return [ok("proxies", `X-Forwarded-For is believed from ${trustedProxies.join(", ")} alone`)];
  }
  return allowedHosts.length === 0
    ? []
    : [
        warn(
          "proxies",
          "a proxy stands in front of the page and none is trusted, so the wrong tokens of all people are counted as one address's",
          "Set SWITCHYARD_TRUSTED_PROXIES to the address by which the proxy connects, such as 127.0.0.1.",
        ),
      ];
}

/** fleet.yaml may be absent, but not by mistake. */
export async function checkFleetFile(path: string): Promise<DoctorLine[]> {
  return (await may(path, constants.R_OK))
    ? []
    : [
        warn(
          "fleet.yaml",
          `there is no ${path} that can be read, so every host has the defaults`,
          "Copy fleet.example.yaml there, or correct SWITCHYARD_FLEET_FILE.",
        ),
      ];
}

/** The bot's own key and what it knows of host keys, where it speaks SSH itself. */
export async function checkKeys({
  builder,
  sshKey,
  knownHosts,
}: Pick<Settings, "builder" | "sshKey" | "knownHosts">): Promise<DoctorLine[]> {
  return [
    ...(sshKey === null ? [] : [await checkKey(sshKey)]),
    ...(knownHosts === null || builder.kind === "local"
      ? []
      : [await checkHostKey(knownHosts, builder.host, builder.port)]),
  ];
}

async function checkKey(path: string): Promise<DoctorLine> {
  const part = "ssh key";
  try {
    const text = await readFile(path, "utf8");
    if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
      return failed(part, `${path} is no private key`, "Name the private half in SWITCHYARD_SSH_KEY.");
    }
    if (isEncrypted(text)) {
      return failed(
        part,
        `${path} asks for a passphrase, which nobody can give`,
        "Make one without: ssh-keygen -t ed25519 -N '' -f FILE.",
      );
    }
    const { mode } = await stat(path);
    return (mode & 0o077) === 0
      ? ok(part, `${path} can be read, and only by the bot's user`)
      : warn(part, `${path} can be read by other users`, `chmod 600 ${path}`);
  } catch (error) {
    return failed(
      part,
      `${path} cannot be read: ${reasonOf(error)}`,
      "Correct SWITCHYARD_SSH_KEY, or make one: ssh-keygen -t ed25519 -N '' -f FILE.",
    );
  }
}

/** OpenSSH's own format names its cipher right after the magic; older ones say ENCRYPTED. */
function isEncrypted(pem: string): boolean {
  if (/ENCRYPTED/.test(pem)) {
    return true;
  }
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(pem)?.[1];
  if (body === undefined) {
    return false;
  }
  const bytes = Buffer.from(body, "base64");
  const magic = "openssh-key-v1\0";
  const length = bytes.length > magic.length + 4 ? bytes.readUInt32BE(magic.length) : 0;
  return bytes.toString("latin1", magic.length + 4, magic.length + 4 + length) !== "none";
}

async function checkHostKey(file: string, host: string, port: number): Promise<DoctorLine> {
  const part = "host key";
  try {
    const { types } = await readKnownHost(file, host, port);
    return ok(part, `${file} has the builder's: ${types.join(", ")}`);
  } catch (error) {
    return failed(
      part,
      reasonOf(error).replace(/^checking the host key of /, ""),
      `Compare the fingerprint over a way you trust, then: ssh-keyscan -p ${port} ${host} >> ${file}`,
    );
  }
}
