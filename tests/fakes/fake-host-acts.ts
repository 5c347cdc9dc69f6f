import type { Exit } from "../../src/remote/shell.ts";
import type { FakeHost } from "./fake-host.ts";

/** How a host answers to a garbage collection, a prune and a reboot. */
export interface FakeActs {
  /** Store paths that no root holds, each of a MiB. */
  garbage: string[];
  /** What `nix-store --verify` finds wrong. */
  damaged: string[];
  bootEntriesExit: number;
  /** How often the boot entries were written. */
  bootEntriesWritten: number;
  /** What the order to reboot exits with, and for how long the host is silent then (milliseconds). */
  rebootExit: number;
  rebootTakes: number;
  /** How often it was told to, and did. */
  reboots: number;
  /** What is done to it while it is down. */
  onReboot: (host: FakeHost) => void;
}

export function fakeActs(): FakeActs {
  return {
    garbage: [],
    damaged: [],
    bootEntriesExit: 0,
    bootEntriesWritten: 0,
    rebootExit: 0,
    rebootTakes: 20_000,
    reboots: 0,
    onReboot: () => {},
  };
}

const mebibyte = 1024 ** 2;

export function sight(host: FakeHost): string {
  return `booted=${host.booted}\nkernel=${host.bootedKernel}\nfree=${host.free.get("/nix/store") ?? 0}\n`;
}

export function answerAct(host: FakeHost, argv: readonly string[]): Partial<Exit> | undefined {
  const [file = "", ...words] = argv;
  if (file === "nix-collect-garbage") {
    const lines = host.acts.garbage.map((path) => `deleting '${path}'\n`);
    const count = host.acts.garbage.splice(0).length;
    host.free.set("/nix/store", (host.free.get("/nix/store") ?? 0) + count * mebibyte);
    return { stderr: lines.join(""), stdout: `${count} store paths deleted, ${count}.00 MiB freed\n` };
  }
  if (file === "nix-store" && words.includes("--verify")) {
    const lines = host.acts.damaged.map(
      (path) => `path '${path}' was modified! expected hash 'a', got 'b'\n`,
    );
    return { exitCode: lines.length > 0 ? 1 : 0, stderr: `reading the Nix store...\n${lines.join("")}` };
  }
  if (file === "nix-env" && words.includes("--delete-generations")) {
    for (const number of words.slice(words.indexOf("--delete-generations") + 1).map(Number)) {
      if (number === host.profile) {
        return { exitCode: 1, stderr: "error: cannot delete current version of profile" };
      }
      host.generations.delete(number);
    }
    return {};
  }
  if (file === "/nix/var/nix/profiles/system/bin/switch-to-configuration" && words[0] === "boot") {
    if (host.isNixosLockHeld) {
      return { exitCode: 11, stderr: "Could not acquire lock at switch-to-configuration line 75." };
    }
    host.acts.bootEntriesWritten += host.acts.bootEntriesExit === 0 ? 1 : 0;
    return host.acts.bootEntriesExit === 0
      ? {}
      : { exitCode: host.acts.bootEntriesExit, stderr: "OSError: [Errno 28] No space left on device" };
  }
  return undefined;
}

export function actScript(host: FakeHost, label: "dead" | "reboot", args: readonly string[]): Partial<Exit> {
  const { acts } = host;
  if (label === "dead") {
    return { stdout: `paths=${acts.garbage.length}\nbytes=${acts.garbage.length * mebibyte}\n` };
  }
  if (args[0] !== host.bootId) {
    return { stdout: "rebooted\n" };
  }
  if (acts.rebootExit !== 0) {
    return { exitCode: acts.rebootExit, stderr: "Failed to start transient timer unit: Access denied" };
  }
  acts.reboots += 1;
  host.answers = false;
  void host.clock.sleep(acts.rebootTakes).then(() => {
    host.reboot();
    acts.onReboot(host);
    host.answers = true;
  });
  return { stdout: "ordered\n" };
}
