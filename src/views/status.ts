import { type Block, buttons, fields, heading, list, requestButton, table, text } from "../chat/blocks.ts";
import { driftText } from "../deploy/ancestry.ts";
import { commandRequest } from "../deploy/command-request.ts";
import { type Deployment, isOpen } from "../deploy/deployment.ts";
import { holdersOf, type Lock, lockText } from "../deploy/locks.ts";
import type { Looked } from "../deploy/look.ts";
import { isWaiting } from "../deploy/queue.ts";
import type { Status } from "../deploy/requests.ts";
import { storePathLabel } from "../nix/flake.ts";
import { bootsText, placeText, systemsOf } from "../nix/systems.ts";
import { noHosts, unreadBlocks } from "./unread-hosts.ts";

/** What runs where: one line a host. `open` are the deployments under way. */
export function statusBlocks(
  status: Status,
  open: readonly Deployment[],
  locks: readonly Lock[] = [],
): Block[] {
  const lockOf = (host: string) => holdersOf(locks, host);
  const [only, ...others] = status.hosts;
  if (only === undefined) {
    return status.trouble === null ? [text(noHosts, "warning")] : unreadBlocks(status.trouble);
  }
  return [
    ...unreadBlocks(status.trouble),
    ...(others.length === 0 ? oneHost(only, status, open, lockOf) : allHosts(status, open, lockOf)),
  ];
}

type LockOf = (host: string) => readonly Lock[];

function allHosts(status: Status, open: readonly Deployment[], lockOf: LockOf): Block[] {
  const { hosts } = status;
  return [
    heading("What runs where"),
    table(
      ["Host", "Generation", "Revision", "Health", "Drift, and what is under way"],
      hosts.map((looked) =>
        looked.kind === "unseen"
          ? [looked.host, "?", "?", "no answer", active(looked.host, open, lockOf)]
          : [
              looked.host,
              generation(looked),
              shortRevision(looked.look.revision),
              health(looked),
              [drift(looked, status), byHand(looked), active(looked.host, open, lockOf)]
                .filter(Boolean)
                .join("; "),
            ],
      ),
    ),
    ...hosts.flatMap((looked) =>
      looked.kind === "unseen"
        ? [text(looked.why, "warning")]
        : looked.stranger === null
          ? []
          : [text(looked.stranger, "bad")],
    ),
  ];
}

function oneHost(looked: Looked, status: Status, open: readonly Deployment[], lockOf: LockOf): Block[] {
  if (looked.kind === "unseen") {
    return [
      heading(`${looked.host} does not answer`, "bad"),
      text(looked.why),
      ...(looked.console === null ? [] : [text(`Its console: ${looked.console}`)]),
    ];
  }
  const { facts, failedUnits } = looked.look;
  const { booted } = systemsOf(facts);
  const held = lockOf(looked.host);
  return [
    ...(looked.stranger === null
      ? [heading(`${looked.host} is ${looked.look.system}`, failedUnits.length === 0 ? "good" : "warning")]
      : [heading(`Another machine answers as ${looked.host}`, "bad"), text(looked.stranger, "bad")]),
    fields({
      Generation: generation(looked),
      Booted: booted === null ? null : placeText(booted),
      Revision: looked.look.revision,
      System: storePathLabel(facts.current),
      Drift: [drift(looked, status), byHand(looked)].filter(Boolean).join("; "),
      "Under way": active(looked.host, open, () => []),
      Lock: held.length === 0 ? null : held.map(lockText).join("; "),
      Reboot: facts.rebootNeeded ? "needed" : null,
    }),
    ...(failedUnits.length === 0 ? [] : [list("Failed units", failedUnits)]),
    buttons(
      held.length === 0
        ? requestButton("Deploy", commandRequest("deploy", [looked.host]))
        : requestButton("Unlock", commandRequest("unlock", [looked.host])),
      requestButton("Generations", commandRequest("rollback", [looked.host])),
    ),
  ];
}

type Seen = Extract<Looked, { kind: "seen" }>;

function generation({ look: { facts } }: Seen): string {
  const systems = systemsOf(facts);
  const { generations } = systems.running;
  const runs = generations.length === 1 ? String(generations[0]) : placeText(systems.running);
  return systems.agree ? runs : `${runs}; ${bootsText(systems)} boots next`;
}

/** A host's health in a word or two. */
export function healthWords(looked: Looked): string {
  return looked.kind === "unseen" ? "no answer" : health(looked);
}

function health({ look: { system, failedUnits }, stranger }: Seen): string {
  if (stranger !== null) {
    return "another machine answers";
  }
  return failedUnits.length === 0
    ? system
    : `${system}: ${failedUnits.slice(0, 3).join(", ")}${failedUnits.length > 3 ? " …" : ""}`;
}

/** Whether it runs what the fleet's ref says; the system itself knows its revision. */
function drift({ look }: Seen, { revision, ancestry }: Pick<Status, "revision" | "ancestry">): string {
  if (revision === null || look.revision === "") {
    return "";
  }
  const found = ancestry?.get(look.revision);
  if (found !== undefined) {
    return driftText(found, revision);
  }
  return look.revision === revision ? "up to date" : `differs from ${shortRevision(revision)}`;
}

/** Neither the bot's newest deployment nor anything since through the bot made it what it is. */
function byHand({ isChangedByHand }: Seen): string {
  return isChangedByHand ? "changed by hand" : "";
}

function active(host: string, open: readonly Deployment[], lockOf: LockOf): string {
  const found = open.filter((deployment) => deployment.host === host && isOpen(deployment));
  const held = lockOf(host);
  return [
    ...found.map((one) => `${one.id} (${isWaiting(one) ? "waiting" : one.phase})`),
    ...held.map((lock) => `locked by ${lock.by.name}: ${lock.reason}`),
  ].join(", ");
}

function shortRevision(revision: string): string {
  return revision.slice(0, 7) || "?";
}
