import type { Deployment } from "./deployment.ts";
import { doomed } from "./host-act.ts";

/** What the button that says yes is called. */
export function yesLabel({ mode, act, isForward }: Pick<Deployment, "mode" | "act" | "isForward">): string {
  switch (mode) {
    case "gc":
      return "Collect garbage";
    case "reboot":
      return "Reboot";
    case "prune": {
      const count = act === null ? 0 : doomed(act).length;
      return `Delete ${count} generation${count === 1 ? "" : "s"}`;
    }
    case "rollback":
      return isForward === true ? "Switch" : "Roll back";
    case "adopt":
      return "Adopt";
    case "boot":
      return "Install for the next boot";
    default:
      return "Switch";
  }
}

/** A decision in words, such as `Collect garbage`: what the button said. */
export function decisionWord(deployment: Deployment, action: "switch" | "cancel"): string {
  const label = yesLabel(deployment);
  return action === "cancel" || label === "Switch" ? action : label;
}

/** What happens once somebody has said yes. */
export function yesWords(deployment: Deployment): string {
  const { mode, host } = deployment;
  switch (mode) {
    case "gc":
      return `The garbage of ${host} will be collected.`;
    case "reboot":
      return `${host} will reboot.`;
    case "adopt":
      return `${host} stands for this machine from now on.`;
    case "prune":
      return `Generations of ${host} will be deleted.`;
    case "boot":
      return `${host} will boot the new system next; what it runs stays until then.`;
    default:
      return `${host} will switch.`;
  }
}

/** Why it is too late to cancel; null for what may still be stopped. A collection may be, at any time. */
export function tooLate(deployment: Deployment, said: string): { message: string; help: string } | null {
  const { mode, host, supervisedUntil } = deployment;
  const end =
    supervisedUntil === null
      ? ""
      : ` It is over by ${supervisedUntil.slice(11, 16)} UTC at the latest, also when nobody reaches ${host}.`;
  switch (mode) {
    case "gc":
      return null;
    case "reboot":
      return { message: `${said}, and ${host} is rebooting.`, help: "Its card shows when it answers again." };
    case "prune":
      return {
        message: `${said}, and generations are being deleted.`,
        help: "It takes a moment; what is deleted cannot be brought back.",
      };
    case "adopt":
      return { message: `${said}, and the machine is known.`, help: `/adopt ${host} takes another one.` };
    case "boot":
      return {
        message: `${said}, and the boot entry is being written.`,
        help: `/rollback ${host} takes another generation for the next boot.${end}`,
      };
    default:
      return {
        message: `${said}, and the switch is under way.`,
        help: `If it turns out badly it rolls back by itself; afterwards there is /rollback ${host} previous.${end}`,
      };
  }
}
