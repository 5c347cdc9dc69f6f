import type { Deployment } from "./deployment.ts";
import { goesBack } from "./modes.ts";

/** How deploying goes, from the history alone. Times are in milliseconds. */
export interface Stats {
  /** The last weeks, the oldest first; each begins on a Monday (UTC). */
  readonly weeks: readonly Week[];
  readonly all: Figures;
  readonly hosts: readonly (Figures & { readonly host: string })[];
}

export interface Week {
  /** The Monday, such as `2026-11-23`. */
  readonly start: string;
  readonly good: number;
  readonly bad: number;
}

export interface Figures {
  /** Switches that were begun. */
  readonly changes: number;
  /** The median from a commit to the switch that brought it; null where nothing says. */
  readonly leadTime: number | null;
  /** The share of changes that were taken back, by the host or by a person; null without any. */
  readonly failureRate: number | null;
  /** The median from a failed deployment to the next good one on its host; null where there was none. */
  readonly timeToRestore: number | null;
}

export const weeksShown = 12;
const day = 24 * 60 * 60_000;
const week = 7 * day;

/** The Monday with which the first week that is shown begins, in milliseconds since 1970. */
export function firstMonday(now: number): number {
  return monday(now) - (weeksShown - 1) * week;
}

/** The first of January 1970 was a Thursday. */
function monday(at: number): number {
  return Math.floor((at - 4 * day) / week) * week + 4 * day;
}

export function statsOf(history: readonly Deployment[], now: number): Stats {
  const first = firstMonday(now);
  const ended = history
    .filter(({ finishedAt }) => finishedAt !== null && Date.parse(finishedAt) >= first)
    .sort((a, b) => Date.parse(a.finishedAt ?? "") - Date.parse(b.finishedAt ?? ""));
  const byHost = Map.groupBy(ended, ({ host }) => host);
  const perHost = [...byHost].map(([host, past]) => ({ host, seen: readHost(past) }));
  const all = perHost.map(({ seen }) => seen);
  return {
    weeks: weeksFrom(
      first,
      all.flatMap(({ changes }) => changes),
    ),
    all: figures(all),
    hosts: perHost
      .filter(({ seen }) => seen.changes.length > 0 || seen.restores.length > 0)
      .map(({ host, seen }) => ({ host, ...figures([seen]) }))
      .sort((a, b) => a.host.localeCompare(b.host)),
  };
}

interface Change {
  readonly at: number;
  readonly isGood: boolean;
  readonly leadTime: number | null;
}

interface HostHistory {
  readonly changes: readonly Change[];
  readonly restores: readonly number[];
}

const good: ReadonlySet<string> = new Set(["deployed", "deployed-degraded"]);
const trouble: ReadonlySet<string> = new Set(["failed", "rolled-back", "rollback-failed"]);

/** One host's deployments, the oldest first. */
function readHost(past: readonly Deployment[]): HostHistory {
  const changes: Change[] = [];
  const restores: number[] = [];
  let troubleSince: number | null = null;
  for (const [index, deployment] of past.entries()) {
    const at = Date.parse(deployment.finishedAt ?? "");
    const outcome = deployment.outcome ?? "";
    const isSwitch = deployment.mode === "deploy" || deployment.mode === "rollback";
    if (isChange(deployment)) {
      changes.push({
        at,
        isGood: good.has(outcome) && !isTakenBack(past.slice(index + 1)),
        leadTime: good.has(outcome) ? leadTime(deployment) : null,
      });
    }
    if (isSwitch && good.has(outcome)) {
      if (troubleSince !== null) {
        restores.push(at - troubleSince);
      }
      troubleSince = null;
    } else if (isSwitch && trouble.has(outcome)) {
      troubleSince ??= at;
    }
  }
  return { changes, restores };
}

/** A deployment that reached its switch, however that ended. */
function isChange(deployment: Deployment): boolean {
  const { mode, times, outcome } = deployment;
  const isChanging = mode === "deploy" || (mode === "rollback" && !goesBack(deployment));
  return isChanging && times.switch !== undefined && (good.has(outcome ?? "") || trouble.has(outcome ?? ""));
}

/** Whether the next thing that changed the host was a roll back that a person asked for. */
function isTakenBack(later: readonly Deployment[]): boolean {
  const next = later.find(
    ({ mode, outcome }) => (mode === "deploy" || mode === "rollback") && good.has(outcome ?? ""),
  );
  return next !== undefined && goesBack(next);
}

function leadTime({ commit, times, finishedAt }: Deployment): number | null {
  const from = Date.parse(commit?.date ?? "");
  const to = Date.parse(times.switch?.finishedAt ?? finishedAt ?? "");
  return Number.isNaN(from) || Number.isNaN(to) || to < from ? null : to - from;
}

function figures(hosts: readonly HostHistory[]): Figures {
  const changes = hosts.flatMap((host) => host.changes);
  const bad = changes.filter(({ isGood }) => !isGood).length;
  return {
    changes: changes.length,
    leadTime: median(changes.flatMap((change) => change.leadTime ?? [])),
    failureRate: changes.length === 0 ? null : bad / changes.length,
    timeToRestore: median(hosts.flatMap(({ restores }) => restores)),
  };
}

function weeksFrom(first: number, changes: readonly Change[]): Week[] {
  return Array.from({ length: weeksShown }, (_, index) => {
    const start = first + index * week;
    const within = changes.filter(({ at }) => at >= start && at < start + week);
    const fine = within.filter(({ isGood }) => isGood).length;
    return { start: new Date(start).toISOString().slice(0, 10), good: fine, bad: within.length - fine };
  });
}

/** Null for nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
