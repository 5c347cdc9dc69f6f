import {
  type Block,
  type Button,
  buttons,
  cancelButton,
  fields,
  heading,
  requestButton,
  text,
} from "../chat/blocks.ts";
import type { Progress } from "../chat/desk.ts";
import type { Thread, ThreadFile, ThreadMessage } from "../chat/thread.ts";
import { commandRequest } from "../deploy/command-request.ts";
import { type Deployment, isOpen, type Outcome } from "../deploy/deployment.ts";
import { isWaiting } from "../deploy/queue.ts";
import { asking } from "../deploy/rollout.ts";
import type { Run } from "../deploy/run.ts";
import { isAlarmed } from "../deploy/watching.ts";
import { checkBlocks } from "./checks.ts";
import { decisionBlocks, lastButtons } from "./decision.ts";
import { changeBlocks, confirmBlocks, correctionText, title, tone } from "./deployment-card.ts";
import { diagnosisBlocks } from "./diagnosis.ts";
import { stepsBlock } from "./phase-steps.ts";
import { rescueBlocks } from "./rescue.ts";
import { runCard, runDecision } from "./run-card.ts";
import { rollbackButtons, watchBlocks, watchButtons, watchText } from "./watching.ts";

/** Draws a run as a thread: a root in the channel, and beneath it phases, the card and the end. */
export function runThread(
  run: Run,
  deployments: readonly Deployment[],
  progressOf: (id: string) => Progress | null,
): Thread {
  const [only, ...others] = deployments;
  const hasEnded = deployments.every((deployment) => !isOpen(deployment));
  // Somebody may look again at what nobody knows, and the thread has to tell it then.
  const isOver = hasEnded && deployments.every(({ outcome }) => outcome !== "unknown");
  const messages =
    only !== undefined && others.length === 0
      ? oneHost(run, only, progressOf(only.id))
      : manyHosts(run, deployments, hasEnded);
  const name =
    only !== undefined && others.length === 0
      ? threadName(`${only.mode} ${only.host}`, only.id)
      : threadName(run.kind, run.id);
  return { run, name, deployments, messages, files: deployments.flatMap(filesOf), isOver };
}

/** Such as `deploy yoga · 7f3a`. */
function threadName(what: string, id: string): string {
  return `${what} · ${id.slice(-4)}`;
}

function oneHost(run: Run, deployment: Deployment, progress: Progress | null): ThreadMessage[] {
  const head = title(deployment);
  return [
    quiet("root", head, root(run, deployment)),
    ...turnOf(deployment),
    quiet(`${deployment.id}/phases`, `Phases of ${deployment.host}`, [
      stepsBlock(deployment, progress),
      ...checkBlocks(deployment),
    ]),
    ...approvalOf(deployment),
    ...(deployment.confirmation === null || deployment.confirmation.gate === "copy"
      ? []
      : [
          {
            ...quiet(`${deployment.id}/card`, head, [
              ...confirmBlocks(deployment),
              ...decisionBlocks(deployment),
            ]),
            mentionsRequester: true,
          },
        ]),
    ...watchOf(deployment),
    ...(isOpen(deployment) ? [] : [endOf(deployment), ...corrected(deployment)]),
  ];
}

/** Whoever had to wait is told whom for, and again when the host is free. */
function turnOf(deployment: Deployment): ThreadMessage[] {
  const { id, host, queue } = deployment;
  if (queue.since === null) {
    return [];
  }
  const waits = `${host} is not free: this waits behind ${queue.behind}.`;
  const isFree = !isWaiting(deployment) && queue.until !== null;
  return [
    quiet(`${id}/queue`, waits, [text(waits, "info")]),
    ...(isFree
      ? [
          {
            ...quiet(`${id}/turn`, `${host} is free: it is your turn.`, [
              text(`${host} is free: this goes on now.`, "good"),
            ]),
            mentionsRequester: true,
          },
        ]
      : []),
  ];
}

/** A message of its own: it changes with every look. */
function watchOf(deployment: Deployment): ThreadMessage[] {
  const line = watchText(deployment);
  const blocks = [...watchBlocks(deployment), ...watchButtons(deployment)];
  return line === null ? [] : [quiet(`${deployment.id}/watch`, `${deployment.host}: ${line}`, blocks)];
}

/** The card that lets code of an untrusted ref through, and what became of it. */
function approvalOf(deployment: Deployment): ThreadMessage[] {
  const { id, confirmation, refApproval, host, requestedBy } = deployment;
  if (confirmation?.gate === "copy") {
    const blocks = [...confirmBlocks(deployment), ...decisionBlocks(deployment)];
    return [{ ...quiet(`${id}/approval`, title(deployment), blocks), mentionsRequester: true }];
  }
  if (refApproval === null) {
    return [];
  }
  const said = `${refApproval.by.name} let this code through to ${host}; ${requestedBy.name} asked for it.`;
  return [quiet(`${id}/approval`, said, [text(said, "good")])];
}

function root(run: Run, deployment: Deployment): Block[] {
  return [
    heading(title(deployment), tone(deployment)),
    fields({
      "Asked by": `${run.requestedBy.name} on ${run.requestedBy.surface}`,
      Command: run.command,
      Reason: deployment.reason,
      State: deployment.outcome ?? deployment.phase,
      Elapsed: elapsed(deployment),
      Id: deployment.id,
    }),
    ...(rootButtons(deployment).length === 0 ? [] : [buttons(...rootButtons(deployment))]),
  ];
}

/** As of the last change: it is a fact of the record, not a clock that would want an edit a second. */
function elapsed(deployment: Deployment): string {
  const starts = Object.values(deployment.times).map(({ startedAt }) => startedAt);
  const until = deployment.finishedAt ?? starts.sort().at(-1) ?? deployment.createdAt;
  return `${Math.max(0, Math.round((Date.parse(until) - Date.parse(deployment.createdAt)) / 1000))} s`;
}

function rootButtons(deployment: Deployment): Button[] {
  if (!isOpen(deployment)) {
    return [...lastButtons(deployment), requestButton("Logs", commandRequest("logs", [deployment.id]))];
  }
  // Once there is a card, its own Cancel is the one to use.
  return deployment.confirmation === null ? [cancelButton(deployment.id)] : [];
}

/** What everybody in the channel should see, not only who follows the thread. */
const alarming: ReadonlySet<Outcome> = new Set(["failed", "rolled-back", "rollback-failed", "unknown"]);

function isAlarming(deployment: Deployment): boolean {
  return (deployment.outcome !== null && alarming.has(deployment.outcome)) || isEndedByAlarm(deployment);
}

function isEndedByAlarm(deployment: Deployment): boolean {
  return !isOpen(deployment) && isAlarmed(deployment);
}

function endOf(deployment: Deployment): ThreadMessage {
  const { outcome, message, help, lines } = deployment;
  return {
    key: `${deployment.id}/end`,
    text: title(deployment),
    blocks: [
      heading(title(deployment), tone(deployment)),
      ...(message === null ? [] : [text(message, tone(deployment))]),
      ...(help === null ? [] : [text(help, "info")]),
      ...diagnosisBlocks(deployment),
      ...rescueBlocks(deployment),
      ...(lines.length === 0
        ? []
        : [{ kind: "code" as const, title: "What it said", text: lines.join("\n") }]),
      ...(showsChanges(deployment) ? changeBlocks(deployment) : []),
      ...(outcome === "unknown" ? [buttons(...lastButtons(deployment))] : []),
      ...(isEndedByAlarm(deployment) ? [buttons(...rollbackButtons(deployment))] : []),
    ],
    mentionsRequester: true,
    broadcast: isAlarming(deployment),
  };
}

/** Where nobody is asked anything, there is no card that has them. */
function showsChanges({ mode, outcome }: Deployment): boolean {
  return outcome === "tested" || (mode === "diff" && outcome === "done");
}

/** An edit tells nobody: that the end is known after all is news of its own. */
function corrected(deployment: Deployment): ThreadMessage[] {
  const line = correctionText(deployment);
  return line === null
    ? []
    : [
        {
          ...quiet(`${deployment.id}/corrected`, line, [
            text(`${line}. ${deployment.message}`, tone(deployment)),
          ]),
          mentionsRequester: true,
        },
      ];
}

function manyHosts(run: Run, deployments: readonly Deployment[], hasEnded: boolean): ThreadMessage[] {
  const failed = deployments.filter(isAlarming);
  const skipped = deployments.filter(({ outcome }) => outcome === "skipped");
  const well = deployments.length - failed.length - skipped.length;
  const left = skipped.length === 0 ? "" : `; skipped: ${skipped.map(({ host }) => host).join(", ")}`;
  const said = `${run.command}: ${well} of ${deployments.length} passed${left}`;
  return [
    quiet("root", run.command, runCard(run, deployments)),
    ...questionOf(run, deployments),
    ...deployments.flatMap(watchOf),
    ...failed.map((deployment) => ({ ...endOf(deployment), mentionsRequester: false, broadcast: false })),
    ...(hasEnded
      ? [
          {
            key: "end",
            text: said,
            blocks: [text(said, well === deployments.length ? ("good" as const) : ("bad" as const))],
            mentionsRequester: true,
            broadcast: failed.length > 0,
          },
        ]
      : []),
  ];
}

/** One question for all hosts, told once all are ready; what changes on each of them stands before it. */
function questionOf(run: Run, deployments: readonly Deployment[]): ThreadMessage[] {
  const cards = deployments.filter(({ confirmation }) => confirmation?.gate === "switch");
  const waiting = asking(deployments);
  const decided = cards.filter(({ confirmation }) => (confirmation?.decision ?? null) !== null);
  const asked = waiting.length > 0 ? waiting : decided;
  const decision = decided[0]?.confirmation?.decision ?? null;
  if (asked.length === 0 || cards.length === 0 || run.kind !== "deploy") {
    return [];
  }
  const names = asked.map(({ host }) => host).join(", ");
  return [
    ...cards.map((one) => quiet(`${one.id}/card`, title(one), confirmBlocks(one))),
    {
      ...quiet("question", `Switch ${names}?`, [
        text(`Switch ${names}?`, "warning"),
        ...(waiting.length > 0 || decision === null
          ? runDecision(run, deployments)
          : [text(`${decision.by.name} said ${decision.action}: ${names}.`)]),
      ]),
      mentionsRequester: true,
    },
  ];
}

function quiet(key: string, line: string, blocks: readonly Block[]): ThreadMessage {
  return { key, text: line, blocks, mentionsRequester: false, broadcast: false };
}

/** More packages than a card can show at a glance go along as a file. */
const longDiff = 20;

function filesOf(deployment: Deployment): ThreadFile[] {
  const { id, host, outcome, diff } = deployment;
  const isLong = diff.length > longDiff && deployment.confirmation !== null;
  const wasSwitched = deployment.supervisedUntil !== null;
  return [
    ...(isLong
      ? [
          {
            key: `${id}/diff`,
            deployment: id,
            name: `diff-${host}-${id}.txt`,
            title: `${diff.length} packages`,
            what: "diff" as const,
          },
        ]
      : []),
    ...(outcome !== null && (wasSwitched || alarming.has(outcome))
      ? [
          {
            key: `${id}/log`,
            deployment: id,
            name: `${host}-${id}.log`,
            title: `Log of ${host}`,
            what: "log" as const,
          },
        ]
      : []),
  ];
}

/** The whole package diff as text, for the file. */
export function diffText(deployment: Deployment): string {
  return deployment.diff
    .map(({ name, before, after, size }) => `${name}: ${before} → ${after} ${size}`.trimEnd())
    .join("\n");
}
