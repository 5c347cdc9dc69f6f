import { type Block, fields, heading, type Tone, text } from "../chat/blocks.ts";
import type { Thread, ThreadMessage } from "../chat/thread.ts";
import { type Deployment, isOpen, type Mode } from "../deploy/deployment.ts";
import { goesBack } from "../deploy/modes.ts";
import type { Run } from "../deploy/run.ts";
import { isAlarmed, isWatched } from "../deploy/watching.ts";
import { title, tone } from "./deployment-card.ts";

/**
 * What another channel is told of a run: one message before its hosts change, one when they have, and one where a host
 * stops being well while it is watched. `deployments` are those whose hosts name the channel; `place` is the channel.
 */
export function noticeThread(run: Run, deployments: readonly Deployment[], place: string): Thread {
  const going = deployments.filter(isGoing);
  const hasBegun = going.some(hasChanged);
  return {
    run,
    name: run.command,
    deployments,
    messages: hasBegun
      ? [
          before(run, going, place),
          ...(going.every(isPast) ? [after(going, place)] : []),
          ...going.filter(isAlarmed).map((one) => alarm(one, place)),
        ]
      : [],
    files: [],
    // Somebody may look again at what nobody knows, and the message has to tell it then.
    isOver: deployments.every((one) => !isOpen(one) && (!hasChanged(one) || one.outcome !== "unknown")),
  };
}

const changing: ReadonlySet<Mode> = new Set(["deploy", "rollback", "reboot"]);

/** Whether the people of another channel may notice anything of it. */
export function isNoticeable({ mode }: Deployment): boolean {
  return changing.has(mode);
}

function hasChanged({ times }: Deployment): boolean {
  return times.switch !== undefined || times.reboot !== undefined;
}

/** It changes, or will: somebody said so. */
function isGoing(deployment: Deployment): boolean {
  const { confirmation } = deployment;
  return (
    hasChanged(deployment) || (confirmation?.gate === "switch" && confirmation.decision?.action === "switch")
  );
}

function isPast(deployment: Deployment): boolean {
  return !isOpen(deployment) || isWatched(deployment);
}

function before(run: Run, going: readonly Deployment[], place: string): ThreadMessage {
  const hosts = going.map(({ host }) => host).join(", ");
  const line = `${hosts}: ${beginning(going[0])}`;
  const words = new Set(going.flatMap(({ confirmation }) => confirmation?.decision?.by.name ?? []));
  const subjects = new Set(going.flatMap(({ commit }) => commit?.subject ?? []));
  return message(`before ${place}`, line, [
    heading(line, "info"),
    fields({
      "Asked by": run.requestedBy.name,
      "Decided by": words.size === 0 ? null : [...words].join(", "),
      Reason: going[0]?.reason ?? null,
      Commit: subjects.size === 0 ? null : [...subjects].join(", "),
      Command: run.command,
      Id: going.length === 1 ? (going[0]?.id ?? run.id) : run.id,
    }),
  ]);
}

function beginning(deployment: Deployment | undefined): string {
  switch (deployment?.mode) {
    case "rollback":
      return `${goesBack(deployment) ? "going back" : "switching"} to generation ${deployment.toGeneration ?? "?"} now`;
    case "reboot":
      return "rebooting now";
    default:
      return "switching to a new system now";
  }
}

function after(going: readonly Deployment[], place: string): ThreadMessage {
  const [only, ...others] = going;
  if (only !== undefined && others.length === 0) {
    const { head, words, mood } = ending(only);
    return message(`after ${place}`, head, [
      heading(head, mood),
      ...(words === null ? [] : [text(words, mood)]),
    ]);
  }
  const well = going.filter((one) => ending(one).mood === "good").length;
  const line = `${well} of ${going.length} hosts are done`;
  return message(`after ${place}`, line, [
    heading(line, well === going.length ? "good" : "bad"),
    ...going.map(ending).map(({ head, words, mood }) => text(words ?? head, mood)),
  ]);
}

/** How the switch ended. While a host is watched, that is known already. */
function ending(deployment: Deployment): {
  readonly head: string;
  readonly words: string | null;
  readonly mood: Tone;
} {
  const { monitor, host } = deployment;
  if (monitor === null) {
    return { head: title(deployment), words: deployment.message, mood: tone(deployment) };
  }
  const { outcome, message } = monitor.held;
  const head = title({ ...deployment, outcome });
  const words = `${message}${isWatched(deployment) ? ` ${host} is being watched.` : ""}`;
  return { head, words, mood: outcome === "deployed" ? "good" : "warning" };
}

function alarm({ id, host, monitor }: Deployment, place: string): ThreadMessage {
  const head = `${host} stopped being well after its switch`;
  const back = monitor?.rollsBack === true ? " It goes back by itself." : "";
  return message(`${id}/alarm ${place}`, head, [
    heading(head, "bad"),
    text(`${monitor?.alarm ?? ""}${back}`, "bad"),
  ]);
}

/** Each is a root of its own: none has the key `root`. */
function message(key: string, line: string, blocks: readonly Block[]): ThreadMessage {
  return { key, text: line, blocks, mentionsRequester: false, broadcast: false };
}
