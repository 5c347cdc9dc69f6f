import { z } from "zod";

/** Which inputs of a flake its flake.lock does not pin. Everything here is pure. */

interface InputSpec {
  readonly follows: string | null;
  /** The parsed reference; null where Nix has to say what it means, as for a name in a registry. */
  readonly ref: Readonly<Record<string, unknown>> | null;
  readonly inputs: Readonly<Record<string, InputSpec>>;
}

const specSchema: z.ZodType<InputSpec> = z.lazy(() =>
  z.object({
    follows: z.string().nullable(),
    ref: z.record(z.string(), z.unknown()).nullable(),
    inputs: z.record(z.string(), specSchema),
  }),
);

const seenSchema = z.object({
  inputs: z.record(z.string(), specSchema),
  /** The arguments of `outputs`: one that is not declared is looked for in the registry. */
  asked: z.array(z.string()),
  lock: z.string().nullable(),
});
export type FlakeSeen = z.infer<typeof seenSchema>;

const entrySchema = z.union([z.string(), z.array(z.string())]);
const lockSchema = z.object({
  root: z.string(),
  nodes: z.record(
    z.string(),
    z.object({
      inputs: z.record(z.string(), entrySchema).optional(),
      locked: z.record(z.string(), z.unknown()).optional(),
      original: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
type Lock = z.infer<typeof lockSchema>;
type Entry = z.infer<typeof entrySchema>;

export interface Unlocked {
  readonly name: string;
  readonly why: string;
}

/** Reads what {@link readInputs} prints; null where it is something else. */
export function readFlakeSeen(stdout: string): FlakeSeen | null {
  return seenSchema.safeParse(parseJson(stdout)).data ?? null;
}

/**
 * Compares flake.nix with flake.lock without asking Nix, which looks inputs up in the network before it says that
 * something is not locked (Nix 2.26, with --no-update-lock-file as well).
 */
export function unlockedInputs({ inputs, asked, lock: text }: FlakeSeen): Unlocked[] {
  const names = [...new Set([...Object.keys(inputs), ...asked.filter((name) => name !== "self")])];
  if (text === null) {
    return names.map((name) => ({ name, why: "there is no flake.lock" }));
  }
  const lock = lockSchema.safeParse(parseJson(text)).data;
  const root = lock?.nodes[lock.root];
  if (lock === undefined || root === undefined) {
    return [{ name: "flake.lock", why: "it is no lock file; a merge conflict may be left in it" }];
  }
  const entries = root.inputs ?? {};
  const declared = names.flatMap((name) => declaredTrouble(lock, name, inputs[name], entries[name], true));
  const gone = Object.keys(entries)
    .filter((name) => !names.includes(name))
    .map((name) => ({ name, why: "it is in flake.lock, and no longer in flake.nix" }));
  const all = [...declared, ...gone, ...nodeTrouble(lock)];
  return all.filter((one, index) => all.findIndex(({ name }) => name === one.name) === index);
}

/** What flake.nix says of an input, against what the lock has for it. */
function declaredTrouble(
  lock: Lock,
  name: string,
  spec: InputSpec | undefined,
  entry: Entry | undefined,
  isOwn: boolean,
): Unlocked[] {
  if (entry === undefined) {
    // An override of an input that is not there means nothing to Nix.
    return isOwn ? [{ name, why: "it is not in flake.lock" }] : [];
  }
  if (spec === undefined) {
    return [];
  }
  if (spec.follows !== null) {
    const wanted = spec.follows.split("/").filter((part) => part !== "");
    return Array.isArray(entry) && entry.join("/") === wanted.join("/")
      ? []
      : [{ name, why: `it follows ${JSON.stringify(spec.follows)} in flake.nix, and not in flake.lock` }];
  }
  if (Array.isArray(entry)) {
    return isOwn || spec.ref !== null
      ? [{ name, why: `it follows ${JSON.stringify(entry.join("/"))} in flake.lock, and not in flake.nix` }]
      : [];
  }
  const node = lock.nodes[entry];
  if (spec.ref !== null && node?.original !== undefined && !isSameRef(spec.ref, node.original)) {
    return [{ name, why: "flake.nix names another source for it than flake.lock" }];
  }
  return Object.entries(spec.inputs).flatMap(([inner, of]) =>
    declaredTrouble(lock, `${name}/${inner}`, of, node?.inputs?.[inner], false),
  );
}

/** What the lock itself lacks: a node without a pin, a `follows` that leads nowhere. */
function nodeTrouble(lock: Lock): Unlocked[] {
  const found: Unlocked[] = [];
  const seen = new Set<string>([lock.root]);
  const queue: (readonly [path: string, node: string])[] = [["", lock.root]];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const [path, key] = at;
    for (const [name, entry] of Object.entries(lock.nodes[key]?.inputs ?? {})) {
      const full = path === "" ? name : `${path}/${name}`;
      const target = resolve(lock, entry, 0);
      const node = target === null ? undefined : lock.nodes[target];
      if (target === null || node === undefined) {
        const to = Array.isArray(entry) ? entry.join("/") : entry;
        found.push({ name: full, why: `it leads to ${JSON.stringify(to)}, which flake.lock does not have` });
      } else if (!seen.has(target)) {
        seen.add(target);
        queue.push([full, target]);
        if (!isPinned(node.locked)) {
          found.push({ name: full, why: "flake.lock names no revision and no hash for it" });
        }
      }
    }
  }
  return found;
}

const deepestFollows = 64;

/** The node that an entry means: a key, or a path of inputs from the root. Null for nowhere, and for a circle. */
function resolve(lock: Lock, entry: Entry, depth: number): string | null {
  if (!Array.isArray(entry)) {
    return lock.nodes[entry] === undefined ? null : entry;
  }
  let node: string = lock.root;
  for (const part of entry) {
    const next = lock.nodes[node]?.inputs?.[part];
    const found = next === undefined || depth > deepestFollows ? null : resolve(lock, next, depth + 1);
    if (found === null) {
      return null;
    }
    node = found;
  }
  return node;
}

/** A path within the repository is pinned by the repository's own revision. */
function isPinned(locked: Readonly<Record<string, unknown>> | undefined): boolean {
  const { type, path, narHash, rev } = locked ?? {};
  return (
    typeof narHash === "string" ||
    typeof rev === "string" ||
    (type === "path" && typeof path === "string" && !path.startsWith("/"))
  );
}

function isSameRef(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const text = (ref: Readonly<Record<string, unknown>>) =>
    JSON.stringify(
      Object.entries(ref)
        .filter(([key]) => !key.startsWith("__"))
        .sort(([one], [two]) => (one < two ? -1 : 1)),
    );
  return text(a) === text(b);
}

/** Such as `attic (it is not in flake.lock), disko (there is no flake.lock)`. */
export function unlockedText(unlocked: readonly Unlocked[]): string {
  const most = 12;
  const more = unlocked.length - most;
  const named = unlocked.slice(0, most).map(({ name, why }) => `${name} (${why})`);
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
