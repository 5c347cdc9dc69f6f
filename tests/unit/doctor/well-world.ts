import { chmod } from "node:fs/promises";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { readEnvironment } from "../../../src/config/env.ts";
import { examine } from "../../../src/doctor/doctor.ts";
import { lineText, ok } from "../../../src/doctor/line.ts";
import { readMachines } from "../../../src/store/read-machines.ts";
import { fleetFrom } from "../../fakes/tools.ts";
import { createWorld, type World } from "../../fakes/world.ts";

export const roles = "people: { alice: { web: alice } }\nroles: { deployer: [alice] }\n";

/** A fleet where all is well: what only the doctor asks is answered here. */
export async function wellWorld(t: TestContext, hosts: readonly string[] = ["yoga"]): Promise<World> {
  const world = await createWorld(t, hosts);
  world.fleet = roles;
  const date = () => ({ stdout: `${(world.clock.now() / 1000).toFixed(3)}\n` });
  world.builderShell.on(/^nix --version$/, { stdout: "nix (Nix) 2.26.3\n" });
  world.builderShell.on(/ eval --expr 1$/, { stdout: "1\n" });
  world.builderShell.on(/^git --version$/, { stdout: "git version 2.47.3\n" });
  world.builderShell.on(/^ssh -V$/, { stderr: "OpenSSH_10.0p2\n" });
  world.builderShell.on(/^date /, date);
  for (const host of hosts) {
    world.shell(host).on(/^date /, date);
    world.shell(host).on(/ tools /, {});
  }
  return world;
}

/** It only has to be there: what it says is given. */
const example = fileURLToPath(new URL("../../../fleet.example.yaml", import.meta.url));

export async function examined(
  world: World,
  chat: Parameters<typeof examine>[0]["chat"] = {},
  fleetFile = example,
) {
  await chmod(world.directory, 0o700);
  const env = {
    SWITCHYARD_FLAKE: "/srv/fleet",
    SWITCHYARD_DATA_DIR: world.directory,
    SWITCHYARD_FLEET_FILE: fleetFile,
  };
  const lines = await world.clock.settle(
    examine({
      settings: readEnvironment(env, "/"),
      fleet: fleetFrom(world.fleet),
      fleetText: world.fleet,
      shells: { builder: world.builderShell, host: ({ name }) => world.shell(name) },
      clock: world.clock,
      machines: () => readMachines(world.directory),
      start: async () => [ok("lock", "free"), ok("page", "free")],
      chat,
      say: () => {},
    }),
  );
  return { lines, bad: lines.filter(({ state }) => state !== "ok").map(lineText) };
}
