import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fleetDir, type MachineName, machineNames } from "./places.ts";
import { must } from "./run.ts";

export interface KeyPair {
  readonly file: string;
  readonly secret: string;
  readonly public: string;
}

/** The bot's key opens the builder only; the builder's opens the hosts; and each machine has a host key. */
export interface Keys {
  readonly bot: KeyPair;
  readonly builder: KeyPair;
  readonly hostKey: Readonly<Record<MachineName, KeyPair>>;
}

export async function fleetKeys(fleet: string): Promise<Keys> {
  const dir = join(fleetDir(fleet), "keys");
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const pair = (name: string) => keyPair(join(dir, name), `${name}@${fleet}`);
  const [bot, builder, ...hostKeys] = await Promise.all(["bot", "builder-root", ...machineNames].map(pair));
  if (!bot || !builder) throw new Error("make the fleet's keys: none were made");
  const hostKey = Object.fromEntries(machineNames.map((name, index) => [name, hostKeys[index]]));
  return { bot, builder, hostKey: hostKey as Record<MachineName, KeyPair> };
}

async function keyPair(file: string, comment: string): Promise<KeyPair> {
  const isThere = await access(`${file}.pub`).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    await must("make an SSH key", [
      "sh",
      "-c",
      'rm -f "$1"; ssh-keygen -q -t ed25519 -N "" -C "$2" -f "$1"',
      "sh",
      file,
      comment,
    ]);
  }
  return { file, secret: await readFile(file, "utf8"), public: await readFile(`${file}.pub`, "utf8") };
}

/** A line of known_hosts; OpenSSH writes the port only where it is not 22. */
export function knownHost(name: string, port: number, key: KeyPair): string {
  const [type, blob] = key.public.split(" ");
  return `${port === 22 ? name : `[${name}]:${port}`} ${type} ${blob}\n`;
}
