import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../config/clock.ts";
import { type Deployment, isOpen } from "../deploy/deployment.ts";
import { isSought } from "../deploy/deployment-filter.ts";
import { everyHost } from "../deploy/locks.ts";
import type { JsonFile } from "./json-file.ts";
import { alone, type Lease } from "./lease.ts";
import { type Month, openMonth, openState, type State } from "./open-records.ts";
import type { LineCache } from "./record-lines.ts";
import { lostLock } from "./sound-locks.ts";
import type { Store } from "./store.ts";
import { threadKey } from "./thread-state.ts";

/**
 * lowdb behind the Store port: `state.json` holds what is open, `history/YYYY-MM.json` what has ended, by
 * the month in which it was asked for, so that no write grows with the years.
 */
export async function lowdbStore(directory: string, clock: Clock, lease: Lease = alone): Promise<Store> {
  const history = join(directory, "history");
  const hadState = await hasState(directory);
  await mkdir(history, { recursive: true, mode: 0o700 });
  const notices: string[] = [];
  const lines: LineCache = new WeakMap();

  const opening = { directory, clock, lease, lines, notices };
  const { file: state, mayHaveLostHosts } = await openState(opening);
  if (hadState === "missing") {
    notices.push("state.json is missing from a data directory that had one; an empty one was begun");
  }
  if (mayHaveLostHosts || hadState === "missing") {
    const how = hadState === "missing" ? "missing" : "damaged";
    const why = `state.json was ${how}, and nobody knows which hosts were locked or in hand`;
    state.data.locks = [...state.data.locks, lostLock(everyHost, why, new Date(clock.now()))];
  }
  const months = new Map<string, JsonFile<Month>>();
  for (const month of await monthsIn(history)) {
    months.set(month, await openMonth(opening, month));
  }

  for (const gone of state.data.months.filter((month) => !months.has(month))) {
    notices.push(
      `history/${gone}.json is gone, and with it what was done in that month. Put it back from a backup while the bot is stopped`,
    );
  }
  // One that was damaged was moved away, and has no file until something is written to it again.
  state.data.months = (await monthsIn(history)).sort();

  async function monthOf(time: string): Promise<JsonFile<Month>> {
    const name = time.slice(0, 7);
    const known = months.get(name);
    if (known !== undefined) {
      return known;
    }
    const file = await openMonth(opening, name);
    months.set(name, file);
    return file;
  }

  // A crash between the two writes of `finish` leaves a record in both places: the history's counts.
  for (const { data } of months.values()) {
    for (const id of Object.keys(data.deployments)) {
      delete state.data.deployments[id];
    }
  }
  await sweepRuns();
  await state.write();

  function openOnes(): Deployment[] {
    return Object.values(state.data.deployments).sort(byTime);
  }

  function monthsNewestFirst(): Month[] {
    return [...months].sort(([a], [b]) => b.localeCompare(a)).map(([, file]) => file.data);
  }

  function find(id: string): Deployment | undefined {
    return (
      own(state.data.deployments, id) ??
      monthsNewestFirst()
        .map((month) => own(month.deployments, id))
        .find((found) => found !== undefined)
    );
  }

  /** `change` gets the maps as copies that are its own. */
  function changeState(change: (data: State) => void): Promise<void> {
    return state.update((data) => {
      data.deployments = { ...data.deployments };
      data.runs = { ...data.runs };
      data.threads = { ...data.threads };
      change(data);
    });
  }

  async function finish(deployment: Deployment): Promise<void> {
    await remember(deployment.createdAt, (month) => (month.deployments[deployment.id] = deployment));
    await changeState((data) => delete data.deployments[deployment.id]);
    await sweepRuns();
  }

  async function remember(time: string, add: (month: Month) => void): Promise<void> {
    const month = await monthOf(time);
    await month.update((data) => {
      data.deployments = { ...data.deployments };
      data.runs = { ...data.runs };
      add(data);
    });
    // Not before its file is there: what is listed and not there counts as lost.
    const name = time.slice(0, 7);
    if (!state.data.months.includes(name)) {
      await state.update((data) => {
        data.months = [...data.months, name].sort();
      });
    }
  }

  /** A run goes to the history when its last deployment has. */
  async function sweepRuns(): Promise<void> {
    for (const run of Object.values(state.data.runs)) {
      if (run.deployments.every((id) => state.data.deployments[id] === undefined)) {
        await remember(run.createdAt, (month) => (month.runs[run.id] = run));
        await changeState((data) => delete data.runs[run.id]);
      }
    }
  }

  let queue: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  }

  return {
    locks: async () => state.data.locks,
    changeLocks: (change, run) =>
      inTurn(async () => {
        const locks = change(state.data.locks);
        if (locks !== state.data.locks) {
          await changeState((data) => {
            data.locks = [...locks];
            if (run !== undefined) {
              data.runs[run.id] = run;
            }
          });
        }
        return state.data.locks;
      }),
    open: async () => openOnes(),
    deployment: async (id) => find(id),
    async deployments(filter) {
      const { limit } = filter;
      const wanted = (deployment: Deployment) => isSought(deployment, filter);
      const found = openOnes().filter(wanted);
      const enough = found.length + limit;
      for (const month of monthsNewestFirst()) {
        if (found.length >= enough) {
          break;
        }
        found.push(...Object.values(month.deployments).filter(wanted).sort(byTime).reverse());
      }
      return found.sort(byTime).reverse().slice(0, limit);
    },
    begin: (run, deployments, refuse) =>
      inTurn(async () => {
        const refusal = refuse({ open: openOnes(), locks: state.data.locks, machines: state.data.machines });
        if (refusal !== null) {
          return refusal;
        }
        await changeState((data) => {
          data.runs[run.id] = run;
          for (const deployment of deployments) {
            data.deployments[deployment.id] = deployment;
          }
        });
        return null;
      }),
    update: (id, change) =>
      inTurn(async () => {
        const latest = own(state.data.deployments, id);
        if (latest === undefined) {
          return undefined;
        }
        const next = change(latest, {
          open: openOnes(),
          locks: state.data.locks,
          machines: state.data.machines,
        });
        if (next !== latest) {
          await (isOpen(next) ? changeState((data) => (data.deployments[id] = next)) : finish(next));
        }
        return next;
      }),
    updateAll: (ids, change) =>
      inTurn(async () => {
        const latest = ids.flatMap((id) => own(state.data.deployments, id) ?? []);
        const next = change(latest, {
          open: openOnes(),
          locks: state.data.locks,
          machines: state.data.machines,
        });
        const changed = next.filter((one, index) => one !== latest[index]);
        if (changed.length > 0) {
          await changeState((data) => {
            for (const one of changed) {
              data.deployments[one.id] = one;
            }
          });
        }
        return next;
      }),
    correct: (id, change) =>
      inTurn(async () => {
        const latest = own(state.data.deployments, id) === undefined ? find(id) : undefined;
        if (latest === undefined) {
          return undefined;
        }
        const next = change(latest);
        if (next !== latest) {
          await remember(latest.createdAt, (month) => (month.deployments[id] = next));
        }
        return next;
      }),
    run: async (id) =>
      own(state.data.runs, id) ??
      monthsNewestFirst()
        .map((month) => own(month.runs, id))
        .find((found) => found !== undefined),
    runByKey: async (start) => {
      const recent = [
        state.data.runs,
        ...monthsNewestFirst()
          .slice(0, 2)
          .map(({ runs }) => runs),
      ];
      return recent
        .flatMap((runs) => Object.values(runs))
        .find(({ request }) => request?.key?.startsWith(start) === true);
    },
    inventory: async () => state.data.inventory,
    setInventory: (hosts) =>
      inTurn(async () => {
        if (JSON.stringify(hosts) !== JSON.stringify(state.data.inventory)) {
          await changeState((data) => (data.inventory = [...hosts]));
        }
      }),
    machines: async () => state.data.machines,
    changeMachines: (change) =>
      inTurn(async () => {
        const machines = change(state.data.machines);
        if (machines !== state.data.machines) {
          await changeState((data) => (data.machines = { ...machines }));
        }
      }),
    threads: async () => Object.values(state.data.threads),
    saveThread: (thread) =>
      inTurn(() =>
        changeState((data) => {
          data.threads[threadKey(thread.surface, thread.run)] = thread;
        }),
      ),
    removeThread: (thread) =>
      inTurn(() => changeState((data) => delete data.threads[threadKey(thread.surface, thread.run)])),
    notices: () => notices,
    close: () => inTurn(async () => {}),
  };
}

/** Locks fail closed: a directory that holds what only a bot at work writes had a state. */
async function hasState(directory: string): Promise<"present" | "missing" | "new"> {
  const names = await readdir(directory);
  if (names.includes("state.json")) {
    return "present";
  }
  const isOld = names.some((name) => /^(history|bot-name|audit\.jsonl|state\.json\.damaged-.*)$/.test(name));
  return isOld ? "missing" : "new";
}

function byTime(a: Deployment, b: Deployment): number {
  return a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id);
}

/** Ids are typed by people, who may type what every object has, such as `constructor`. */
function own<T>(records: Readonly<Record<string, T>>, id: string): T | undefined {
  return Object.hasOwn(records, id) ? records[id] : undefined;
}

/** Such as `2026-11`. */
async function monthsIn(history: string): Promise<string[]> {
  const names = await readdir(history);
  return names.filter((name) => /^\d{4}-\d{2}\.json$/.test(name)).map((name) => name.slice(0, 7));
}
