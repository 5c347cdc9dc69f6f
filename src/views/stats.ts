import ms from "ms";
import { type Block, fields, heading, picture, table, text } from "../chat/blocks.ts";
import type { Figures, Stats } from "../deploy/stats.ts";

/** How deploying goes; `chart` is the weeks as SVG. */
export function statsBlocks(host: string | null, stats: Stats, chart: string): Block[] {
  const { all, hosts, weeks } = stats;
  const about = host === null ? "Deployments" : `Deployments of ${host}`;
  if (all.changes === 0) {
    return [heading(about), text(`Nothing was switched in the last ${weeks.length} weeks.`)];
  }
  return [
    heading(`${about}, the last ${weeks.length} weeks`),
    fields({
      Changes: all.changes,
      "Each week": (all.changes / weeks.length).toFixed(1),
      "From commit to switch": words(all.leadTime),
      "Change failure rate": share(all.failureRate),
      "Time to restore": words(all.timeToRestore),
    }),
    picture(weekWords(stats), chart),
    table(
      ["Host", "Changes", "From commit to switch", "Failure rate", "Time to restore"],
      hosts.map((one) => [
        one.host,
        String(one.changes),
        words(one.leadTime),
        share(one.failureRate),
        words(one.timeToRestore),
      ]),
    ),
    text(
      "A change is a switch that was begun; it failed when the host or a person took it back. Times are medians: from the commit to its switch, and from a failed deployment to the next good one on that host.",
    ),
  ];
}

/** The chart in words, for whoever does not see it. */
function weekWords({ weeks }: Stats): string {
  const told = weeks
    .filter(({ good, bad }) => good + bad > 0)
    .map(({ start, good, bad }) => `${start}: ${good + bad}${bad === 0 ? "" : ` (${bad} failed)`}`);
  return `Changes by the week that begins on: ${told.join(", ")}.`;
}

export function weekChart({ weeks }: Stats) {
  return {
    title: "Changes per week",
    labels: weeks.map(({ start }) => start.slice(5)),
    parts: [
      { name: "kept", colour: "#2f6db5", values: weeks.map(({ good }) => good) },
      { name: "failed", colour: "#d1495b", values: weeks.map(({ bad }) => bad) },
    ],
  };
}

function words(time: Figures["leadTime"]): string {
  return time === null ? "–" : ms(Math.max(1000, Math.round(time / 1000) * 1000), { long: true });
}

function share(rate: Figures["failureRate"]): string {
  return rate === null ? "–" : `${Math.round(rate * 100)} %`;
}
