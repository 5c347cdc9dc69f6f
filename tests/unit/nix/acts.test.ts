import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeletion, readCollected, readDamage, readDeadPaths } from "../../../src/nix/garbage.ts";
import type { Generation } from "../../../src/nix/generations.ts";
import { hostSightArgv, parseHostSight } from "../../../src/nix/host-sight.ts";
import { deleteGenerations, planPrune } from "../../../src/nix/prune.ts";
import { orderReboot, readOrdered } from "../../../src/nix/reboot.ts";
import { generationsCsv, generationsJson } from "../../../src/views/generations-file.ts";
import { storePath } from "../../fakes/fake-system.ts";

const day = 24 * 60 * 60_000;
const now = Date.parse("2026-11-24T12:00:00Z");

function generation(number: number, change: Partial<Generation> = {}): Generation {
  return {
    number,
    toplevel: storePath(`system-${number}`),
    date: new Date(now - (10 - number) * day).toISOString(),
    nixosVersion: "26.05",
    kernel: "6.12.9",
    revision: "",
    isCurrent: false,
    isProfile: false,
    ...change,
  };
}

const ten = Array.from({ length: 10 }, (_, index) => generation(index + 1));
const goes = (...args: Parameters<typeof planPrune>) =>
  planPrune(...args)
    .filter(({ stays }) => stays === null)
    .map(({ number }) => number);

test("a prune keeps the newest so many, by number and not by the order of the list", () => {
  assert.deepEqual(goes(ten, "", { keep: 7, olderThan: null }, now), [3, 2, 1]);
  assert.deepEqual(goes([...ten].reverse(), "", { keep: 7, olderThan: null }, now), [3, 2, 1]);
  assert.deepEqual(goes(ten, "", { keep: 99, olderThan: null }, now), []);
});

test("a prune by age takes what is older; with both rules either one keeps", () => {
  assert.deepEqual(goes(ten, "", { keep: null, olderThan: 7.5 * day }, now), [2, 1]);
  assert.deepEqual(goes(ten, "", { keep: 9, olderThan: 7.5 * day }, now), [1]);
  assert.deepEqual(goes(ten, "", { keep: 1, olderThan: 7.5 * day }, now), [2, 1]);
});

test("what runs, was booted or boots next stays whatever the rule says, and the reason is told", () => {
  const some = [
    generation(1, { isCurrent: true }),
    generation(2, { isProfile: true }),
    generation(3),
    generation(4),
    generation(5, { isCurrent: true, isProfile: true }),
  ];
  const plan = planPrune(some, storePath("system-3"), { keep: null, olderThan: 0 }, now);
  assert.deepEqual(
    plan.map(({ number, stays }) => [number, stays]),
    [
      [5, "runs now, boots next"],
      [4, null],
      [3, "was booted"],
      [2, "boots next"],
      [1, "runs now"],
    ],
  );
  assert.deepEqual(goes(some, "", { keep: null, olderThan: null }, now), [], "no rule deletes nothing");
});

test("generations are deleted from the system's profile by their numbers", () => {
  assert.deepEqual(deleteGenerations([3, 1]), [
    "nix-env",
    "--profile",
    "/nix/var/nix/profiles/system",
    "--delete-generations",
    "3",
    "1",
  ]);
});

test("the sight of a host has what booted, the kernel and the free space", () => {
  const sight = parseHostSight(
    "yoga",
    `current=${storePath("now")}\nprofile=system-7-link\nsystem=${storePath("now")}\nboot=b-1\nrevision=\nstate=degraded\nfailed=a.service \nbooted=${storePath("old")}\nkernel=6.12.9\nfree= 1024\n`,
  );
  assert.equal(sight.booted, storePath("old"));
  assert.deepEqual([sight.kernel, sight.free, sight.look.failedUnits], ["6.12.9", 1024, ["a.service"]]);
  assert.match(hostSightArgv()[2] ?? "", /booted-system/);
});

test("the garbage that a host adds up is read; half an answer is none", () => {
  assert.deepEqual(readDeadPaths("paths=12\nbytes=4096\n"), { paths: 12, bytes: 4096 });
  assert.equal(readDeadPaths("paths=12\nbytes=\n"), null);
});

test("nix's own last word on a collection is taken over", () => {
  assert.equal(
    readCollected(
      "finding garbage collector roots...\ndeleting '/nix/store/x'\n12 store paths deleted, 3.41 MiB freed\n",
    ),
    "12 store paths deleted, 3.41 MiB freed",
  );
  assert.equal(readCollected("error: no"), null);
  assert.equal(isDeletion(`deleting '${storePath("a")}'`), true);
  assert.equal(isDeletion("deleting unused links..."), false);
});

test("damage is told from what a verification only mentions", () => {
  const path = storePath("nginx");
  assert.equal(readDamage(`path '${path}' was modified! expected hash 'a', got 'b'`), `${path} was modified`);
  assert.equal(
    readDamage(`path '${path}' disappeared, but it still has valid referrers!`),
    `${path} disappeared, but it still has valid referrers`,
  );
  assert.equal(readDamage(`path '${path}' disappeared, removing from database...`), null);
  assert.equal(readDamage("reading the Nix store..."), null);
});

test("the order to reboot names the boot that was seen, and a unit that only this deployment has", () => {
  const argv = orderReboot("d-20261124-7f3a", "boot-1");
  assert.deepEqual(argv.slice(-2), ["boot-1", "switchyard-reboot-d-20261124-7f3a"]);
  assert.equal(readOrdered("rebooted\n"), "rebooted");
  assert.equal(readOrdered("ordered\n"), "ordered");
});

test("the list as a file has every generation, and nothing that a spreadsheet would run", () => {
  const some = [generation(2, { nixosVersion: '=HYPERLINK("x")' }), generation(1)];
  const csv = generationsCsv(some, []).split("\n");
  assert.equal(csv[0]?.split(",")[0], "generation");
  assert.match(csv[1] ?? "", /^2,.*,"'=HYPERLINK\(""x""\)",/);
  assert.equal(csv.length, 3);
  assert.deepEqual(
    (JSON.parse(generationsJson(some, [])) as { generation: number }[]).map(
      ({ generation: number }) => number,
    ),
    [2, 1],
  );
});
