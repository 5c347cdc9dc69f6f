import { createHash } from "node:crypto";
import prettyBytes from "pretty-bytes";
import { storePathLabel } from "../nix/flake.ts";
import type { Approval } from "./confirmation.ts";
import type { Deployment } from "./deployment.ts";
import { doomed } from "./host-act.ts";
import { bringsCode } from "./modes.ts";

/**
 * What a yes is for. A card shows a set of hosts and what happens to each; its buttons carry the digest of that set, and a yes
 * counts only while the digest of the present set is the same one.
 */

/** The set as it is now, for people and programs, with what says yes to exactly this. */
export interface PresentSet {
  readonly digest: string;
  readonly command: string;
  readonly hosts: readonly PresentHost[];
}

export interface PresentHost {
  readonly deployment: string;
  readonly host: string;
  /** What a yes lets happen, in words. */
  readonly what: string;
  readonly toplevel: string | null;
  /** The store path that runs now, as last seen. */
  readonly running: string | null;
}

/** 48 bits: nobody finds another set with the same digest in the hour that a card lives. */
const digits = 12;
export const digestPattern = /^[0-9a-f]{12}$/;

/** The same for the same set, in whatever order; it changes with everything that a yes is bound to. */
export function digestOf(deployments: readonly Deployment[]): string {
  const set = deployments.map(shownOf).toSorted(([a], [b]) => String(a).localeCompare(String(b)));
  return createHash("sha256").update(JSON.stringify(set)).digest("hex").slice(0, digits);
}

function shownOf(deployment: Deployment): readonly unknown[] {
  const { id, host, mode, confirmation, revision, toplevel, toGeneration, before, act, isForced, isForward } =
    deployment;
  const seen = act === null ? null : { ...act, begunAt: null, seen: act.seen && { ...act.seen, free: null } };
  return [
    id,
    host,
    mode,
    confirmation?.gate ?? null,
    revision,
    toplevel,
    toGeneration,
    isForced,
    isForward,
    asksTwice(deployment),
    inOrder(before),
    inOrder(seen),
  ];
}

/** Objects as sorted pairs: a record that was read from a file may have its fields in another order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder);
  }
  return typeof value === "object" && value !== null
    ? Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, inner]) => [name, inOrder(inner)])
    : value;
}

/**
 * New code for a host of high risk is asked for once more, in a dialog. Not a roll back: that is one click, as whoever needs
 * it is in a hurry. The digest holds it, so a button that was drawn without the dialog cannot say yes where it is due.
 */
export function asksTwice({
  risk,
  mode,
  isForward,
}: Pick<Deployment, "risk" | "mode" | "isForward">): boolean {
  return risk === "high" && (bringsCode(mode) || isForward === true);
}

/** The approvals that are for what the card shows now. One that an older bot wrote has no digest, and its toplevel is checked. */
export function standingApprovals(deployment: Deployment): readonly Approval[] {
  const present = digestOf([deployment]);
  return (deployment.confirmation?.approvals ?? []).filter(
    ({ digest }) => digest === undefined || digest === present,
  );
}

/** `about` is the id that a yes names: of the deployment, or of the run. */
export function presentSet(about: string, deployments: readonly Deployment[]): PresentSet {
  const digest = digestOf(deployments);
  return {
    digest,
    command: `/confirm ${about} ${digest}`,
    hosts: deployments.map((one) => ({
      deployment: one.id,
      host: one.host,
      what: actWords(one),
      toplevel: one.toplevel,
      running: one.before?.current ?? null,
    })),
  };
}

/** What a yes to this card lets happen, such as `switch yoga to nixos-system-yoga-25.05 (abcdefgh…)`. */
export function actWords(deployment: Deployment): string {
  const { host, mode, confirmation, toplevel, toGeneration, act, before } = deployment;
  const system = toplevel === null ? "a system that is not built yet" : storePathLabel(toplevel);
  if (confirmation?.gate === "copy") {
    return `let ${system} reach ${host}`;
  }
  switch (mode) {
    case "boot":
      return `install ${system} for the next boot of ${host}`;
    case "rollback":
      return `roll ${host} back to generation ${toGeneration ?? "?"}, ${system}`;
    case "gc":
      return `collect the garbage of ${host}${garbageWords(act)}`;
    case "prune": {
      const gone = act === null ? [] : doomed(act);
      return `delete ${gone.length === 1 ? "generation" : "generations"} ${gone.join(", ")} of ${host}`;
    }
    case "reboot":
      return `reboot ${host} into generation ${act?.seen?.next.generation ?? before?.generation ?? "?"}`;
    case "adopt":
      return `take the machine that answers now for ${host} from now on`;
    case "deploy":
      return `switch ${host} to ${system}${runningWords(deployment)}`;
    case "dry-run":
      return `show what ${system} would change on ${host}`;
    case "diff":
      return `compare ${system} with what ${host} runs`;
    case "build-only":
      return `build ${host}`;
  }
}

function runningWords({ before }: Deployment): string {
  return before === null ? "" : `, from generation ${before.generation ?? "?"}`;
}

function garbageWords(act: Deployment["act"]): string {
  const dead = act?.seen?.dead ?? null;
  return dead === null
    ? ""
    : `: ${dead.paths} path${dead.paths === 1 ? "" : "s"}, ${prettyBytes(dead.bytes, { binary: true, maximumFractionDigits: 1 })} at most`;
}
