import prettyBytes from "pretty-bytes";
import {
  type Block,
  buttons,
  code,
  type Field,
  heading,
  list,
  requestButton,
  table,
  text,
} from "../chat/blocks.ts";
import { commandRequest } from "../deploy/command-request.ts";
import type { Examined } from "../deploy/health.ts";
import type { HealthReport, ListeningPort } from "../health/report.ts";
import type { CheckResult } from "../health/verdict.ts";

/** A disk that is fuller than this share is a problem: a deployment needs space, too. */
const fullDisk = 0.92;

/** One host, looked at closely: what is wrong first, then how it does. */
export function healthBlocks(examined: Examined): Block[] {
  if (examined.kind === "unseen") {
    return [heading(`Health of ${examined.host}: no answer`, "bad"), text(examined.why, "bad")];
  }
  const { host, report, checks } = examined;
  const problems = [
    ...(examined.stranger === null ? [] : [examined.stranger]),
    ...problemsOf(report, checks),
  ];
  const word =
    problems.length === 0 ? report.system : `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
  return [
    heading(`Health of ${host}: ${word}`, problems.length === 0 ? "good" : "bad"),
    ...problems.map((problem) => text(problem, "bad")),
    { kind: "fields", fields: facts(report) },
    ...(report.critical.length + checks.length === 0
      ? []
      : [table(["Watched", "State"], watched(report, checks))]),
    ...portBlocks(report.ports),
    ...(report.journal.length === 0
      ? [text(`The journal has no errors since ${sinceWhen(report)}.`)]
      : [code(`Last errors in the journal since ${sinceWhen(report)}`, report.journal.join("\n"))]),
    buttons(
      requestButton("Deploy", commandRequest("deploy", [host])),
      requestButton("Generations", commandRequest("rollback", [host])),
    ),
  ];
}

function problemsOf(report: HealthReport, checks: readonly CheckResult[]): string[] {
  const { failedUnits, critical, disks, system } = report;
  const found = [
    ...failedUnits.map((unit) => `${unit} failed.`),
    ...critical
      .filter(({ unit, state }) => state !== "active" && !failedUnits.includes(unit))
      .map(({ unit, state }) => `${unit} is critical and ${state}.`),
    ...checks.flatMap(({ name, failure }) => (failure === null ? [] : [`The check ${name}: ${failure}`])),
    ...disks
      .filter((disk) => share(disk.used, disk.available) > fullDisk)
      .map(({ mount, available }) => `${mount} has only ${size(available)} left.`),
  ];
  return found.length === 0 && system !== "running" ? [`systemd calls it ${system}.`] : found;
}

function facts({ system, uptimeSeconds, load, cores, memory, swap, disks }: HealthReport): Field[] {
  const used = memory.total - memory.available;
  return [
    { name: "System", value: system },
    { name: "Up", value: span(uptimeSeconds) },
    {
      name: "Load",
      value: `${load.map((one) => one.toFixed(2)).join(" · ")} on ${cores} core${cores === 1 ? "" : "s"}`,
      share: Math.min(1, (load[0] ?? 0) / cores),
    },
    { name: "Memory", value: `${size(used)} of ${size(memory.total)}`, share: share(used, memory.available) },
    ...(swap.total === 0
      ? []
      : [
          {
            name: "Swap",
            value: `${size(swap.total - swap.free)} of ${size(swap.total)}`,
            share: share(swap.total - swap.free, swap.free),
          },
        ]),
    ...disks.map((disk) => ({
      name: `Disk ${disk.mount}`,
      value: `${size(disk.available)} free of ${size(disk.used + disk.available)}`,
      share: share(disk.used, disk.available),
    })),
  ];
}

function watched(report: HealthReport, checks: readonly CheckResult[]): string[][] {
  return [
    ...report.critical.map(({ unit, state }) => [unit, state]),
    ...checks.map(({ name, failure }) => [name, failure ?? "passes"]),
  ];
}

/** Such as `the last switch (2026-11-23 07:41 UTC)`. */
function sinceWhen({ switchedAt }: HealthReport): string {
  return switchedAt === 0
    ? "the boot"
    : `the last switch or boot (${new Date(switchedAt * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC)`;
}

const mostPorts = 60;

/** Those that others reach come first. */
function portBlocks(ports: readonly ListeningPort[]): Block[] {
  const line = ({ port, protocol, program }: ListeningPort) =>
    `${port}${protocol === "udp" ? "/udp" : ""}${program === "" ? "" : ` ${program}`}`;
  const open = ports.filter(({ isOpen }) => isOpen).map(line);
  const own = ports.filter(({ isOpen }) => !isOpen).map((port) => `${line(port)} (only from itself)`);
  const shown = [...open, ...own].slice(0, mostPorts);
  return shown.length === 0 ? [] : [list(`Listens on ${ports.length} ports`, shown, true)];
}

function share(used: number, free: number): number {
  return used + free === 0 ? 0 : used / (used + free);
}

function size(kib: number): string {
  return prettyBytes(kib * 1024, { binary: true, maximumFractionDigits: 1 });
}

function span(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return [days > 0 ? `${days} d` : "", hours > 0 ? `${hours} h` : "", days > 0 ? "" : `${minutes} min`]
    .filter(Boolean)
    .join(" ");
}
