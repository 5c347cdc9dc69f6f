import type { Block } from "../../src/chat/blocks.ts";
import { fields, requestButton, table } from "../../src/chat/blocks.ts";
import type { CommandHelp, HostLine } from "../../src/chat/desk.ts";
import type { Flag, Word } from "../../src/chat/spec.ts";
import { commandRequest } from "../../src/deploy/command-request.ts";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { isOpen } from "../../src/deploy/deployment.ts";
import type { Run } from "../../src/deploy/run.ts";

const alice = { surface: "web", id: "token", name: "web" };

export function blankRun(id: string, kind: Run["kind"], command: string): Run {
  return { id, kind, command, requestedBy: alice, deployments: [], createdAt: "" };
}

export function blankDeployment(id: string, run: string, host: string): Deployment {
  return {
    id,
    run,
    host,
    mode: "deploy",
    requestedBy: alice,
    reason: null,
    allowAnyRef: false,
    isTrusted: true,
    refApproval: null,
    isForced: false,
    isTogether: false,
    queue: { state: "turn", behind: null, since: null, until: null },
    nixVersion: null,
    ref: "origin/main",
    revision: "4f1c9e0b7d2a4c55e1f0a9b8c7d6e5f4a3b2c1d0",
    commit: { subject: "nginx: raise the upload limit", author: "Alice", date: "2026-11-23T08:12:00Z" },
    phase: "check",
    outcome: null,
    message: null,
    help: null,
    lines: [],
    derivation: null,
    toplevel: null,
    runs: null,
    isForward: null,
    previous: null,
    before: null,
    baseline: { system: "running", units: {} },
    toGeneration: null,
    generation: null,
    diff: [],
    units: null,
    warnings: [],
    rebootNeeded: false,
    isInhibited: false,
    risk: "low",
    confirmation: null,
    supervisedUntil: null,
    lastState: null,
    restarts: 0,
    act: null,
    comparison: null,
    correction: null,
    times: {},
    createdAt: "",
    finishedAt: null,
    log: `logs/deploy/${id}.log`,
    checks: [],
    flakeCheck: false,
    source: null,
    diagnosis: null,
    console: null,
    watch: null,
    monitor: null,
    alarmOf: null,
  };
}

export function hostLine(name: string, all: readonly Deployment[]): HostLine {
  const own = all.filter((one) => one.host === name);
  const last = own.findLast((one) => one.outcome !== null);
  return {
    name,
    tags: name.includes("vps") ? ["server", "production"] : ["workstation"],
    risk: name.includes("vps") ? "high" : "low",
    active: own.find(isOpen)?.id ?? null,
    lock: null,
    health: "running",
    runs: null,
    last:
      last === undefined
        ? null
        : {
            deployment: last.id,
            mode: last.mode,
            outcome: last.outcome ?? "unknown",
            revision: last.revision,
            toplevel: last.toplevel,
            generation: last.generation,
            finishedAt: last.finishedAt,
            requestedBy: last.requestedBy.name,
          },
  };
}

const host: Word = {
  name: "host",
  value: { label: "HOST", of: { kind: "host" } },
  isRequired: true,
  summary: "a host",
};
const id: Word = {
  name: "id",
  value: { label: "ID", of: { kind: "deployment" } },
  isRequired: true,
  summary: "a deployment",
};
const to: Word = {
  name: "to",
  value: { label: "N|previous", of: { kind: "generation" } },
  isRequired: false,
  summary: "a generation",
};
const switchFlag = (name: string): Flag => ({ name, value: null, summary: `the flag ${name}` });
const ref: Flag = { name: "ref", value: { label: "REF", of: { kind: "ref" } }, summary: "a branch" };
const jobs: Flag = {
  name: "jobs",
  value: { label: "N", of: { kind: "integer", least: 1 } },
  summary: "how many at once",
};

export const commands: readonly CommandHelp[] = [
  {
    name: "deploy",
    usage: '/deploy HOST… [--build-only|--dry-run] [--ref REF] [--watch 10m] [--keep-going] [--reason "…"]',
    summary: "Build, show what would change, ask, switch, check.",
    examples: ["/deploy yoga", "/deploy @web --dry-run"],
    words: [host],
    flags: [switchFlag("dry-run"), ref],
  },
  {
    name: "build-all",
    usage: "/build-all [--jobs N] [--ref REF]",
    summary: "Build every host in parallel.",
    examples: ["/build-all"],
    words: [],
    flags: [jobs, ref],
  },
  {
    name: "rollback",
    usage: "/rollback HOST [N|previous] [--list]",
    summary: "Go back to an earlier generation.",
    examples: ["/rollback yoga previous"],
    words: [host, to],
    flags: [switchFlag("list")],
  },
  {
    name: "generations",
    usage: "/generations HOST [--prune KEEP] [--older-than 5d]",
    summary: "The generations of a host.",
    examples: ["/generations yoga"],
    words: [host],
    flags: [],
  },
  {
    name: "logs",
    usage: "/logs ID [--errors]",
    summary: "A deployment's log.",
    examples: ["/logs d-20261123-7f3a"],
    words: [id],
    flags: [switchFlag("errors")],
  },
  {
    name: "help",
    usage: "/help",
    summary: "What can be typed here.",
    examples: ["/help"],
    words: [],
    flags: [],
  },
];

export function helpTable(): Block {
  return table(
    ["Command", "Does"],
    commands.map((command) => [command.usage, command.summary]),
  );
}

export function generations(host: string): readonly Block[] {
  return [
    fields({ Host: host, Current: 42 }),
    table(
      ["Generation", "Date", "NixOS", "Kernel"],
      [
        ["42", "2026-11-22 17:03", "26.05", "6.12.9"],
        ["41", "2026-11-20 09:41", "26.05", "6.12.8"],
      ],
    ),
    {
      kind: "buttons",
      buttons: [requestButton("Roll back to 41", commandRequest("rollback", [host, "41"]), "danger")],
    },
  ];
}
