import { pino } from "pino";
import { answerWords } from "../../src/activation/answer-words.ts";
import { parseFleetFile } from "../../src/config/fleet-file.ts";
import type { Actor } from "../../src/deploy/actor.ts";
import { digestOf } from "../../src/deploy/consent.ts";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { awaitsDecision } from "../../src/deploy/deployment.ts";
import { createEngine, type Engine } from "../../src/deploy/engine.ts";
import type { MakeId } from "../../src/deploy/ids.ts";
import type { EngineParts } from "../../src/deploy/parts.ts";
import type { AskRights } from "../../src/deploy/rights.ts";
import { asking } from "../../src/deploy/rollout.ts";
import type { Run } from "../../src/deploy/run.ts";
import { auditFile } from "../../src/logs/audit.ts";
import { logFiles } from "../../src/logs/log-files.ts";
import { redactor } from "../../src/logs/redact.ts";
import type { Target } from "../../src/remote/hop.ts";
import type { Shells } from "../../src/remote/shells.ts";
import { lowdbStore } from "../../src/store/lowdb-store.ts";
import type { Store } from "../../src/store/store.ts";
import { noTroubles } from "../../src/troubles/troubles.ts";
import { repository } from "./fake-builder.ts";
import { quiet } from "./manual-clock.ts";
import { mortalShell, mortalStore, untilDeath } from "./mortal.ts";
import type { Bot, World } from "./world.ts";

/** The engine and the store of one process over the world; `asker` asks where a test says nobody. */
export async function startBot(
  world: World,
  { name, asker }: { readonly name: string; readonly asker: Actor },
  change: Partial<EngineParts>,
): Promise<Bot> {
  const { clock, directory } = world;
  const life = new AbortController();
  const store = mortalStore(await lowdbStore(directory, clock), life.signal);
  const changes: Deployment[] = [];
  const runs: Run[] = [];
  const progress: { phase: string; text: string }[] = [];
  const errors: string[] = [];
  const fleet = () => {
    const result = parseFleetFile(world.fleet);
    if (result.kind === "wrong") {
      throw new Error(result.mistakes.join("; "));
    }
    return result.file;
  };
  const mortalClock = {
    now: () => clock.now(),
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      untilDeath(life.signal, () => clock.sleep(milliseconds, signal)),
  };
  const shells: Shells = {
    builder: mortalShell(world.builderShell, life.signal),
    control: mortalShell(world.builderShell, life.signal),
    host: (target: Target) => mortalShell(world.shell(target.name), life.signal),
    fresh: (target: Target) => mortalShell(world.freshShell(target.name), life.signal),
    close: async () => {},
  };
  const redact = change.redact ?? redactor([]);
  const audit =
    change.audit ??
    auditFile({
      directory,
      clock: mortalClock,
      redact,
      onTrouble: (message) => void errors.push(message),
    }).append;
  const engine = createEngine({
    settings: { flake: repository },
    bot: name,
    fleet,
    rights: allMay,
    store,
    shells,
    clock: mortalClock,
    answers: answerWords("a key of this world"),
    logs: logFiles(directory, mortalClock, redact, () => fleet().defaults.logSize),
    audit,
    log: pino({ level: "error" }, { write: (line: string) => void errors.push(line) }),
    makeId: counted(world),
    redact,
    troubles: noTroubles,
    makeRoom: async () => {},
    onChange: (deployment) => void changes.push(deployment),
    onRun: (run) => void runs.push(run),
    onProgress: (said) => void progress.push(said),
    ...change,
  });

  async function record(id: string): Promise<Deployment> {
    const found = await store.deployment(id);
    if (found === undefined) {
      throw new Error(`there is no ${id}`);
    }
    return found;
  }

  async function reaches(id: string, condition: (deployment: Deployment) => boolean): Promise<Deployment> {
    let latest = await record(id);
    const isThere = async () => {
      latest = await record(id);
      return condition(latest);
    };
    await clock.until(isThere, `${id}`).catch((error: unknown) => {
      throw new Error(`${id} stays in ${latest.phase} (${latest.outcome}: ${latest.message})`, {
        cause: error,
      });
    });
    await quiet();
    return latest;
  }

  return {
    engine: clicking(engine, store),
    store,
    changes,
    runs,
    progress,
    errors,
    record,
    reaches,
    asks: (id) => reaches(id, (deployment) => awaitsDecision(deployment) || deployment.outcome !== null),
    ends: (id) => reaches(id, (deployment) => deployment.outcome !== null),
    kill: () => life.abort(),
    audit,
    redact,
    deploy: (host, request) =>
      clock.settle(
        started(
          engine.deploy({
            host,
            mode: "deploy",
            ref: null,
            reason: null,
            by: asker,
            allowAnyRef: false,
            command: `/deploy ${host}`,
            ...request,
          }),
        ),
      ),
    rollback: (host, to) =>
      clock.settle(started(engine.rollback({ host, to, by: asker, command: `/rollback ${host} ${to}` }))),
    act: (host, request) =>
      clock.settle(
        started(
          engine.act({
            host,
            verify: false,
            keep: null,
            olderThan: null,
            by: asker,
            command: `/${request.mode} ${host}`,
            ...request,
          }),
        ),
      ),
  };
}

/** Everybody may, and is the person that they came as. Tests of rights bring the real ones. */
const allMay: AskRights = async () => ({
  personOf: ({ person }) => person ?? null,
  refuses: () => null,
});

async function started(answer: ReturnType<Engine["deploy"]>): Promise<string> {
  const result = await answer;
  const id = result.kind === "started" ? result.deployments[0]?.id : undefined;
  if (id === undefined) {
    throw new Error(`refused: ${JSON.stringify(result)}`);
  }
  return id;
}

/** Ids that count up, also over restarts: d-20261123-0001, … */
const counts = new WeakMap<World, number>();
function counted(world: World): MakeId {
  return (kind, now) => {
    const count = (counts.get(world) ?? 0) + 1;
    counts.set(world, count);
    return `${kind}-${now.toISOString().slice(0, 10).replaceAll("-", "")}-${count.toString(16).padStart(4, "0")}`;
  };
}

/** People who click on the card as it stands: without a digest of the test's own, a yes carries the present one. */
function clicking(engine: Engine, store: Store): Engine {
  const presentDigest = async (ids: readonly string[], isRun: boolean) => {
    const found = await Promise.all(ids.map((id) => store.deployment(id)));
    const members = found.filter((one) => one !== undefined);
    return digestOf(isRun ? asking(members) : members);
  };
  return {
    ...engine,
    decide: async (id, action, by, isApprover, digest) =>
      engine.decide(
        id,
        action,
        by,
        isApprover,
        digest === undefined ? await presentDigest([id], false) : digest,
      ),
    decideRun: async (id, action, by, isApprover, digest) =>
      engine.decideRun(
        id,
        action,
        by,
        isApprover,
        digest === undefined ? await presentDigest((await store.run(id))?.deployments ?? [], true) : digest,
      ),
  };
}
