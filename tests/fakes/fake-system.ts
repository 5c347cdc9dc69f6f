import { createHash } from "node:crypto";

/** A built NixOS system, and how it behaves when a host switches to it. */
export interface FakeSystem {
  readonly toplevel: string;
  readonly derivation: string;
  readonly kernel: string;
  /** The revision that it says it was built from. */
  readonly revision: string;
  /** Packages with their versions: what diff-closures compares. */
  readonly packages: Readonly<Record<string, string>>;
  /** What its specialisations are, by name. */
  readonly specialisations: Readonly<Record<string, string>>;
  /** The units that run under it, with how each is. */
  readonly units: Readonly<Record<string, FakeUnit>>;
  /** What its switch-to-configuration exits with for `test`, after so many milliseconds. */
  readonly testExit: number;
  readonly testTakes: number;
  readonly bootExit: number;
  /** What dry-activate prints to stderr. */
  readonly dryActivate: string;
  readonly dryActivateExit: number;
  /** What is in its file switch-inhibitors. */
  readonly inhibitors: string;
  /** Nobody reaches a host that runs it. */
  readonly cutsNetwork: boolean;
  /** What building it exits with, and how long it takes (milliseconds). */
  readonly buildExit: number;
  readonly buildTakes: number;
  readonly buildLog: readonly string[];
}

export interface FakeUnit {
  readonly active: string;
  readonly sub?: string;
  readonly restarts?: number;
  readonly result?: string;
  readonly wantedBy?: string;
}

/** A store path such as Nix makes: 32 letters and digits, and a name. */
export function storePath(name: string): string {
  return `/nix/store/${createHash("sha256").update(name).digest("hex").slice(0, 32)}-${name}`;
}

export function fakeSystem(name: string, change: Partial<FakeSystem> = {}): FakeSystem {
  return {
    toplevel: storePath(`nixos-system-${name}`),
    derivation: storePath(`nixos-system-${name}.drv`),
    kernel: "6.12.9",
    revision: "",
    packages: {},
    specialisations: {},
    units: { "nginx.service": { active: "active" }, "sshd.service": { active: "active" } },
    testExit: 0,
    testTakes: 3_000,
    bootExit: 0,
    dryActivate: "would restart the following units: nginx.service\n",
    dryActivateExit: 0,
    inhibitors: "{}",
    cutsNetwork: false,
    buildExit: 0,
    buildTakes: 0,
    buildLog: [],
    ...change,
  };
}
