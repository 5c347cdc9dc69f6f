import assert from "node:assert/strict";
import { after, before } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Fleet } from "../rehearsal/fleet.ts";
import { startWiredBot, type WiredBot } from "./wired-bot.ts";

/** What slow work waits for, under names of its own: other tests use the builder at the same time. */
export function waitsOf(host: string) {
  const number = `30${[...host].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)}`;
  return { check: `sleep ${number}1`, build: `sleep ${number}2`, dry: `sleep ${number}3` };
}

const withPackage = (host: string, name: string, kib: number, compile: string) => `
{ pkgs }:
let
  more = import ./packages/mk-package.nix { inherit (pkgs) platform; } {
    name = "${name}"; version = "1"; kib = ${kib}; compile = "${compile}";
  };
in
host: if host.name == "${host}" then host // { packages = host.packages ++ [ more ]; } else host
`;

/** A bot on a repository of its own, with branches slow-build, slow-copy and slow-dry, and what runs where. */
export interface SlowWork {
  wired(): WiredBot;
  /** Makes git fetch wait, and takes that back. */
  slowFetch(isSlow: boolean): Promise<void>;
  /** The processes whose command line holds this. */
  running(machine: string, words: string): Promise<string[]>;
  untilRunning(machine: string, words: string): Promise<void>;
  /** Nothing of a deployment, whatever it was called, may be left on either machine. */
  assertNothingIsLeft(id: string): Promise<void>;
  /** Cancels it, and looks in the moment in which that is said. */
  cancelled(id: string, phase: string): Promise<void>;
  theNextOneWorks(): Promise<void>;
}

export function useSlowWork(fleet: () => Fleet, host: string): SlowWork {
  const waits = waitsOf(host);
  const repository = `/srv/fleet-slow-${host}`;
  let wired: WiredBot | undefined;

  async function builder(script: string): Promise<void> {
    const { exitCode, stderr } = await fleet().exec("builder", ["sh", "-c", script]);
    assert.equal(exitCode, 0, stderr);
  }

  before(async () => {
    await fleet().reset(host);
    await builder(`rm -rf ${repository} && git clone --quiet --no-hardlinks /srv/fleet.git ${repository}`);
    await fleet().commit(`slow-build-${host}`, "slow: from source", {
      "overrides.nix": withPackage(host, "slow", 1, waits.build),
    });
    await fleet().commit(`slow-copy-${host}`, "big: all of it", {
      "overrides.nix": withPackage(host, "big", 614_400, "true"),
    });
    await fleet().commit(`slow-dry-${host}`, "dry-activate: wait", {
      "system/tools/dry-activate.sh": `#!@bash@/bin/sh\n${waits.dry}\n`,
    });
    wired = await startWiredBot(fleet(), { env: { SWITCHYARD_FLAKE: repository } });
    // The hosts are read once, before any test makes that slow.
    await wired.bot.say(`/rollback ${host} --list`);
  });
  after(async () => {
    await wired?.close();
    await builder(`rm -rf ${repository}`);
  });

  const work: SlowWork = {
    wired() {
      assert.ok(wired !== undefined);
      return wired;
    },
    slowFetch: (isSlow) =>
      builder(
        `git -C ${repository} config ${isSlow ? `remote.origin.uploadpack '${waits.check}; git-upload-pack'` : "--unset remote.origin.uploadpack"}`,
      ),
    async running(machine, words) {
      const { stdout } = await fleet().exec(machine, ["pgrep", "-fa", "--", words]);
      return stdout.split("\n").filter((line) => line !== "" && !line.includes("pgrep"));
    },
    async untilRunning(machine, words) {
      for (let tries = 0; tries < 300; tries++) {
        if ((await work.running(machine, words)).length > 0) {
          return;
        }
        await delay(100);
      }
      assert.fail(`${words} does not run on ${machine}`);
    },
    async assertNothingIsLeft(id) {
      for (const machine of ["builder", host]) {
        const script = `grep -lz 'SWITCHYARD_OWNER=.*${id}' /proc/[0-9]*/environ 2>/dev/null`;
        assert.equal((await fleet().exec(machine, ["sh", "-c", script])).stdout, "", machine);
        for (const words of Object.values(waits)) {
          assert.deepEqual(await work.running(machine, words), [], machine);
        }
      }
      assert.deepEqual(await work.running(host, "nix-store --serve"), []);
      assert.deepEqual(await work.running(host, "switch-to-configuration"), []);
    },
    async cancelled(id, phase) {
      const { bot } = work.wired();
      await bot.say(`/cancel ${id}`);
      const ended = await bot.ended(id, 60);
      await work.assertNothingIsLeft(id);
      assert.equal(ended.outcome, "cancelled", ended.message ?? "");
      assert.equal(ended.phase, phase);
    },
    async theNextOneWorks() {
      const { bot } = work.wired();
      const ended = await bot.ended(await bot.start(`/deploy ${host} --dry-run`));
      assert.equal(ended.outcome, "tested", ended.message ?? "");
    },
  };
  return work;
}
