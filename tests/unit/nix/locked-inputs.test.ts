import assert from "node:assert/strict";
import { test } from "node:test";
import { readFlakeSeen, unlockedInputs, unlockedText } from "../../../src/nix/locked-inputs.ts";

const plain = { follows: null, ref: null, inputs: {} };
const pinned = { locked: { type: "github", rev: "4f1c9e0", narHash: "sha256-x" } };
const lockOf = (root: object, nodes: object) =>
  JSON.stringify({ version: 7, root: "root", nodes: { root: { inputs: root }, ...nodes } });
const said = (inputs: object, lock: string | null, asked: readonly string[] = []) => {
  const seen = readFlakeSeen(JSON.stringify({ inputs, asked, lock }));
  assert.ok(seen !== null);
  return unlockedText(unlockedInputs(seen));
};

test("a lock that pins every input is taken, and so is a flake without inputs and without a lock", () => {
  const nodes = { nixpkgs: pinned, disko: { ...pinned, inputs: { nixpkgs: ["nixpkgs"] } } };
  const disko = {
    ...plain,
    inputs: { nixpkgs: { ...plain, follows: "nixpkgs" }, absent: { ...plain, follows: "x" } },
  };
  assert.equal(said({ nixpkgs: plain, disko }, lockOf({ nixpkgs: "nixpkgs", disko: "disko" }, nodes)), "");
  assert.equal(said({}, null, ["self"]), "");
});

test("inputs that the lock lacks are named, also those that only the arguments of outputs ask for", () => {
  const lock = lockOf({ nixpkgs: "nixpkgs" }, { nixpkgs: pinned });
  const text = said({ nixpkgs: plain, attic: plain }, lock, ["self", "nixpkgs", "hercules-ci-agent"]);
  assert.match(text, /attic \(it is not in flake\.lock\), hercules-ci-agent \(it is not/);
  assert.match(said({ a: plain, b: plain }, null), /a \(there is no flake\.lock\), b \(/);
});

test("a renamed input is named by both its names", () => {
  const text = said({ pkgs: plain }, lockOf({ nixpkgs: "nixpkgs" }, { nixpkgs: pinned }));
  assert.match(text, /pkgs \(it is not in flake\.lock\), nixpkgs \(it is in flake\.lock, and no longer/);
});

test("another source than the lock's is named", () => {
  const ref = { type: "github", owner: "o", repo: "r", ref: "next" };
  const node = (original: object) => lockOf({ a: "a" }, { a: { ...pinned, original } });
  assert.equal(
    said({ a: { ...plain, ref } }, node({ repo: "r", owner: "o", ref: "next", type: "github" })),
    "",
  );
  assert.match(said({ a: { ...plain, ref } }, node({ ...ref, ref: "main" })), /another source/);
});

test("a follows that leads nowhere, in a circle, or elsewhere than flake.nix says is named", () => {
  const a = { ...plain, follows: "gone" };
  assert.match(
    said({ a }, lockOf({ a: ["gone"] }, {})),
    /a \(it leads to "gone", which flake\.lock does not have\)/,
  );
  assert.match(said({ a: { ...plain, follows: "a" } }, lockOf({ a: ["a"] }, {})), /a \(it leads to "a"/);
  assert.match(said({ a }, lockOf({ a: "a" }, { a: pinned })), /it follows "gone" in flake\.nix, and not in/);
  assert.match(said({ a: plain }, lockOf({ a: ["b"] }, {})), /it follows "b" in flake\.lock, and not in/);
});

test("a node without a revision and a hash is named by its path, and a path within the repository is not", () => {
  const lock = lockOf(
    { sub: "sub", away: "away" },
    {
      sub: { locked: { type: "path", path: "./sub" } },
      away: { ...pinned, inputs: { deep: "deep" } },
      deep: { locked: { type: "path", path: "/home/alice/deep" } },
    },
  );
  assert.equal(
    said({ sub: plain, away: plain }, lock),
    "away/deep (flake.lock names no revision and no hash for it)",
  );
});

test("what is no lock file is told as that", () => {
  assert.match(said({ a: plain }, "<<<<<<< HEAD\n{}"), /it is no lock file; a merge conflict/);
});
