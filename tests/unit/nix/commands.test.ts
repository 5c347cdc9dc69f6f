import assert from "node:assert/strict";
import { test } from "node:test";
import * as commands from "../../../src/nix/commands.ts";
import { parseNixFiles } from "../../../src/nix/syntax.ts";
import type { Target } from "../../../src/remote/hop.ts";

const revision = "4f1c9e0b7d2a4c55e1f0a9b8c7d6e5f4a3b2c1d0";
const root: Target = {
  name: "yoga",
  address: "yoga.tail1234.ts.net",
  port: 2222,
  user: "root",
  connectTimeout: 10,
  via: "builder" as const,
};
const nix = ["nix", "--extra-experimental-features", "nix-command flakes"];

test("git is told where, and what a person typed never becomes an option", () => {
  assert.deepEqual(commands.gitFetch("/srv/fleet"), [
    "git",
    "-C",
    "/srv/fleet",
    "fetch",
    "--quiet",
    "--prune",
    "origin",
  ]);
  assert.deepEqual(commands.gitResolve("/srv/fleet", "--upload-pack=x"), [
    "git",
    "-C",
    "/srv/fleet",
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    "--upload-pack=x^{commit}",
  ]);
  assert.deepEqual(commands.gitIsAncestor("/srv/fleet", revision, "origin/main"), [
    "git",
    "-C",
    "/srv/fleet",
    "merge-base",
    "--is-ancestor",
    revision,
    "origin/main",
  ]);
});

test("a branch goes by its full name, so that a tag of that name cannot stand in for it", () => {
  assert.equal(commands.fullRef("origin/main"), "refs/remotes/origin/main");
  assert.equal(commands.fullRef("main", true), "refs/heads/main");
  assert.equal(commands.fullRef("refs/tags/v1", true), "refs/tags/v1");
  assert.equal(commands.fullRef("v24.11"), "v24.11");
  assert.equal(commands.fullRef("4f1c9e0"), "4f1c9e0");
});

test("hosts are listed without evaluating any, and the flake's own settings are not accepted", () => {
  assert.deepEqual(commands.listHosts("/srv/fleet", revision), [
    ...nix,
    "eval",
    "--no-accept-flake-config",
    "--no-update-lock-file",
    "--json",
    `git+file:///srv/fleet?rev=${revision}&allRefs=1#nixosConfigurations`,
    "--apply",
    "builtins.attrNames",
  ]);
});

test("one evaluator takes several hosts, in a form that Nix caches", () => {
  assert.deepEqual(commands.evaluate("/srv/fleet", revision, ["yoga", "vps"]), [
    ...nix,
    "build",
    "--no-accept-flake-config",
    "--no-update-lock-file",
    "--dry-run",
    "--json",
    "--no-link",
    `git+file:///srv/fleet?rev=${revision}&allRefs=1#nixosConfigurations."yoga".config.system.build.toplevel`,
    `git+file:///srv/fleet?rev=${revision}&allRefs=1#nixosConfigurations."vps".config.system.build.toplevel`,
  ]);
});

test("a build takes the derivation, which needs no evaluation, and leaves a gc-root", () => {
  assert.deepEqual(commands.build("/nix/store/x.drv", "/home/b/roots/yoga"), [
    ...nix,
    "build",
    "--log-format",
    "internal-json",
    "-v",
    "--out-link",
    "/home/b/roots/yoga",
    "/nix/store/x.drv^*",
  ]);
});

test("a copy goes straight to the host, with the same checks of its key as any other connection", () => {
  assert.deepEqual(commands.copy(root, "/nix/store/top", false, "b07.d-1"), [
    "env",
    "NIX_SSHOPTS=-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 -o ControlMaster=no -o ControlPath=none -p 2222",
    ...nix,
    "copy",
    "--log-format",
    "internal-json",
    "-v",
    "--to",
    "ssh://root@yoga.tail1234.ts.net?remote-program=env%20SWITCHYARD_OWNER%3Db07.d-1%20nix-store",
    "/nix/store/top",
  ]);
});

test("a copy as another user goes through sudo, spelt so that Nix reads the spaces", () => {
  const argv = commands.copy({ ...root, user: "deploy" }, "/nix/store/top", true, "b07.d-1");
  assert.equal(
    argv.at(-2),
    "ssh://deploy@yoga.tail1234.ts.net?remote-program=sudo%20-n%20--%20%2Frun%2Fcurrent-system%2Fsw%2Fbin%2Fenv%20SWITCHYARD_OWNER%3Db07.d-1%20nix-store",
  );
  assert.equal(argv.includes("--substitute-on-destination"), true);
});

test("a copy to an IPv6 address stands in brackets", () => {
  const argv = commands.copy({ ...root, address: "fd7a:115c:a1e0::1" }, "/nix/store/top", false, "b07.d-1");
  assert.equal(
    argv.at(-2),
    "ssh://root@[fd7a:115c:a1e0::1]?remote-program=env%20SWITCHYARD_OWNER%3Db07.d-1%20nix-store",
  );
});

test("what a path is called never becomes an option or a second word of a script", () => {
  assert.deepEqual(commands.freeSpace(["/boot", "-x; reboot"]).slice(3), ["df", "/boot", "-x; reboot"]);
  assert.deepEqual(parseNixFiles("$(reboot)").slice(3), ["parse", "$(reboot)"]);
});

test("a command that reads the flake neither writes a lock file nor uses an input that is not locked, and never has both flags", () => {
  const reading = (unlocked: commands.UnlockedInputs) => [
    commands.flakeMetadata("/srv/fleet", revision, unlocked),
    commands.listHosts("/srv/fleet", revision, unlocked),
    commands.evaluate("/srv/fleet", revision, ["yoga"], unlocked),
    commands.flakeCheck("/srv/fleet", revision, unlocked),
  ];
  const flags = (argv: readonly string[]) => argv.filter((word) => word.endsWith("-lock-file"));
  for (const argv of reading("refuse")) {
    assert.deepEqual(flags(argv), ["--no-update-lock-file"]);
  }
  for (const argv of reading("allow")) {
    assert.deepEqual(flags(argv), ["--no-write-lock-file"]);
  }
});

test("the path of a repository cannot end the expression that reads its inputs", () => {
  const argv = commands.readInputs('/srv/$HOME"; abort', revision);
  assert.match(argv.at(-1) ?? "", /url = "file:\/\/\/srv\/%24HOME%22%3B%20abort";/);
});
