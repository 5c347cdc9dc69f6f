import type { types } from "@slack/bolt";
import { type Block, code, heading, table, text } from "../../src/chat/blocks.ts";
import {
  type Deployment,
  type Desk,
  type HostLine,
  type HostList,
  noHosts,
  unreadBlocks,
} from "../../src/chat/desk.ts";
import type { Identity } from "../../src/chat/identity.ts";
import { renderBlocks } from "./render.ts";

export interface HomeContent {
  readonly hosts: HostList;
  readonly deployments: readonly Deployment[];
}

const mostDeployments = 10;

export interface HomeRefusal {
  readonly help: string | null;
}

/** What the App Home shows this person: nothing more than /hosts would. */
export async function readHome(desk: Desk, who: Identity): Promise<HomeContent | HomeRefusal> {
  const { isAllowed, help } = desk.mayView(who);
  if (!isAllowed) {
    return { help };
  }
  const [hosts, deployments] = await Promise.all([
    desk.hosts(),
    desk.deployments({ limit: mostDeployments }),
  ]);
  return { hosts, deployments };
}

export function homeView(content: Awaited<ReturnType<typeof readHome>>, now: Date): types.HomeView {
  return {
    type: "home",
    blocks: renderBlocks("hosts" in content ? overview(content, now) : refusal(content), { plan: false }),
  };
}

function refusal({ help }: HomeRefusal): Block[] {
  return [
    heading("Switchyard"),
    text("You may not see the hosts: that needs the role viewer.", "bad"),
    ...(help === null ? [] : [code("What would allow it", help)]),
  ];
}

function overview({ hosts: { hosts, trouble }, deployments }: HomeContent, now: Date): Block[] {
  const running = hosts.filter(({ active }) => active !== null);
  return [
    heading("Hosts"),
    ...unreadBlocks(trouble),
    ...(hosts.length > 0 ? [hostTable(hosts)] : trouble === null ? [text(noHosts)] : []),
    heading("Running"),
    running.length === 0
      ? text("Nothing is being deployed.")
      : table(
          ["Host", "Deployment"],
          running.map((host) => [host.name, host.active ?? ""]),
        ),
    heading("Last deployments"),
    deployments.length === 0
      ? text("There was none yet.")
      : table(
          ["Id", "Host", "How it went", "By", "When"],
          deployments.map((one) => [
            one.id,
            one.host,
            one.outcome ?? one.phase,
            one.requestedBy.name,
            minute(one.finishedAt ?? one.createdAt),
          ]),
        ),
    text(`As of ${minute(now.toISOString())}. /switchyard help lists what I can do.`),
  ];
}

function hostTable(hosts: readonly HostLine[]): Block {
  return table(
    ["Host", "Generation", "Health", "Last deployment", "Lock"],
    hosts.map((host) => [
      host.name,
      generation(host),
      host.health ?? "not seen yet",
      last(host),
      host.lock === null ? "" : `${host.lock.by}: ${host.lock.reason}`,
    ]),
  );
}

function generation({ last: done }: HostLine): string {
  return done?.generation === null || done === null ? "" : `generation ${done.generation}`;
}

function last({ last: done }: HostLine): string {
  return done === null
    ? "never deployed"
    : `${done.outcome} ${minute(done.finishedAt ?? "")} by ${done.requestedBy}`;
}

/** `2026-11-23T07:41:08.850Z` → `2026-11-23 07:41 UTC`. */
function minute(iso: string): string {
  return iso === "" ? "" : `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
