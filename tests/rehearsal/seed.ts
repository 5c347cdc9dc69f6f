import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { baseTree, removeHalfMade } from "./base-tree.ts";
import { filesOf } from "./files-of.ts";
import { gitStream } from "./git-stream.ts";
import { history } from "./history.ts";
import { underLock } from "./locks.ts";
import { cacheDir, flakeSource, here, hostNames, machineFiles } from "./places.ts";
import { contained, must } from "./run.ts";
import { allStates } from "./state.ts";
import { copyTree, isReadableTree } from "./trees.ts";

/** Counts up when what is kept beside the layers changes. */
const layout = 2;

const Facts = z.object({
  base: z.string(),
  revision: z.string(),
  toplevels: z.record(z.enum(hostNames), z.string()),
});

/** What all machines of all fleets start from: read-only layers over the base tree, lowest first. */
export interface Seed extends z.infer<typeof Facts> {
  readonly key: string;
  /** For every machine: Debian, configured, with the initial systems in a consistent Nix store. */
  readonly hostLayers: readonly string[];
  /** The same and the flake's repository. */
  readonly builderLayers: readonly string[];
}

// Debian services that a NixOS machine has not, and that would only make boots slow and logs long.
const masked = [
  ...[
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "fstrim.timer",
    "e2scrub_all.timer",
  ],
  ...[
    "console-getty.service",
    "getty@.service",
    "getty-static.service",
    "ssh.socket",
    "systemd-networkd.service",
  ],
  ...[
    "systemd-timesyncd.service",
    "systemd-firstboot.service",
    "ldconfig.service",
    "systemd-journal-catalog-update.service",
  ],
];

export async function seed(onStep: (step: "base" | "systems", fraction: number) => void): Promise<Seed> {
  const base = await baseTree((fraction) => onStep("base", fraction));
  onStep("systems", 0);
  const flake = { ...(await filesOf(flakeSource)), "platform.nix": `"${nixPlatform()}"\n` };
  const stream = gitStream(history, flake, await filesOf(join(here, "faults")));
  const settings = await filesOf(join(machineFiles, "common"));
  const script = await readFile(join(machineFiles, "make-seed.sh"), "utf8");
  const key = hash(JSON.stringify([layout, base, stream, settings, script, masked]));
  const dir = join(cacheDir, `seed-${key}`);

  await underLock(join(cacheDir, "seed"), 5 * 60_000, async () => {
    if (await readFacts(dir)) return;
    await removeHalfMade(cacheDir, "seed-");
    await rm(dir, { recursive: true, force: true });
    await make(dir, base, stream, (fraction) => onStep("systems", fraction));
    await pruneSeeds(key);
  });
  return seedOf(key);
}

/** The seed that a fleet was made from, whatever the flake's source says by now. */
export async function seedOf(key: string): Promise<Seed> {
  const dir = join(cacheDir, `seed-${key}`);
  const facts = await readFacts(dir);
  if (!facts) throw new Error(`find the seed ${key} in ${cacheDir}: it is gone; run "down", then "up"`);
  const hostLayers = [facts.base, join(dir, "common")];
  return { ...facts, key, hostLayers, builderLayers: [...hostLayers, join(dir, "builder")] };
}

async function make(
  dir: string,
  base: string,
  stream: string,
  onFraction: (fraction: number) => void,
): Promise<void> {
  const making = `${dir}.making`;
  const common = join(making, "common");
  await mkdir(join(making, "builder"), { recursive: true });
  await copyTree(join(machineFiles, "common"), common);
  await mkdir(join(common, "etc/systemd/system"), { recursive: true });
  for (const unit of masked) await symlink("/dev/null", join(common, "etc/systemd/system", unit));
  await mkdir(join(common, "var/log/journal"), { recursive: true });
  await mkdir(join(common, "srv"), { recursive: true });
  await writeFile(join(common, "srv/fleet.stream"), stream);

  let built = 0;
  const argv = ["sh", join(machineFiles, "make-seed.sh"), base, making, ...hostNames];
  const printed = await must("build the machines' initial systems", contained(argv), {
    timeoutMs: 4 * 60_000,
    onLine: (line) => line.startsWith("building ") && onFraction(Math.min(0.99, ++built / 75)),
  });
  const facts = parseFacts(base, printed);
  await writeFile(join(making, "facts.json"), JSON.stringify(facts, null, 2));
  await rename(making, dir);
}

function parseFacts(base: string, printed: string): z.infer<typeof Facts> {
  const lines = printed.split("\n");
  const value = (name: string) =>
    lines.findLast((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
  const toplevels = Object.fromEntries(hostNames.map((host) => [host, value(host)]));
  return Facts.parse({ base, revision: value("revision"), toplevels });
}

async function readFacts(dir: string): Promise<z.infer<typeof Facts> | undefined> {
  const text = await readFile(join(dir, "facts.json"), "utf8").catch(() => undefined);
  return text === undefined || !(await isReadableTree(join(dir, "common")))
    ? undefined
    : Facts.parse(JSON.parse(text));
}

/** Seeds that no fleet uses and nobody made within the hour: every change of the flake leaves one behind. */
async function pruneSeeds(current: string): Promise<void> {
  const used = new Set([current, ...(await allStates()).map((state) => state.seed)]);
  for (const name of await readdir(cacheDir)) {
    const key = /^seed-([0-9a-f]{12})$/.exec(name)?.[1];
    if (key === undefined || used.has(key)) continue;
    const { mtimeMs } = await stat(join(cacheDir, name));
    if (Date.now() - mtimeMs > 3_600_000) await rm(join(cacheDir, name), { recursive: true, force: true });
  }
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

const nixPlatform = (): string => (process.arch === "arm64" ? "aarch64-linux" : "x86_64-linux");
