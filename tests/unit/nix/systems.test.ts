import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { HostFacts } from "../../../src/deploy/host-facts.ts";
import { parseHostFacts, readHostFactsArgv } from "../../../src/nix/host-facts.ts";
import { disagreement, ranBefore, runningText, systemsOf } from "../../../src/nix/systems.ts";
import { storePath } from "../../fakes/fake-system.ts";

interface Machine {
  readonly generations: Readonly<Record<number, string>>;
  readonly profile: number;
  readonly runs: string;
  readonly booted: string;
  /** `parent/name`, and the system that it is. */
  readonly special?: Readonly<Record<string, string>>;
}

/** What the real script says of a folder that stands for the machine. */
function factsOf(t: TestContext, { generations, profile, runs, booted, special = {} }: Machine): HostFacts {
  const root = mkdtempSync(join(tmpdir(), "switchyard-facts-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const at = (path: string) => join(root, path);
  const system = (name: string) => at(storePath(name));
  for (const folder of ["run", "nix/store", "nix/var/nix/profiles"]) {
    mkdirSync(at(folder), { recursive: true });
  }
  const names = [...Object.values(generations), ...Object.values(special), runs, booted];
  for (const name of new Set(names)) {
    mkdirSync(system(name));
  }
  for (const [place, name] of Object.entries(special)) {
    const [parent = "", label = ""] = place.split("/");
    mkdirSync(join(system(parent), "specialisation"), { recursive: true });
    symlinkSync(system(name), join(system(parent), "specialisation", label));
  }
  for (const [number, name] of Object.entries(generations)) {
    symlinkSync(system(name), at(`nix/var/nix/profiles/system-${number}-link`));
  }
  symlinkSync(`system-${profile}-link`, at("nix/var/nix/profiles/system"));
  symlinkSync(system(runs), at("run/current-system"));
  symlinkSync(system(booted), at("run/booted-system"));
  const [file = "", ...args] = readHostFactsArgv().map((word) =>
    word.replaceAll("/run/", `${root}/run/`).replaceAll("/nix/var", `${root}/nix/var`),
  );
  const { stdout } = spawnSync(file, args, { encoding: "utf8" });
  return parseHostFacts("yoga", stdout.replaceAll(root, ""));
}

const three = { 1: "a", 2: "b", 3: "c" };

test("what runs and what boots next are two facts, also where an older generation runs by hand", (t) => {
  const facts = factsOf(t, { generations: three, profile: 3, runs: "a", booted: "b" });
  const { running, boots, booted, agree } = systemsOf(facts);
  assert.deepEqual(
    [running.generations, boots?.generation, booted?.generations, agree],
    [[1], 3, [2], false],
  );
  assert.equal(runningText(facts), "generation 1");
  assert.equal(disagreement(facts), "generation 1 runs, and generation 3 boots next");
  assert.equal(ranBefore(facts), 1);
});

test("one system may be several generations: the one of the profile is named first", (t) => {
  const facts = factsOf(t, { generations: { ...three, 4: "b" }, profile: 2, runs: "b", booted: "b" });
  assert.equal(runningText(facts), "generation 2 (the same system as 4)");
  assert.equal(disagreement(facts), null);
});

test("a specialisation is told with its generation, and the one of the profile counts first", (t) => {
  const special = { "b/gaming": "s", "c/gaming": "s", "c/on the road": "r" };
  const facts = factsOf(t, { generations: three, profile: 2, runs: "s", booted: "r", special });
  const { running, booted, agree } = systemsOf(facts);
  assert.deepEqual(running.specialisation, { name: "gaming", generation: 2, parent: storePath("b") });
  assert.equal(booted?.specialisation?.name, "on the road");
  assert.equal(agree, true);
  assert.equal(runningText(facts), "specialisation gaming of generation 2");
  assert.match(disagreement(facts) ?? "", /generation 2 itself boots next/);
});

test("a specialisation whose generation was deleted is known by the system that was booted", (t) => {
  const special = { "z/gaming": "s" };
  const facts = factsOf(t, { generations: three, profile: 3, runs: "s", booted: "z", special });
  const { specialisation } = systemsOf(facts).running;
  assert.deepEqual(specialisation, { name: "gaming", generation: null, parent: storePath("z") });
  assert.match(disagreement(facts) ?? "", /specialisation gaming of z .* runs, and generation 3 boots next/);
});

test("a system that is no generation is called that, and not by the number of the profile", (t) => {
  const facts = factsOf(t, { generations: three, profile: 3, runs: "test", booted: "c" });
  assert.match(runningText(facts), /^a system that is no generation \(test /);
  assert.equal(ranBefore(facts), null);
});

test("a record of an older version says what it knew", () => {
  const old = { profile: "system-3-link", generation: 3, bootId: "b", rebootNeeded: false };
  const agrees = { ...old, current: storePath("c"), profileSystem: storePath("c") };
  assert.equal(runningText(agrees), "generation 3");
  assert.match(runningText({ ...agrees, current: storePath("a") }), /no generation/);
});

test("a host cannot name a specialisation that leads elsewhere", () => {
  const lines = (name: string) =>
    `current=${storePath("s")}\nprofile=system-1-link\nsystem=${storePath("a")}\nboot=b\nbooted=${storePath("a")}\nruns-special=system-1-link ${storePath("a")} ${name}\n`;
  for (const name of ["../../x", "..", "-rf", "a/b", "", ".hidden"]) {
    assert.equal(systemsOf(parseHostFacts("yoga", lines(name))).running.specialisation, null, name);
  }
});
