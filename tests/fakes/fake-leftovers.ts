import type { Clock } from "../../src/config/clock.ts";
import type { Exit } from "../../src/remote/shell.ts";
import type { FakeProcess } from "./fake-shell.ts";

/** What builder and hosts answer about processes with an owner, and about gc-roots. */

interface Machine {
  readonly clock: Clock;
  readonly processes: Set<FakeProcess>;
}

export function endOwned({ processes }: Machine, mark = ""): Partial<Exit> {
  for (const process of processes) {
    if (`SWITCHYARD_OWNER=${process.owner}` === mark) {
      processes.delete(process);
    }
  }
  return {};
}

/** Every root is as old as its name's date says. */
export function leftovers(
  { clock, processes }: Machine,
  roots: ReadonlyMap<string, string>,
  folder = "",
): string {
  const owners = [...processes].map(({ owner }) => owner).filter((owner) => owner !== "");
  return [
    `now=${clock.now() / 1000}`,
    ...[...roots.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1))
      .map((name) => `root=${madeAt(name)} ${name}`),
    ...[...new Set(owners)].map((owner) => `owner=${owner}`),
    "",
  ].join("\n");
}

function madeAt(name: string): number {
  const date = /d-(\d{4})(\d\d)(\d\d)-/.exec(name);
  return date === null ? 0 : Date.parse(`${date[1]}-${date[2]}-${date[3]}`) / 1000;
}

export function unroot(roots: Map<string, string>, [folder, ...names]: readonly string[]): Partial<Exit> {
  for (const name of names) {
    roots.delete(`${folder}/${name}`);
  }
  return {};
}

/** What some deployment owns of what runs there. */
export function ownedOn({ processes }: { processes: ReadonlySet<FakeProcess> }) {
  return [...processes].filter(({ owner }) => owner !== "").map(({ argv }) => argv.slice(0, 5));
}
