import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isWell } from "../../../src/doctor/line.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { examined, roles, wellWorld } from "./well-world.ts";

const main = join(import.meta.dirname, "../../../src/main.ts");

/** Settings that lie, each in a fleet.yaml or a variable of its own, and what doctor says of it. */
const lies: readonly (readonly [what: string, fleet: string, env: Record<string, string>, says: RegExp])[] = [
  [
    "a variable with a typing error",
    "",
    { SWITCHYARD_LISTN: "127.0.0.1:1" },
    /SWITCHYARD_LISTN is no setting\. Did you mean SWITCHYARD_LISTEN\?/,
  ],
  [
    "a path that is not there",
    "",
    { SWITCHYARD_FLEET_FILE: "/nope.yaml" },
    /SWITCHYARD_FLEET_FILE: .*\/nope\.yaml/,
  ],
  [
    "a proxy that is no address",
    "",
    { SWITCHYARD_TRUSTED_PROXIES: "nginx" },
    /SWITCHYARD_TRUSTED_PROXIES has "nginx"/,
  ],
  [
    "a setting of a host with a typing error",
    "hosts: { yoga: { aprovals: 2 } }",
    {},
    /line 1, column 18: .*"aprovals" here\. Did you mean approvals\?/,
  ],
  [
    "a role that is not there",
    "roles: { deployer: [] }\nhosts: { yoga: { roles: [deploier] } }",
    {},
    /line 2, column 26: .*no role "deploier".* Did you mean deployer\?/,
  ],
];

for (const [what, fleet, env, says] of lies) {
  test(`doctor exits 1 on ${what}`, async (t) => {
    const directory = await scratchDirectory(t);
    await writeFile(join(directory, "fleet.yaml"), fleet);
    const all = { PATH: process.env["PATH"] ?? "", SWITCHYARD_FLAKE: "/srv/fleet", ...env };
    const said = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [main, "doctor"],
        { cwd: directory, env: all, timeout: 60_000 },
        (error, out) => resolve(`${error?.code ?? 0} ${out}`),
      );
    });
    assert.match(said, /^1 ✗ configuration: /);
    assert.match(said, says);
  });
}

test("doctor exits 1 on rules for a host that the flake lacks, and not on its name alone", async (t) => {
  const world = await wellWorld(t);
  world.fleet = `hosts: { yogaa: { approvals: 2 } }\n${roles}`;
  assert.equal(isWell((await examined(world)).lines), false);
  world.fleet = `hosts: { yogaa: {} }\n${roles}`;
  assert.equal(isWell((await examined(world)).lines), true);
});
