import { actButton, type Block, type Button, buttons, cancelButton, text } from "../chat/blocks.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { rollbackRequest } from "../deploy/follow-up.ts";
import type { LookWord } from "../deploy/monitor-record.ts";
import { isWatched, mostLooks } from "../deploy/watching.ts";

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
  const stop = cancelButton(deployment.id, "Stop watching");
  return isWatched(deployment) ? [buttons(...rollbackButtons(deployment), stop)] : [];
}

/** None where there is nothing to go back from, and none for another machine. */
export function rollbackButtons(deployment: Deployment): Button[] {
  if (deployment.monitor?.isStranger === true) {
    return [];
  }
  return actButton("Roll back", "rollback", deployment.id, rollbackRequest(deployment), "danger");
}

/** `2026-11-23T10:20:08.850Z` → `10:20 UTC`. */
function minute(iso: string): string {
  return `${iso.slice(11, 16)} UTC`;
}
