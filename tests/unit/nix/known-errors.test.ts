import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { knownError } from "../../../src/nix/hints.ts";

/** What the real Nix printed: tests/fixtures/nix-errors/record.ts makes these files. */
const logs = join(import.meta.dirname, "../../fixtures/nix-errors");

const expected: Readonly<Record<string, readonly [title: string, line: RegExp, where: string | null]>> = {
  "assertion-failed": ["An assertion failed", /the assertion '\(swap == true\)'/, "hosts/yoga.nix:4:1"],
  "assertion-of-a-function": ["An assertion failed", /^assertion '.*' failed$/, "hosts/yoga.nix:2:17"],
  "attribute-missing": [
    "An attribute or package is missing",
    /^attribute 'ripgrepp' missing/,
    "hosts/yoga.nix:8:16",
  ],
  "build-silent": ["A build took too long", /timed out after 1 seconds of silence/, null],
  "build-timeout": ["A build took too long", /timed out after 1 seconds$/, null],
  "builder-failed": ["A build failed", /nginx-1\.27\.5\.drv' failed with exit code 1/, null],
  "builder-without-output": ["A build failed", /failed to produce output path/, null],
  collision: ["Two packages bring the same file", /already provides the following file/, null],
  "connection-refused": ["Connection refused", /^ssh: connect to host .* Connection refused/, null],
  "dependency-failed": ["A build failed", /nixos-system-yoga\.drv' failed to build/, null],
  "dubious-ownership": ["The repository belongs to another user", /is not owned by current user/, null],
  "dubious-ownership-git": ["The repository belongs to another user", /^detected dubious ownership/, null],
  "flake-lacks-attribute": ["The flake lacks an attribute", /does not provide attribute/, null],
  "hash-mismatch": ["A hash does not match", /^hash mismatch in fixed-output/, null],
  "impure-path": ["An impure path", /cannot look up '<nixpkgs>'/, "hosts/yoga.nix:1:1"],
  "infinite-recursion": ["Infinite recursion", /^infinite recursion/, "hosts/yoga.nix:2:10"],
  "no-flake": ["A file that git does not know", /'flake\.nix' does not exist|flake\.nix/, null],
  "out-of-disk": ["A disk is full", /^writing to file: No space left on device/, null],
  "substituter-away": ["A substituter does not answer", /^unable to download/, null],
  "syntax-error": ["Syntax error", /^syntax error, unexpected '='/, "hosts/yoga.nix:3:5"],
  "undefined-variable": ["A name that is not known", /^undefined variable 'ripgrepp'/, "hosts/yoga.nix:8:16"],
  "unexpected-argument": [
    "An argument that is not expected",
    /unexpected argument 'prot'/,
    "hosts/yoga.nix:2:13",
  ],
  "unknown-host-key": ["The host's key is not known", /^Host key verification failed/, null],
  "untracked-file": ["A file that git does not know", /hosts\/yoga\.nix' does not exist/, "flake.nix:4:37"],
  "wrong-type": ["A value of the wrong type", /^cannot coerce an integer/, "hosts/yoga.nix:2:3"],
};

const read = (name: string) => readFileSync(join(logs, `${name}.log`), "utf8").split("\n");

for (const [name, [title, line, where]] of Object.entries(expected)) {
  test(`what Nix printed is recognised, with its line and its place: ${name}`, () => {
    const found = knownError(read(name));
    assert.equal(found?.title, title);
    assert.match(found?.line ?? "", line);
    assert.equal(found?.where, where);
    assert.equal(found?.line.includes("-source/"), false);
    assert.ok((found?.advice.length ?? 0) > 20);
  });
}

test("every recorded log is known", () => {
  const names = readdirSync(logs).filter((file) => file.endsWith(".log"));
  assert.deepEqual(names.map((file) => file.replace(/\.log$/, "")).sort(), Object.keys(expected).sort());
});

test("a place in another flake's files is not taken for one in ours", () => {
  const lines = read("undefined-variable").join("\n");
  const source = /\/nix\/store\/[0-9a-z]{32}-source/.exec(lines)?.[0] ?? "";
  const other = "/nix/store/0ccnxa25whszw7mgbgyzdm4nqc0zwnm8-source";
  const inNixpkgs = lines.replaceAll(`${source}/hosts/yoga.nix`, `${other}/modules/x.nix`).split("\n");
  assert.equal(knownError(inNixpkgs, source)?.where, "flake.nix:4:37");
  assert.equal(knownError(inNixpkgs, null)?.where, "modules/x.nix:8:16");
});

test("what a service that does not start writes itself is not taken for the cause", () => {
  const lines = ["app.service failed (exit-code)", "app[12]: connect 127.0.0.1:5432: Connection refused"];
  assert.equal(knownError(lines)?.title, "A service does not start");
  assert.equal(knownError([...lines, "app[12]: No space left on device"])?.title, "A disk is full");
});

test("colours and several lines in one do not hide an error", () => {
  const found = knownError([
    "\u001b[31;1merror:\u001b[0m x\n\u001b[31merror:\u001b[0m infinite recursion encountered",
  ]);
  assert.equal(found?.title, "Infinite recursion");
});
