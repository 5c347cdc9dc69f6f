import assert from "node:assert/strict";
import { test } from "node:test";
import { closureSize, compareClosures, readClosure } from "../../../src/nix/closures.ts";
import { storePath } from "../../fakes/fake-system.ts";

const closure = (packages: Readonly<Record<string, number>>) =>
  new Map(Object.entries(packages).map(([name, size]) => [storePath(name), size]));

test("a closure is read line by line, and what is no path is left out", () => {
  const path = storePath("nginx-1.27.5");
  const read = readClosure(`${path}     \t 12345\nwarning: something\n${storePath("a")} 7\n`);
  assert.deepEqual(
    [...read],
    [
      [path, 12_345],
      [storePath("a"), 7],
    ],
  );
  assert.equal(closureSize(read), 12_352);
});

test("closures are compared as nix store diff-closures does it", () => {
  const before = closure({
    "nginx-1.27.4": 100_000,
    "nginx-1.27.4-doc": 50_000,
    "glibc-2.40-36": 900_000,
    "old-tool-1.0": 20_000,
    "unit-nginx.service": 500,
    "linux-6.12.8-modules": 1_000,
    "python3.12-requests-2.32.3": 1_000,
    "small-1.0": 1_000,
  });
  const after = closure({
    "nginx-1.27.5": 130_000,
    "nginx-1.27.5-doc": 50_000,
    "glibc-2.40-36": 1_900_000,
    "new-tool-2.0": 20_000,
    "unit-nginx.service": 700,
    "linux-6.12.9-modules": 1_000,
    "python3.12-requests-2.32.3": 1_000,
    "small-1.0": 9_000,
  });
  assert.deepEqual(compareClosures(before, after), [
    { name: "glibc", before: "", after: "", size: "+976.5 KiB" },
    { name: "linux", before: "6.12.8", after: "6.12.9", size: "" },
    { name: "new-tool", before: "∅", after: "2.0", size: "+19.5 KiB" },
    { name: "nginx", before: "1.27.4", after: "1.27.5", size: "+29.2 KiB" },
    { name: "old-tool", before: "1.0", after: "∅", size: "-19.5 KiB" },
  ]);
});

test("a path without a version is ε, and several versions are listed", () => {
  const changes = compareClosures(
    closure({ "firmware-1": 1, "firmware-2": 1 }),
    closure({ firmware: 1, "firmware-2": 1 }),
  );
  assert.deepEqual(changes, [{ name: "firmware", before: "1", after: "ε", size: "" }]);
  assert.deepEqual(compareClosures(closure({ a: 1 }), closure({ a: 1 })), []);
});
