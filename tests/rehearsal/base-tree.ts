import { createHash } from "node:crypto";
import { access, constants, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { underLock } from "./locks.ts";
import { debianMirror } from "./mirror.ts";
import { cacheDir, machineFiles } from "./places.ts";
import { contained, must } from "./run.ts";
import { isReadableTree } from "./trees.ts";

const suite = "trixie";
const packages = [
  ...["systemd", "systemd-sysv", "dbus", "openssh-server", "openssh-client", "iproute2", "git"],
  ...["ca-certificates", "curl", "netcat-openbsd", "procps", "sudo", "util-linux"],
];
const script = join(machineFiles, "build-base.sh");
/** What debootstrap and apt print for this recipe, counted once: enough for a bar that moves evenly. */
const expectedLines = 1000;

const mustExist = ["usr/bin/nix", "usr/sbin/sshd", "usr/lib/systemd/systemd", "usr/bin/git", "usr/bin/sudo"];

export async function baseTreeKey(): Promise<string> {
  const recipe = JSON.stringify([suite, packages, await readFile(script, "utf8")]);
  return createHash("sha256").update(recipe).digest("hex").slice(0, 12);
}

/** The Debian tree under all machines: made once a machine, under a lock, and renamed into place when whole. */
export async function baseTree(onFraction: (fraction: number) => void): Promise<string> {
  const dir = join(cacheDir, `base-${await baseTreeKey()}`);
  if (await isWhole(dir)) return dir;
  return underLock(join(cacheDir, "base"), 10 * 60_000, async () => {
    if (await isWhole(dir)) return dir;
    await removeHalfMade(cacheDir, "base-");
    await rm(dir, { recursive: true, force: true });
    const making = `${dir}.making`;
    await mkdir(making, { recursive: true });
    await build(making, onFraction);
    await writeFile(join(making, ".whole"), "");
    await rename(making, dir);
    return dir;
  });
}

async function build(target: string, onFraction: (fraction: number) => void): Promise<void> {
  let lines = 0;
  const argv = ["sh", script, target, suite, packages.join(","), await debianMirror()];
  await must("make the Debian base tree (is the mirror in apt's sources reachable?)", contained(argv), {
    timeoutMs: 8 * 60_000,
    onLine: () => onFraction(Math.min(0.99, ++lines / expectedLines)),
  });
}

async function isWhole(dir: string): Promise<boolean> {
  try {
    await access(join(dir, ".whole"));
    for (const file of mustExist) await access(join(dir, file), constants.X_OK);
    return await isReadableTree(dir);
  } catch {
    return false;
  }
}

/** Safe under the lock: whoever was making these has died. */
export async function removeHalfMade(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix) && name.endsWith(".making")) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}
