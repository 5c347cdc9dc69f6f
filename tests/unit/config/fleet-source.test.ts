import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ConfigError } from "../../../src/config/env.ts";
import { openFleetFile } from "../../../src/config/fleet-source.ts";

async function fleetAt(t: TestContext, text: string | null) {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-fleet-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, "fleet.yaml");
  if (text !== null) {
    await writeFile(path, text);
  }
  return path;
}

test("a file that is not there means all defaults", async (t) => {
  const source = await openFleetFile(await fleetAt(t, null), () => {});
  assert.equal(source.current().defaults.ref, "origin/main");
  source.stop();
});

test("a file with mistakes is refused at the start, with its path", async (t) => {
  const path = await fleetAt(t, "hosts: { yoga: { risk: huge } }");
  await assert.rejects(
    openFleetFile(path, () => {}),
    (error) => {
      assert.equal(error instanceof ConfigError, true);
      assert.match(String(error), /fleet\.yaml: .*risk/);
      return true;
    },
  );
});

test("an alias that leads nowhere is a mistake, not a crash", async (t) => {
  const path = await fleetAt(t, "roles: { viewer: [*everyone] }");
  await assert.rejects(
    openFleetFile(path, () => {}),
    (error) => {
      assert.equal(error instanceof ConfigError, true);
      assert.match(String(error), /everyone/);
      return true;
    },
  );
});

test("a path that cannot be read is a mistake, not all defaults", async (t) => {
  const path = await fleetAt(t, null);
  await assert.rejects(
    openFleetFile(join(path, ".."), () => {}),
    ConfigError,
  );
});

test("a change is taken up; one with mistakes is told, and the last good one stays in force", {
  timeout: 15_000,
}, async (t) => {
  const path = await fleetAt(t, "defaults: { ref: origin/one }");
  const told: (readonly string[])[] = [];
  let next = () => {};
  const source = await openFleetFile(path, (mistakes) => {
    told.push(mistakes);
    next();
  });
  t.after(() => source.stop());
  const change = (text: string) =>
    new Promise<void>((resolve) => {
      next = resolve;
      void writeFile(path, text);
    });
  await change("defaults: { ref: origin/two }");
  assert.deepEqual(told, [[]]);
  assert.equal(source.current().defaults.ref, "origin/two");
  await change("defaults: { ref: '-x' } # with a mistake");
  assert.equal(told[1]?.length, 1);
  assert.equal(source.current().defaults.ref, "origin/two");
});

const guarded =
  "defaults: { approvals: 2 }\npeople: { ann: { web: ann } }\nroles: { viewer: [ann], deployer: [ann] }\nhosts: { yoga: { windows: ['Mon 09:00-10:00 UTC'] } }\n";

const losses: readonly (readonly [string, (path: string) => Promise<unknown>, RegExp])[] = [
  ["removed", (path) => rm(path), /gone/],
  ["emptied", (path) => writeFile(path, ""), /roles, people, hosts, defaults are gone or empty/],
  ["blanked to comments", (path) => writeFile(path, "# later\n---\n"), /gone or empty/],
  [
    "cut off after a section",
    (path) => writeFile(path, guarded.slice(0, guarded.indexOf("roles"))),
    /roles, hosts/,
  ],
  [
    "left with roles that name nobody",
    (path) => writeFile(path, guarded.replace(/roles: .*/, "roles: {}")),
    /roles is gone/,
  ],
  ["left without people", (path) => writeFile(path, guarded.replace(/people: .*\n/, "")), /people is gone/],
  ["left without hosts", (path) => writeFile(path, guarded.replace(/hosts: .*\n/, "hosts:\n")), /hosts/],
  ["replaced by a directory", async (path) => [await rm(path), await mkdir(path)], /EISDIR/],
  ["made a link to nowhere", async (path) => [await rm(path), await symlink("nowhere", path)], /gone/],
  [
    "cut off inside a section",
    (path) => writeFile(path, guarded.replace("{ windows: ['Mon 09:00-10:00 UTC'] }", "")),
    /hosts\.yoga\.windows is not there any more, .*write the new value there/,
  ],
  ["cut in the middle of a word", (path) => writeFile(path, guarded.slice(0, -30)), /./],
];

test("a file that loses its rules while the bot runs opens nothing, and is told", {
  timeout: 30_000,
}, async (t) => {
  await Promise.all(
    losses.map(async ([how, lose, why]) => {
      const path = await fleetAt(t, guarded);
      const told = Promise.withResolvers<readonly string[]>();
      const source = await openFleetFile(path, told.resolve);
      t.after(() => source.stop());
      const before = source.current();
      await lose(path);
      const mistakes = await told.promise;
      assert.match(mistakes.join("; "), why, how);
      assert.equal(source.current(), before, how);
      assert.equal(source.health().ok, false, how);
      assert.match(source.health().detail, why, how);
    }),
  );
});

test("a file that is written in two steps opens nothing in between, and is taken when it is whole", {
  timeout: 20_000,
}, async (t) => {
  const path = await fleetAt(t, guarded);
  const inForce: number[] = [];
  const taken = Promise.withResolvers<void>();
  const source = await openFleetFile(path, (mistakes) => {
    inForce.push(source.current().defaults.approvals);
    if (mistakes.length === 0) {
      taken.resolve();
    }
  });
  t.after(() => source.stop());
  const end = Date.now() + 3_500;
  // Emptied and written again and again, so that a look falls between the two steps.
  while (Date.now() < end) {
    await writeFile(path, "");
    await delay(60);
    await writeFile(path, guarded.replace("approvals: 2", "approvals: 3"));
    await delay(60);
  }
  await taken.promise;
  assert.equal(source.current().defaults.approvals, 3);
  assert.equal(inForce.includes(1), false, "1 is the default");
});

test("a mounted folder that is swapped under its link is taken up", { timeout: 15_000 }, async (t) => {
  const path = await fleetAt(t, null);
  const folder = dirname(path);
  for (const [version, approvals] of [
    ["v1", 2],
    ["v2", 3],
  ] as const) {
    await mkdir(join(folder, version));
    await writeFile(
      join(folder, version, "fleet.yaml"),
      guarded.replace("approvals: 2", `approvals: ${approvals}`),
    );
  }
  await symlink("v1", join(folder, "..data"));
  await symlink("..data/fleet.yaml", path);
  const told = Promise.withResolvers<readonly string[]>();
  const source = await openFleetFile(path, told.resolve);
  t.after(() => source.stop());
  assert.equal(source.current().defaults.approvals, 2);
  await symlink("v2", join(folder, "..new"));
  await rename(join(folder, "..new"), join(folder, "..data"));
  assert.deepEqual(await told.promise, []);
  assert.equal(source.current().defaults.approvals, 3);
});

test("a file that is put back as it was is in force again, and its health says so", {
  timeout: 15_000,
}, async (t) => {
  const path = await fleetAt(t, guarded);
  let next = Promise.withResolvers<readonly string[]>();
  const source = await openFleetFile(path, (mistakes) => next.resolve(mistakes));
  t.after(() => source.stop());
  await rm(path);
  await next.promise;
  next = Promise.withResolvers();
  await writeFile(path, guarded);
  assert.deepEqual(await next.promise, []);
  assert.deepEqual(source.health(), { ok: true, detail: "in force" });
});
