import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
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
