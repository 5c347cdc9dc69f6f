import { type Block, buttons, commandButton, fields, heading, list, table, text } from "../chat/blocks.ts";
import { type Deployment, isOpen } from "../deploy/deployment.ts";
import type { Looked } from "../deploy/look.ts";
import type { Status } from "../deploy/requests.ts";
import { storePathName } from "../nix/flake.ts";

/** What runs where: one line a host. `open` are the deployments under way. */
export function statusBlocks(status: Status, open: readonly Deployment[]): Block[] {
  const [only, ...others] = status.hosts;
  if (only === undefined) {
    return [text("The flake has no hosts, or has not been read yet.", "warning")];
  }
  return others.length === 0 ? oneHost(only, status.revision, open) : allHosts(status, open);
}

function allHosts({ hosts, revision }: Status, open: readonly Deployment[]): Block[] {
  return [
    heading("What runs where"),
    table(
      ["Host", "Generation", "Revision", "Health", "Drift, and what is under way"],
      hosts.map((looked) =>
        looked.kind === "unseen"
          ? [looked.host, "?", "?", "no answer", active(looked.host, open)]
          : [
              looked.host,
              generation(looked),
              shortRevision(looked.look.revision),
              health(looked),
              [drift(looked, revision), byHand(looked), active(looked.host, open)].filter(Boolean).join("; "),
            ],
      ),
    ),
    ...hosts.flatMap((looked) => (looked.kind === "unseen" ? [text(looked.why, "warning")] : [])),
  ];
}

function oneHost(looked: Looked, revision: string | null, open: readonly Deployment[]): Block[] {
  if (looked.kind === "unseen") {
    return [
      heading(`${looked.host} does not answer`, "bad"),
      text(looked.why),
      ...(looked.console === null ? [] : [text(`Its console: ${looked.console}`)]),
    ];
  }
  const { facts, failedUnits } = looked.look;
  return [
    heading(`${looked.host} is ${looked.look.system}`, failedUnits.length === 0 ? "good" : "warning"),
    fields({
      Generation: generation(looked),
      Revision: looked.look.revision,
      System: storePathName(facts.current),
      Drift: [drift(looked, revision), byHand(looked)].filter(Boolean).join("; "),
      "Under way": active(looked.host, open),
      Reboot: facts.rebootNeeded ? "needed" : null,
    }),
    ...(failedUnits.length === 0 ? [] : [list("Failed units", failedUnits)]),
    buttons(
      commandButton("Deploy", `/deploy ${looked.host}`),
      commandButton("Generations", `/rollback ${looked.host}`),
    ),
  ];
}

type Seen = Extract<Looked, { kind: "seen" }>;

function generation({ look: { facts } }: Seen): string {
  return facts.current === facts.profileSystem
    ? String(facts.generation ?? "?")
    : `not ${facts.generation ?? "?"}, which boots next`;
}

/** A host's health in a word or two. */
export function healthWords(looked: Looked): string {
  return looked.kind === "unseen" ? "no answer" : health(looked);
}

function health({ look: { system, failedUnits } }: Seen): string {
  return failedUnits.length === 0
    ? system
    : `${system}: ${failedUnits.slice(0, 3).join(", ")}${failedUnits.length > 3 ? " …" : ""}`;
}

/** Whether it runs what the fleet's ref says; the system itself knows its revision. */
function drift({ look }: Seen, revision: string | null): string {
  if (revision === null || look.revision === "") {
    return "";
  }
  return look.revision === revision ? "up to date" : `behind ${shortRevision(revision)}`;
}

/** Neither the bot's newest deployment nor anything since through the bot made it what it is. */
function byHand({ isChangedByHand }: Seen): string {
  return isChangedByHand ? "changed by hand" : "";
}

function active(host: string, open: readonly Deployment[]): string {
  const found = open.find((deployment) => deployment.host === host && isOpen(deployment));
  return found === undefined ? "" : `${found.id} (${found.phase})`;
}

function shortRevision(revision: string): string {
  return revision.slice(0, 7) || "?";
}
