import { wholeNumber } from "../nix/whole-number.ts";
import { listOwners } from "../remote/owner.ts";

/** What deployments have left on a machine: their gc-roots, and their processes that still run. */
export interface Leftovers {
  readonly roots: readonly { readonly name: string; readonly seconds: number }[];
  /** As `ownerOf` names them. */
  readonly owners: readonly string[];
}

const listScript = `
cd || exit 1
echo "now=$(date +%s)"
find "$1" -mindepth 1 -maxdepth 1 -printf 'root=%T@ %f\\n' 2>/dev/null
${listOwners} | sed 's/^/owner=/'
`;

/** Lists the roots in a folder, which may be relative to the home, and the owners of processes. */
export function listLeftoversArgv(folder: string): string[] {
  return ["sh", "-c", listScript, "leftovers", folder];
}

export function removeRootsArgv(folder: string, names: readonly string[]): string[] {
  return ["sh", "-c", 'cd && cd -- "$1" && shift && rm -f -- "$@"', "unroot", folder, ...names];
}

/** Reads {@link listLeftoversArgv}; `seconds` is how old a root is. */
export function readLeftovers(stdout: string): Leftovers {
  const values = (name: string) =>
    [...stdout.matchAll(new RegExp(`^${name}=(.+)$`, "gm"))].map(([, value = ""]) => value);
  const now = wholeNumber(values("now")[0] ?? "") ?? 0;
  return {
    roots: values("root").flatMap((line) => {
      const [time = "", name = ""] = line.split(" ");
      const made = wholeNumber(time.split(".")[0] ?? "");
      // A root of an unknown age is nobody's to take away.
      return made === null ? [] : [{ name, seconds: now - made }];
    }),
    owners: values("owner"),
  };
}

const ownerPattern = /^([0-9a-f]{8})\.([dr]-\d{8}-[0-9a-f]{4})$/;
const rootPattern = /^(?:([0-9a-f]{8})\.)?(d-\d{8}-[0-9a-f]{4})-(?:old|new|built)$/;

/** The deployments and runs of this bot that have something there. */
export function ownIds({ roots, owners }: Leftovers, bot: string): string[] {
  const found = [
    ...roots.map(({ name }) => rootPattern.exec(name)),
    ...owners.map((owner) => ownerPattern.exec(owner)),
  ];
  return [...new Set(found.flatMap((match) => (match?.[1] === bot ? [match[2] ?? ""] : [])))];
}

/** No deployment stays open for so long, whoever's it is (seconds). */
const oldest = 7 * 24 * 60 * 60;

/**
 * What may go: this bot's own, where the deployment has ended. Another bot's roots only when they are so old that
 * nobody can still wait for them, and its processes never: they end at their own deadlines.
 */
export function whatMayGo(found: Leftovers, bot: string, isOver: (id: string) => boolean): Leftovers {
  return {
    roots: found.roots.filter(({ name, seconds }) => {
      const [, owner, id = ""] = rootPattern.exec(name) ?? [];
      return id !== "" && (owner === bot ? isOver(id) : seconds > oldest);
    }),
    owners: found.owners.filter((name) => {
      const [, owner, id = ""] = ownerPattern.exec(name) ?? [];
      return owner === bot && isOver(id);
    }),
  };
}
