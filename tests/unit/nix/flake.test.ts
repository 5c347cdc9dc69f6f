import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  flakeUrl,
  hostNamePattern,
  isRefName,
  isStorePath,
  storePathName,
  toplevelAttribute,
} from "../../../src/nix/flake.ts";

test("ref names are those that git and a command line can bear", () => {
  for (const ref of [
    "main",
    "origin/main",
    "v24.11",
    "feature/new-kernel",
    "4f1c9e0",
    "refs/heads/main",
    "release-1.2+3",
    "user@host",
  ]) {
    assert.equal(isRefName(ref), true, ref);
  }
  for (const ref of [
    "",
    ".",
    "-main",
    "--upload-pack=x",
    "a b",
    "a..b",
    "a//b",
    "main.lock",
    "main/",
    "main.",
    "@{-1}",
    "a@{1}",
    "HEAD~1",
    "HEAD^",
    "a:b",
    "a?b",
    "a\nb",
    "main\n",
    "$(id)",
    "ä",
    "x".repeat(201),
  ]) {
    assert.equal(isRefName(ref), false, JSON.stringify(ref));
  }
});

test("nothing that is taken for a ref has a space, a quote, a NUL or a leading dash", () => {
  fc.assert(
    fc.property(
      fc.string(),
      (text) =>
        !isRefName(text) || /^[^-\s'"\\\0$`;|&<>(){}*?~^:[\]][^\s'"\\\0$`;|&<>(){}*?~^:[\]]*$/.test(text),
    ),
  );
});

test("host names are attribute names that are no option, no path, and leave no quotes", () => {
  for (const name of ["yoga", "hetzner-vps", "a", "A1", "1a", "web_1", "web.example", "x-", "x".repeat(63)]) {
    assert.equal(hostNamePattern.test(name), true, name);
  }
  for (const name of ["", "-x", ".x", "a..b", "a/b", "../a", 'a"', "a b", "x".repeat(64), "yoga\n", "ÿ"]) {
    assert.equal(hostNamePattern.test(name), false, JSON.stringify(name));
  }
});

test("a flake is named with its revision, or as its working tree", () => {
  assert.equal(flakeUrl("/srv/fleet", "abc"), "git+file:///srv/fleet?rev=abc&allRefs=1");
  assert.equal(flakeUrl("/srv/my fleet", null), "git+file:///srv/my%20fleet");
  assert.equal(toplevelAttribute("yoga"), 'nixosConfigurations."yoga".config.system.build.toplevel');
});

test("a path with # or ? in it stays one path", () => {
  assert.equal(new URL(flakeUrl("/srv/fleet#2", null)).pathname, "/srv/fleet%232");
  assert.equal(new URL(flakeUrl("/srv/fleet?x", null)).pathname, "/srv/fleet%3Fx");
});

test("store paths are told from everything else", () => {
  const path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-yoga-24.11";
  assert.equal(isStorePath(path), true);
  assert.equal(storePathName(path), "nixos-system-yoga-24.11");
  for (const other of [
    `${path}/bin`,
    `${path}\n`,
    `${path} x`,
    "/nix/store/short-name",
    "/etc/passwd",
    `${path}'`,
  ]) {
    assert.equal(isStorePath(other), false, JSON.stringify(other));
  }
});
