import assert from "node:assert/strict";
import { test } from "node:test";
import { isWell } from "../../../src/doctor/line.ts";
import { ShellError } from "../../../src/remote/shell.ts";
import type { World } from "../../fakes/world.ts";
import { examined, roles, wellWorld } from "./well-world.ts";

/** What is broken, and how the line begins that says so. */
const findings: readonly (readonly [
  what: string,
  harm: (world: World) => void | Promise<void>,
  says: RegExp,
])[] = [
  [
    "a builder that does not answer",
    (world) =>
      world.builderShell.on(/^true$/, new ShellError("unreachable", "builder: connect ECONNREFUSED")),
    /^✗ builder: connect ECONNREFUSED\n {4}→ /,
  ],
  [
    "a builder without Nix",
    (world) => world.builderShell.on(/^nix --version$/, { exitCode: 127 }),
    /^✗ nix: there is no nix .*\n {4}→ Install Nix/,
  ],
  [
    "a builder that is this machine, and has no Nix",
    (world) =>
      world.builderShell.on(/^nix --version$/, new ShellError("not-found", "builder: starting nix: ENOENT")),
    /^✗ nix: there is no nix .*\n {4}→ Install Nix/,
  ],
  [
    "hosts that cannot be looked at while the builder is away",
    (world) => {
      world.fleet = "hosts: { yoga: {} }";
      world.builderShell.on(/^true$/, new ShellError("unreachable", "builder: connect ECONNREFUSED"));
    },
    /^! host yoga: it was not looked at\n {4}→ The builder leads to it/,
  ],
  [
    "an old Nix",
    (world) => world.builderShell.on(/^nix --version$/, { stdout: "nix (Nix) 2.11.1\n" }),
    /^! nix: 2\.11\.1 is older/,
  ],
  [
    "a Nix daemon that refuses",
    (world) => world.builderShell.on(/ eval --expr 1$/, { exitCode: 1, stderr: "error: cannot connect\n" }),
    /^✗ nix: flakes .*cannot connect\n {4}→ .*allowed-users/,
  ],
  [
    "a builder without git",
    (world) => world.builderShell.on(/^git --version$/, { exitCode: 127 }),
    /^✗ git: .*\n {4}→ Install git/,
  ],
  [
    "a full store",
    (world) => {
      world.builder.freeStore = 1024 ** 3;
    },
    /^! builder: 1\.0 GiB is free/,
  ],
  [
    "a repository of somebody else",
    (world) =>
      world.builderShell.on(/ remote$/, {
        exitCode: 128,
        stderr: "fatal: detected dubious ownership in repository at '/srv/fleet'\n",
      }),
    /^✗ flake: .*dubious ownership.*\n {4}→ .*safe\.directory/,
  ],
  [
    "a repository without a remote",
    (world) => world.builderShell.on(/ remote$/, { stdout: "" }),
    /^! flake: .*no remote named origin/,
  ],
  [
    "a remote that refuses",
    (world) => {
      world.builder.fetchExit = 1;
    },
    /^! flake: git fetch .*\n {4}→ .*key/,
  ],
  [
    "a ref that is not there",
    (world) => {
      world.fleet = `defaults: { ref: origin/trunk }\n${roles}`;
    },
    /^✗ flake: .*no ref origin\/trunk/,
  ],
  [
    "a host in fleet.yaml that is in no flake",
    (world) => {
      world.fleet = `hosts: { yogurt: {} }\n${roles}`;
    },
    /^! fleet\.yaml: line 1, column 10: hosts\.yogurt: the flake has no such host at origin\/main\. Correct/,
  ],
  [
    "rules in fleet.yaml for a host that is in no flake",
    (world) => {
      world.fleet = `hosts: { yogaa: { approvals: 2, windows: ["Mon 09:00-10:00 UTC"] } }\n${roles}`;
    },
    /^✗ fleet\.yaml: line 1, column 10: hosts\.yogaa: .*at origin\/main, so approvals, windows would hold for no machine\. Did you mean yoga\?/,
  ],
  [
    "a fleet without roles",
    (world) => {
      world.fleet = "";
    },
    /^! fleet\.yaml: nobody but the holder/,
  ],
  [
    "a role for nobody",
    (world) => {
      world.fleet = roles.replace("[alice]", "[alice, bob]");
    },
    /^! fleet\.yaml: bob has a role/,
  ],
  [
    "a host that does not answer",
    (world) => {
      world.host("yoga").answers = false;
    },
    /^✗ host yoga: .*Connection timed out\n {4}→ Is it up/,
  ],
  [
    "a host that the tailnet knows to be off",
    (world) => {
      world.host("yoga").answers = false;
      const status = {
        BackendState: "Running",
        Peer: { a: { HostName: "yoga", LastSeen: "2026-11-23T07:41:08Z" } },
      };
      world.builderShell.on("tailscale status", { stdout: JSON.stringify(status) });
    },
    /^✗ host yoga: .*offline since 2026-11-23T07:41:08Z/,
  ],
  [
    "a host key that is not known",
    (world) =>
      world.shell("yoga").on(" facts ", new ShellError("unreachable", "yoga: Host key verification failed.")),
    /^✗ host yoga: .*\n {4}→ .*known_hosts/,
  ],
  [
    "a key that is not accepted",
    (world) =>
      world
        .shell("yoga")
        .on(" facts ", new ShellError("unreachable", "yoga: Permission denied (publickey).")),
    /^✗ host yoga: .*\n {4}→ .*authorized_keys/,
  ],
  [
    "sudo that asks",
    (world) => {
      world.fleet = `hosts: { yoga: { targetUser: deploy } }\n${roles}`;
      world.shell("yoga").on(" facts ", { exitCode: 1, stderr: "sudo: a password is required\n" });
    },
    /^✗ host yoga: deploy may not become root .*\n {4}→ .*NOPASSWD for deploy/,
  ],
  [
    "a machine that is no NixOS",
    (world) => world.shell("yoga").on(" facts ", { stdout: "current=/run/current-system\nboot=x\n" }),
    /^✗ host yoga: .*is this machine NixOS/,
  ],
  [
    "a host without a tool of a check",
    (world) => {
      world.fleet = `hosts: { yoga: { checks: [{ http: "http://127.0.0.1/" }] } }\n${roles}`;
      world.shell("yoga").on(/ tools /, { stdout: "curl\n" });
    },
    /^✗ host yoga: it lacks curl on the PATH of root/,
  ],
  [
    "a running system without a tool of the supervisor's",
    (world) => world.host("yoga").lackingTools.add("nix-env"),
    /^✗ host yoga: its running system lacks nix-env in sw\/bin/,
  ],
  [
    "a running system without flock, which a switch can do without",
    (world) => world.host("yoga").lackingTools.add("flock"),
    /^! host yoga: its running system lacks flock in sw\/bin/,
  ],
  [
    "a running system that nothing could roll back to",
    (world) => world.host("yoga").withoutSwitchProgram.add(world.host("yoga").current),
    /^✗ host yoga: its running system has no bin\/switch-to-configuration/,
  ],
  [
    "a host without a secret",
    (world) => {
      world.fleet = `hosts: { yoga: { secrets: [/run/secrets/db] } }\n${roles}`;
      world.shell("yoga").on(/ secret-files /, { stdout: "/run/secrets/db\n" });
    },
    /^✗ host yoga: it lacks \/run\/secrets\/db/,
  ],
  [
    "a clock that is behind",
    (world) => world.shell("yoga").on(/^date /, () => ({ stdout: `${world.clock.now() / 1000 - 30}\n` })),
    /^! host yoga: its clock is 30\.0 s behind/,
  ],
  [
    "a clock that is far ahead",
    (world) => world.builderShell.on(/^date /, () => ({ stdout: `${world.clock.now() / 1000 + 3600}\n` })),
    /^✗ builder: its clock is 3600\.0 s ahead of/,
  ],
  [
    "a clock that says nothing",
    (world) => world.builderShell.on(/^date /, { stdout: "soon\n" }),
    /^! builder: its clock cannot be read/,
  ],
];

for (const [what, harm, says] of findings) {
  test(`it finds ${what}, and says how to mend it`, async (t) => {
    const world = await wellWorld(t);
    await harm(world);
    const { lines, bad } = await examined(world);
    assert.equal(bad.filter((line) => says.test(line)).length, 1, bad.join("\n"));
    assert.equal(isWell(lines), !bad.some((line) => line.startsWith("✗")));
  });
}
