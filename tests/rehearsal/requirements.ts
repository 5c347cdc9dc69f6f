import { access, constants, mkdir, mkdtemp, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { fleetsDir } from "./places.ts";
import { contained, must, run } from "./run.ts";

/** Programs by the Debian package that brings them. */
const programs = {
  debootstrap: "debootstrap",
  "systemd-nspawn": "systemd-container",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  setpriv: "util-linux",
  unshare: "util-linux",
  nsenter: "util-linux",
} as const;

const enoughBytes = 3 * 1024 ** 3;

/** Empty when a fleet can run here; otherwise what is missing, in sentences that follow "this needs". */
export async function whatIsMissing(): Promise<readonly string[]> {
  if (process.platform !== "linux") return [`Linux (this is ${process.platform})`];
  if (process.getuid?.() !== 0) return [`root rights (you are uid ${process.getuid?.()})`];
  const missing: string[] = [];
  const absent = await absentPackages();
  if (absent.length > 0 && !(await has("apt-get"))) {
    missing.push(`${absent.join(", ")} (install them; only Debian's apt-get is known here)`);
  }
  if (!["x64", "arm64"].includes(process.arch))
    missing.push(`an x86_64 or arm64 processor (this is ${process.arch})`);
  const namespaces = await whatNamespacesLack();
  if (namespaces !== undefined) missing.push(namespaces);
  const { bavail, bsize } = await statfs("/var");
  if (bavail * bsize < enoughBytes)
    missing.push(`3 GB free under /var (there are ${Math.round((bavail * bsize) / 1e6)} MB)`);
  return missing;
}

/** Installs the programs that are not there, which is possible on Debian and its kin. */
export async function installMissing(): Promise<void> {
  const absent = await absentPackages();
  if (absent.length === 0) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await must("read apt's package lists", ["apt-get", "update"], { env, timeoutMs: 120_000 });
  const install = ["apt-get", "install", "--yes", "--no-install-recommends", ...absent];
  await must(`install ${absent.join(", ")}`, install, { env, timeoutMs: 240_000 });
}

async function absentPackages(): Promise<readonly string[]> {
  const absent = new Set<string>();
  for (const [program, name] of Object.entries(programs)) if (!(await has(program))) absent.add(name);
  return [...absent];
}

/** Tries what every machine needs: an overlay on the disk, in a mount namespace, and a cgroup of its own. */
async function whatNamespacesLack(): Promise<string | undefined> {
  if (!(await has("unshare")) || !(await has("setpriv"))) return undefined;
  await mkdir(fleetsDir, { recursive: true });
  const dir = await mkdtemp(join(fleetsDir, ".probe-"));
  const script =
    'cd "$1" && mkdir lower upper work root && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root';
  const probe = await run(contained(["sh", "-c", script, "sh", dir]), { timeoutMs: 10_000 });
  await rm(dir, { recursive: true, force: true });
  if (probe.exitCode !== 0) {
    return `mount and process namespaces with overlay mounts, which a container often withholds (${probe.stderr.trim()})`;
  }
  const writable = await Promise.all(["/sys/fs/cgroup", "/sys/fs/cgroup/systemd"].map(isWritable));
  return writable.includes(true) ? undefined : "a writable /sys/fs/cgroup, which a container often withholds";
}

const isWritable = (dir: string): Promise<boolean> =>
  access(join(dir, "cgroup.procs"), constants.W_OK).then(
    () => true,
    () => false,
  );

async function has(program: string): Promise<boolean> {
  for (const dir of [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"]) {
    const found = await access(join(dir || "/", program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
