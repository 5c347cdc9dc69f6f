import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { unknownHosts } from "../../../src/config/fleet-hosts.ts";
import { openFleetFile } from "../../../src/config/fleet-source.ts";

const known = ["yoga", "hetzner-vps"];

/** A fleet.yaml whose changes are looked at one by one, over a flake with these hosts; null is a builder that is away. */
async function watched(t: TestContext, text: string, flake: { hosts: readonly string[] | null }) {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-fleet-"));
  const path = join(directory, "fleet.yaml");
  await writeFile(path, text);
  const told: { readonly mistakes: readonly string[]; readonly isInForce: boolean }[] = [];
  let next = () => {};
  const source = await openFleetFile(path, (mistakes, isInForce) => {
    told.push({ mistakes, isInForce });
    next();
  });
  t.after(async () => {
    source.stop();
    await rm(directory, { recursive: true, force: true });
  });
  await source.compareWith(async () => flake.hosts);
  const change = (to: string) =>
    new Promise<void>((resolve) => {
      next = resolve;
      void writeFile(path, to);
    });
  return { source, told, change };
}

test("each host that the flake lacks is told with line and column, its rules, and what may be meant", () => {
  const text =
    "hosts:\n  yoga: {}\n  yogaa:\n    approvals: 2\n    targetHost: 10.0.0.1\n  printer:\n  nas: {}\n";
  assert.deepEqual(unknownHosts(text, known, "origin/main"), [
    {
      name: "yogaa",
      hasRules: true,
      text: "line 3, column 3: hosts.yogaa: the flake has no such host at origin/main, so approvals, targetHost would hold for no machine. Did you mean yoga?",
    },
    {
      name: "printer",
      hasRules: false,
      text: "line 6, column 3: hosts.printer: the flake has no such host at origin/main. Correct the name, or take it out; hosts: yoga, hetzner-vps.",
    },
    {
      name: "nas",
      hasRules: false,
      text: "line 7, column 3: hosts.nas: the flake has no such host at origin/main. Correct the name, or take it out; hosts: yoga, hetzner-vps.",
    },
  ]);
  assert.deepEqual(unknownHosts("hosts: { yoga: { risk: high } }", known, "origin/main"), []);
  assert.deepEqual(unknownHosts("", known, "origin/main"), []);
});

test("a change with rules for a host that the flake lacks is held, until the name is right or the flake has it", {
  timeout: 30_000,
}, async (t) => {
  const flake = { hosts: known as readonly string[] | null };
  const { source, told, change } = await watched(t, "defaults: { approvals: 2 }", flake);
  assert.equal(told.length, 0);
  await change("defaults: { approvals: 3 }\nhosts: { yogaa: { risk: high } }");
  assert.match(told[0]?.mistakes[0] ?? "", /^line 2, column 10: hosts\.yogaa: .*Did you mean yoga\?$/);
  assert.equal(told[0]?.isInForce, false);
  assert.equal(source.current().defaults.approvals, 2, "the last good one stays in force");
  assert.match(source.health().detail, /^the last good one stays in force: .*yogaa/);

  await source.lookAgain();
  assert.equal(source.current().defaults.approvals, 2);
  flake.hosts = [...known, "yogaa"];
  await source.lookAgain();
  assert.equal(source.current().defaults.approvals, 3, "the flake has it by now");
  assert.deepEqual([told.at(-1), source.health().ok], [{ mistakes: [], isInForce: true }, true]);
  const looks = told.length;
  await source.lookAgain();
  assert.equal(told.length, looks, "there is no question left");
});

test("a host without rules that the flake lacks holds nothing", { timeout: 30_000 }, async (t) => {
  const { source, change } = await watched(t, "", { hosts: known });
  await change("defaults: { approvals: 3 }\nhosts: { yogaa: {} }");
  assert.equal(source.current().defaults.approvals, 3);
});

test("while nobody can say which hosts there are a change is taken, and looked at again", {
  timeout: 30_000,
}, async (t) => {
  const flake: { hosts: readonly string[] | null } = { hosts: null };
  const { source, told, change } = await watched(t, "", flake);
  await change("defaults: { approvals: 3 }\nhosts: { yogaa: { risk: high } }");
  assert.deepEqual(told, [{ mistakes: [], isInForce: true }]);
  flake.hosts = known;
  await source.lookAgain();
  assert.equal(source.current().defaults.approvals, 3);
  assert.match(source.health().detail, /^it is in force, and line 2, column 10: hosts\.yogaa: /);
  assert.equal(told.at(-1)?.isInForce, true);
});

test("a start goes on with such a host and says so, and the right name is taken without a restart", {
  timeout: 30_000,
}, async (t) => {
  const { source, told, change } = await watched(t, "hosts: { yogaa: { approvals: 2 } }", { hosts: known });
  assert.equal(source.current().hosts["yogaa"]?.approvals, 2);
  assert.deepEqual(
    told.map(({ isInForce }) => isInForce),
    [true],
  );
  assert.equal(source.health().ok, false);
  await change("hosts: { yoga: { approvals: 2 } }");
  assert.deepEqual(Object.keys(source.current().hosts), ["yoga"]);
  assert.equal(source.health().ok, true);
});

test("a host that leaves the flake, with the rules that it had, holds no other change; taking it out is no loss", {
  timeout: 30_000,
}, async (t) => {
  const flake = { hosts: known as readonly string[] | null };
  const old = "hosts: { hetzner-vps: { risk: high, roles: [deployer] } }";
  const { source, told, change } = await watched(t, `defaults: { approvals: 2 }\n${old}`, flake);
  flake.hosts = ["yoga"];
  await change(`defaults: { approvals: 3 }\n${old}`);
  assert.equal(source.current().defaults.approvals, 3);
  assert.match(
    told.at(-1)?.mistakes[0] ?? "",
    /hosts\.hetzner-vps: the flake has no such host/,
    "it is told",
  );
  assert.equal(told.at(-1)?.isInForce, true);
  await change("defaults: { approvals: 4 }\nhosts: { yoga: {} }");
  assert.equal(source.current().defaults.approvals, 4);
});
