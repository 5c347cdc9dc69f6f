import { type Block, type Button, buttons, commandButton, text } from "../chat/blocks.ts";
import type { Deployment } from "../deploy/deployment.ts";
import type { LookWord } from "../deploy/monitor-record.ts";
import { isWatched, mostLooks } from "../deploy/watching.ts";
import { parentOf, ranBefore, systemsOf } from "../nix/systems.ts";

const marks: Readonly<Record<LookWord, string>> = { ok: "✓", bad: "✗", away: "–" };

/** Such as `Watching until 10:20 UTC: ✓✓✓✗✓`; null for what was never watched. */
export function watchText(deployment: Deployment): string | null {
  const { monitor } = deployment;
  if (monitor === null) {
    return null;
  }
  const strip = monitor.strip
    .slice(-mostLooks)
    .map((look) => marks[look])
    .join("");
  const what = isWatched(deployment) ? `Watching until ${minute(monitor.until)}` : "Watched";
  return strip === "" ? `${what}.` : `${what}: ${strip}`;
}

export function watchBlocks(deployment: Deployment): Block[] {
  const line = watchText(deployment);
  const isBad = deployment.monitor?.strip.at(-1) !== "ok" && deployment.monitor?.strip.length !== 0;
  return line === null ? [] : [text(line, isBad ? "warning" : "info")];
}

/** What can be done while a host is watched. */
export function watchButtons(deployment: Deployment): Block[] {
  const { id } = deployment;
  const stop: Button = {
    label: "Stop watching",
    style: "plain",
    action: { kind: "decide", deployment: id, decision: "cancel" },
    command: `/cancel ${id}`,
  };
  return isWatched(deployment) ? [buttons(rollbackButton(deployment), stop)] : [];
}

/** By its number: `previous` means another one once something newer was deployed. */
export function rollbackButton({ host, before }: Deployment): Button {
  const number = ranBefore(before);
  const system = number === null || before === null ? "" : systemFlag(parentOf(systemsOf(before).running));
  return commandButton("Roll back", `/rollback ${host} ${number ?? "previous"}${system}`, "danger");
}

/** A number may stand for another system one day: the button is for the one that it shows. */
export function systemFlag(toplevel: string): string {
  const hash = /^\/nix\/store\/([0-9a-z]{12})/.exec(toplevel)?.[1];
  return hash === undefined ? "" : ` --system ${hash}`;
}

/** `2026-11-23T10:20:08.850Z` → `10:20 UTC`. */
function minute(iso: string): string {
  return `${iso.slice(11, 16)} UTC`;
}
