import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parse, stringify } from "yaml";
import type { Deployment } from "../../src/deploy/deployment.ts";
import type { Run } from "../../src/deploy/run.ts";
import type { Fleet } from "../rehearsal/fleet.ts";

/** The real bot, as its own process, spoken to over its HTTP API. */
export interface Bot {
  readonly url: string;
  readonly token: string;
  readonly dataDir: string;
  /** Types a command; the HTTP status and the answer. */
  say(text: string): Promise<{ status: number; body: Answer }>;
  /** Types a command that starts a deployment, and gives its id. */
  start(text: string): Promise<string>;
  act(id: string, action: "switch" | "cancel" | "rollback"): Promise<{ status: number; body: Answer }>;
  deployment(id: string): Promise<Deployment>;
  run(id: string): Promise<RunAnswer>;
  /** Waits until the record is as wanted; fails with the record after the time. */
  until(id: string, wanted: (deployment: Deployment) => boolean, seconds?: number): Promise<Deployment>;
  ended(id: string, seconds?: number): Promise<Deployment>;
  asks(id: string): Promise<Deployment>;
  file(path: string): Promise<string>;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
  /** SIGTERM, as a service manager does. */
  stop(): Promise<number | null>;
  /** Starts it again on the same data. */
  again(): Promise<void>;
  get(path: string): Promise<Response>;
}

export interface Answer {
  readonly run?: string;
  readonly deployments?: readonly string[];
  readonly text?: string;
  readonly blocks?: readonly { kind: string; [key: string]: unknown }[];
  readonly error?: { readonly code: string; readonly message: string; readonly help: string | null };
}

export interface RunAnswer {
  readonly run: Run & { readonly card: readonly unknown[] };
  readonly deployments: readonly Deployment[];
}

/** What the button on this card says yes to; null where it has none. */
export function shownDigest(record: unknown): string | null {
  return /"decision":"switch","digest":"([0-9a-f]{12})"/.exec(JSON.stringify(record))?.[1] ?? null;
}

const token = "a-token-for-the-tests-of-this-bot";

export interface BotOptions {
  /** Set on top of the rehearsal fleet's fleet.yaml. */
  readonly defaults?: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly hosts?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** `people` and `roles`, whole. */
  readonly people?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly roles?: Readonly<Record<string, readonly string[]>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Where its data go; a folder is made there. */
  readonly dataParent?: string;
}

export async function startBot(fleet: Fleet, options: BotOptions = {}): Promise<Bot> {
  const dataDir = await mkdtemp(join(options.dataParent ?? tmpdir(), "switchyard-e2e-"));
  const fleetFile = join(dataDir, "fleet.yaml");
  await writeFile(fleetFile, fleetYaml(await readFile(fleet.fleetFile, "utf8"), options));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess;

  async function launch(): Promise<void> {
    child = spawn(process.execPath, ["src/main.ts"], {
      cwd: join(import.meta.dirname, "../.."),
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"],
        SWITCHYARD_FLAKE: fleet.flake,
        SWITCHYARD_BUILDER: fleet.builderUrl,
        SWITCHYARD_SSH_KEY: fleet.keyFile,
        SWITCHYARD_KNOWN_HOSTS: fleet.knownHostsFile,
        SWITCHYARD_DATA_DIR: dataDir,
        SWITCHYARD_FLEET_FILE: fleetFile,
        SWITCHYARD_LISTEN: `127.0.0.1:${port}`,
        SWITCHYARD_TOKEN: token,
        ...options.env,
      },
    });
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => (output = (output + chunk).slice(-20_000)));
    child.stderr?.on("data", (chunk: Buffer) => (output = (output + chunk).slice(-20_000)));
    for (let tries = 0; tries < 600; tries++) {
      if (child.exitCode !== null) {
        break;
      }
      if (
        await fetch(`${url}/healthz`).then(
          () => true,
          () => false,
        )
      ) {
        return;
      }
      await delay(100);
    }
    throw new Error(`the bot did not start:\n${output}`);
  }

  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const get = (path: string) => fetch(`${url}${path}`, { headers });
  async function post(path: string, body: unknown): Promise<{ status: number; body: Answer }> {
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Answer };
  }
  async function deployment(id: string): Promise<Deployment> {
    return (await (await get(`/api/deployments/${id}`)).json()) as Deployment;
  }
  async function until(id: string, wanted: (one: Deployment) => boolean, seconds = 90): Promise<Deployment> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const found = await deployment(id).catch(() => undefined);
      if (found !== undefined && wanted(found)) {
        return found;
      }
      if (Date.now() > end) {
        throw new Error(`${id} is not as wanted after ${seconds} s: ${JSON.stringify(found, null, 1)}`);
      }
      await delay(150);
    }
  }

  await launch();
  return {
    url,
    token,
    dataDir,
    get,
    say: (text) => post("/api/commands", { text }),
    async start(text) {
      const { status, body } = await post("/api/commands", { text });
      const id = body.deployments?.[0];
      if (status !== 202 || id === undefined) {
        throw new Error(`${text}: ${status} ${JSON.stringify(body)}`);
      }
      return id;
    },
    async act(id, action) {
      const digest =
        action === "switch" ? shownDigest(await (await get(`/api/deployments/${id}`)).json()) : null;
      return post(`/api/deployments/${id}/actions`, { action, digest });
    },
    deployment,
    run: async (id) => (await (await get(`/api/runs/${id}`)).json()) as RunAnswer,
    until,
    ended: (id, seconds) => until(id, (one) => one.outcome !== null, seconds),
    asks: (id) =>
      until(id, (one) => one.outcome !== null || (one.phase === "confirm" && one.confirmation !== null)),
    file: (path) => readFile(join(dataDir, path), "utf8"),
    async kill() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) {
        await once(child, "exit");
      }
    },
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) {
        await once(child, "exit");
      }
      return child.exitCode;
    },
    again: launch,
  };
}

function fleetYaml(text: string, { defaults, hosts, people, roles }: BotOptions): string {
  const file = parse(text) as { defaults: object; hosts: Record<string, object> };
  const changed = Object.entries(hosts ?? {}).map(([name, entry]) => [
    name,
    { ...file.hosts[name], ...entry },
  ]);
  return stringify({
    ...file,
    // Most tests deploy again after a roll back.
    defaults: { ...file.defaults, lockAfterRollback: false, ...defaults },
    hosts: { ...file.hosts, ...Object.fromEntries(changed) },
    ...(people === undefined ? {} : { people }),
    ...(roles === undefined ? {} : { roles }),
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
