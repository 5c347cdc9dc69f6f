import { type Block, list } from "../chat/blocks.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { ranBefore } from "../nix/systems.ts";

/** For a host that nobody can be sure of: its console, and how a person there goes back by hand. */
export function rescueBlocks(deployment: Deployment): Block[] {
  return isInTrouble(deployment) ? [list(`If ${deployment.host} does not come back`, steps(deployment))] : [];
}

function isInTrouble({ outcome, checks }: Deployment): boolean {
  return (
    outcome === "rollback-failed" ||
    outcome === "unknown" ||
    (outcome !== null && checks.some(({ name, state }) => name === "reach" && state === "failed"))
  );
}

function steps({ host, console, before, previous }: Deployment): string[] {
  const generation = ranBefore(before);
  const opened =
    console === null
      ? `Go to its screen; \`console:\` of ${host} in fleet.yaml would name its address here.`
      : `Open its console: ${console}`;
  if (previous === null || generation === null) {
    return [
      opened,
      `In the boot menu choose the newest generation that worked: /history ${host} tells which.`,
      "As root there: nixos-rebuild switch --rollback goes back to the generation before.",
    ];
  }
  return [
    opened,
    `From the boot menu: restart it, and choose generation ${generation}, which ran before.`,
    `Or as root there: ${previous}/bin/switch-to-configuration test brings that system back.`,
    `To keep it: nix-env -p /nix/var/nix/profiles/system --switch-generation ${generation} && ${previous}/bin/switch-to-configuration boot`,
    `When it answers again: /status ${host} says what it runs.`,
  ];
}
