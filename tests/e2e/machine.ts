import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before } from "node:test";
import lockfile from "proper-lockfile";
import type { Fleet } from "../rehearsal/fleet.ts";
import { openFleet } from "../rehearsal/open-fleet.ts";
import { readState } from "../rehearsal/state.ts";

/** The reason why tests on real machines cannot run here, or false; `npm test` finds out once. */
export const skip: string | false =
  process.env["SWITCHYARD_TEST_FLEET"] === undefined
    ? (process.env["SWITCHYARD_TEST_SKIP"] ?? "there is no rehearsal fleet: run npm test")
    : false;

/** The fleet that `npm test` brought up. */
export function useFleet(): () => Fleet {
  let fleet: Fleet | undefined;
  before(async () => {
    const name = process.env["SWITCHYARD_TEST_FLEET"];
    const state = name === undefined ? undefined : await readState(name);
    fleet = state === undefined ? undefined : openFleet(state);
  });
  return () => {
    if (fleet === undefined) {
      throw new Error("using the rehearsal fleet: it is not up");
    }
    return fleet;
  };
}

/** A whole table of faults may be played before a host is free, in quarters of a second. */
const mostTries = 4 * 60 * 60;

const held = new Map<string, () => Promise<void>>();
// Not with each suite's own `after`: those run in the order they were written in, and the suite still resets its host there.
after(() => Promise.all([...held.values()].map((release) => release())));

/**
 * Keeps hosts for this test file until all of it has ended, since files run side by side; waits until they are free. They
 * are taken in one order by everybody, or two files would wait for each other for ever: a file names the same hosts each time.
 */
export function useHosts(fleet: () => Fleet, ...hosts: readonly string[]): void {
  before(async () => {
    for (const host of hosts.toSorted()) {
      if (held.has(host)) continue;
      const claim = join(fleet().dir, `claim-${host}`);
      await mkdir(claim, { recursive: true });
      held.set(
        host,
        await lockfile.lock(claim, {
          stale: 20_000,
          retries: { retries: mostTries, factor: 1, minTimeout: 250 },
        }),
      );
    }
  });
}

/** What a host really runs, read from inside and not through the bot. */
export interface HostState {
  readonly current: string;
  readonly profile: string;
  readonly generations: readonly string[];
  readonly bootDefault: string;
  readonly failedUnits: string;
}

export async function stateOf(fleet: Fleet, host: string): Promise<HostState> {
  const read = async (...argv: string[]) => (await fleet.exec(host, argv)).stdout.trim();
  const entry = "/boot/loader/entries/nixos-default.conf";
  return {
    current: await read("readlink", "-f", "/run/current-system"),
    profile: await read("readlink", "/nix/var/nix/profiles/system"),
    generations: (await read("sh", "-c", "cd /nix/var/nix/profiles && ls -d system-*-link"))
      .split(/\s+/)
      .sort(),
    bootDefault: await read("sed", "-n", "s/^options init=\\(.*\\)\\/init$/\\1/p", entry),
    failedUnits: await read("systemctl", "--failed", "--no-legend", "--plain"),
  };
}

export async function invocation(fleet: Fleet, host: string, unit: string): Promise<string> {
  return (
    await fleet.exec(host, ["systemctl", "show", "--value", "--property=InvocationID", unit])
  ).stdout.trim();
}

export async function isActive(fleet: Fleet, host: string, unit: string): Promise<boolean> {
  return (await fleet.exec(host, ["systemctl", "is-active", unit])).stdout.trim() === "active";
}
