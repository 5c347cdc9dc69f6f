import type { Deployment, Mode } from "./deployment.ts";

/** What a mode is about. */

/** Only one deployment that changes a host may be under way on it. */
export function changesHost(mode: Mode): boolean {
  return mode !== "build-only" && mode !== "diff";
}

/** Whether it brings code of the flake to a host to stay there: windows and second people are for these. */
export function bringsCode(mode: Mode): boolean {
  return mode === "deploy" || mode === "boot";
}

/** Going back to what ran well before: the one thing that passes locks, windows and second people. */
export function goesBack({ mode, isForward }: Pick<Deployment, "mode" | "isForward">): boolean {
  return mode === "rollback" && isForward !== true;
}

/** Whether it made a generation that the host runs, or will once it boots. */
export function madeGeneration({ mode, outcome }: Pick<Deployment, "mode" | "outcome">): boolean {
  return outcome === "deployed" || outcome === "deployed-degraded" || (mode === "boot" && outcome === "done");
}

/** Whether it runs anything on the builder beside the way to the host. */
export function usesBuilder(mode: Mode): boolean {
  return mode !== "rollback" && !isActMode(mode);
}

export type ActMode = "gc" | "prune" | "reboot" | "adopt";

export function isActMode(mode: Mode): mode is ActMode {
  return mode === "gc" || mode === "prune" || mode === "reboot" || mode === "adopt";
}
