import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readDiffClosures } from "../../../src/nix/diff-closures.ts";
import { readDryActivate } from "../../../src/nix/dry-activate.ts";
import { readFreeSpace } from "../../../src/nix/free-space.ts";
import { generationNumber, listGenerations, readGenerations } from "../../../src/nix/generations.ts";
import { parseHostFacts, readHostFactsArgv } from "../../../src/nix/host-facts.ts";

test("diff-closures: versions, packages that come and go, sizes alone, colours", () => {
  const stdout = [
    "nginx: 1.27.4 → 1.27.5, +12.3 KiB",
    "foo: ∅ → 1.0",
    "bar: 2.0 → ∅, -4.0 MiB",
    "baz: +8.1 KiB",
    "linux: 6.6.1, 6.6.1-modules → 6.12.9, 6.12.9-modules, \u001b[31;1m+20.5 MiB\u001b[0m",
    "etc: ε → ε, +16 B",
    "",
    "warning: something else",
  ].join("\n");
  assert.deepEqual(
    readDiffClosures(stdout).map(({ name, before, after, size }) => [name, before, after, size]),
    [
      ["nginx", "1.27.4", "1.27.5", "+12.3 KiB"],
      ["foo", "∅", "1.0", ""],
      ["bar", "2.0", "∅", "-4.0 MiB"],
      ["baz", "", "", "+8.1 KiB"],
      ["linux", "6.6.1, 6.6.1-modules", "6.12.9, 6.12.9-modules", "+20.5 MiB"],
      ["etc", "ε", "ε", "+16 B"],
      ["warning", "something else", "", ""],
    ],
  );
});

test("diff-closures of two equal systems has no lines", () => {
  assert.deepEqual(readDiffClosures(""), []);
});

test("dry-activate: every kind of line, and units that stop and start are units that restart", () => {
  const units = readDryActivate(
    [
      "would stop the following units: a.service, both.service",
      "would NOT stop the following changed units: getty@tty1.service",
      "would activate the configuration...",
      "would reload the following units: dbus.service",
      "would restart the following units: nginx.service, postgresql.service",
      "would start the following units: new.timer, both.service",
      "would stop swap device: /dev/sda2",
    ].join("\n"),
  );
  assert.deepEqual(units, {
    stop: ["a.service"],
    skip: ["getty@tty1.service"],
    restart: ["both.service", "nginx.service", "postgresql.service"],
    start: ["new.timer"],
    reload: ["dbus.service"],
    others: ["would stop swap device: /dev/sda2"],
  });
});

test("dry-activate: several lines of one kind add up, and blanks are no units", () => {
  const units = readDryActivate(
    "would stop the following units: a.service\nwould stop the following units: b.service, \n",
  );
  assert.deepEqual(units.stop, ["a.service", "b.service"]);
});

test("df: the free bytes, or null where the path is not there", () => {
  assert.equal(readFreeSpace(" Avail Mounted on\n 53687091200 /nix\n"), 53687091200);
  assert.equal(readFreeSpace("Avail Mounted on\n0 /boot\n"), 0);
  assert.equal(readFreeSpace(""), null);
  assert.equal(readFreeSpace("Avail Mounted on\n- /boot\n"), null);
});

const store = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz";

test("generations: newest first, what runs and what boots next told apart, rubbish left out", () => {
  const row = (link: string, top: string, ...rest: readonly string[]) => [link, top, ...rest].join("\t");
  const stdout = [
    row("system-9-link", `${store}-a`, "1700000000", "24.05", "6.6.1", "abc", `${store}-b`, "system-10-link"),
    row("system-10-link", `${store}-b`, "1700000100", "24.11", "6.12.9", "", `${store}-b`, "system-10-link"),
    row("system-old-link", `${store}-c`, "1700000100", "", "", "", "", ""),
    row("system-11-link", "", "1700000100", "", "", "", "", ""),
    "",
  ].join("\n");
  assert.deepEqual(readGenerations(stdout), [
    {
      number: 10,
      toplevel: `${store}-b`,
      date: "2023-11-14T22:15:00.000Z",
      nixosVersion: "24.11",
      kernel: "6.12.9",
      revision: "",
      isCurrent: true,
      isProfile: true,
    },
    {
      number: 9,
      toplevel: `${store}-a`,
      date: "2023-11-14T22:13:20.000Z",
      nixosVersion: "24.05",
      kernel: "6.6.1",
      revision: "abc",
      isCurrent: false,
      isProfile: false,
    },
  ]);
});

test("generations: output of any kind never throws", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (link, rest) => {
      readGenerations(rest);
      readGenerations(`system-3-link\t${store}-x\t${link}\t${rest}`);
    }),
  );
});

test("generation links", () => {
  assert.equal(generationNumber("system-12-link"), 12);
  for (const other of [
    "",
    "system-12",
    "system--1-link",
    "system-x-link",
    "/nix/x/system-12-link",
    "system-12-link\n",
  ]) {
    assert.equal(generationNumber(other), null, JSON.stringify(other));
  }
});

test("host facts: all of them", () => {
  const stdout = `current=${store}-a\nprofile=system-12-link\nsystem=${store}-b\nboot=abc\nreboot=yes\nreboot=yes\n`;
  assert.deepEqual(parseHostFacts("yoga", stdout), {
    current: `${store}-a`,
    profile: "system-12-link",
    profileSystem: `${store}-b`,
    generation: 12,
    bootId: "abc",
    rebootNeeded: true,
  });
});

test("host facts: a host without a profile has none", () => {
  const facts = parseHostFacts("yoga", `current=${store}-a\nprofile=\nsystem=\nboot=abc\n`);
  assert.deepEqual(
    [facts.profile, facts.profileSystem, facts.generation, facts.rebootNeeded],
    [null, null, null, false],
  );
});

test("host facts: a machine that is not NixOS is told from one that is", () => {
  for (const stdout of ["", "current=/run/current-system\nboot=abc\n", `current=${store}-a\nboot=\n`]) {
    assert.throws(() => parseHostFacts("yoga", stdout), /reading what yoga runs: .*is this machine NixOS/);
  }
});

test("the scripts take what they look at as arguments", () => {
  assert.deepEqual(readHostFactsArgv().slice(3), ["facts", "/nix/var/nix/profiles/system"]);
  assert.deepEqual(readHostFactsArgv(`${store}-new`).slice(3), [
    "facts",
    "/nix/var/nix/profiles/system",
    `${store}-new`,
  ]);
  assert.deepEqual(listGenerations.slice(3), ["generations", "/nix/var/nix/profiles/system"]);
});
