import { webSurface } from "../../../adapters/web/index.ts";
import type { Block, Button, ButtonAction } from "../../../src/chat/blocks.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";
import { buttonsOf, wordsOf } from "../../fakes/fake-surface.ts";
import type { Place } from "../surface.ts";

interface Answer {
  readonly text?: string;
  readonly blocks?: readonly Block[];
  readonly error?: { readonly code: string; readonly message: string; readonly help: string | null };
}

const token = "correct-horse-battery-staple";
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
const log = { info: () => {}, warn: () => {}, error: () => {} };

/** The web page as its own script uses it: over HTTP, with the token. */
export async function webPlace(desk: FakeDesk): Promise<Place> {
  const open = () =>
    webSurface({ desk, listen: { host: "127.0.0.1", port: 0 }, token, log, version: "0.0.0" });
  let surface = open();
  let seen: readonly Button[] = [];
  await surface.start();

  async function post(path: string, body: object): Promise<Answer> {
    const answer = await fetch(surface.url() + path, { method: "POST", headers, body: JSON.stringify(body) });
    return (await answer.json()) as Answer;
  }

  /** As adapters/web/page/lib/store.js does it. */
  function press(action: ButtonAction): Promise<Answer> {
    if (action.kind === "request") {
      return post("/api/commands", { request: action.request });
    }
    const { about } = action;
    const path = `/api/${about.startsWith("r-") ? "runs" : "deployments"}/${about}/actions`;
    return action.kind === "decide"
      ? post(path, { action: action.decision, digest: action.digest })
      : post(path, { action: action.act });
  }

  async function cards(): Promise<readonly Block[]> {
    const answer = await fetch(`${surface.url()}/api/deployments?runs=1`, { headers });
    const { deployments, runs } = (await answer.json()) as {
      readonly deployments: readonly { readonly card: readonly Block[] }[];
      readonly runs: readonly { readonly deployments: readonly string[]; readonly card: readonly Block[] }[];
    };
    const several = runs.filter((run) => run.deployments.length > 1);
    return [...several, ...deployments].flatMap(({ card }) => card);
  }

  return {
    person: "token",
    types: async (command) => told(await post("/api/commands", { text: command })),
    reads: async () => wordsOf(await cards()),
    async buttons() {
      seen = buttonsOf(await cards());
      return seen.map(({ label }) => label);
    },
    async clicks(label) {
      const action = seen.find((one) => one.label === label)?.action;
      if (action === undefined) {
        throw new Error(`no button ${label} was seen`);
      }
      const answer = await press(action);
      return answer.error === undefined && action.kind === "decide" ? "" : told(answer);
    },
    health: () => surface.health(),
    async restart() {
      await surface.stop();
      surface = open();
      await surface.start();
    },
    close: () => surface.stop(),
  };
}

function told({ text = "", blocks = [], error }: Answer): string {
  return error === undefined ? `${text}\n${wordsOf(blocks)}` : `${error.message}\n${error.help ?? ""}`;
}
