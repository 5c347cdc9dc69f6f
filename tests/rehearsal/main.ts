import { Command } from "commander";
import { bringUp, takeDown } from "./fleet.ts";
import { leader } from "./machine.ts";
import { openFleet } from "./open-fleet.ts";
import { machineNames } from "./places.ts";
import { progressLine } from "./progress-line.ts";
import { fleetNames, readState } from "./state.ts";

const program = new Command("rehearsal")
  .description("five real machines on this one, to rehearse deployments on")
  .option("--fleet <name>", "which fleet", "demo");

const fleetName = (): string => program.opts<{ fleet: string }>().fleet;

program
  .command("up")
  .description("make the fleet, repair it, or find it running")
  .action(async () => {
    const line = progressLine();
    const fleet = await bringUp(fleetName(), line.step);
    line.done();
    console.log(`builder     ${fleet.builderUrl}`);
    console.log(
      `key         ${fleet.keyFile}\nknown hosts ${fleet.knownHostsFile}\nfleet file  ${fleet.fleetFile}`,
    );
  });

program
  .command("down")
  .description("end the machines and remove the fleet")
  .action(async () => {
    await takeDown(fleetName());
    console.log(`fleet ${fleetName()} is gone`);
  });

program
  .command("status")
  .description("say which machines run")
  .action(async () => {
    const name = fleetName();
    const state = await readState(name);
    if (!state) {
      const others = (await fleetNames()).join(", ") || "none";
      console.log(`fleet ${name} does not exist (there are: ${others})`);
      process.exitCode = 1;
      return;
    }
    const fleet = openFleet(state);
    for (const machine of machineNames) {
      const isUp = (await leader({ fleet: name, machine })) !== undefined;
      const answer = isUp ? await fleet.exec(machine, ["systemctl", "is-system-running"]) : undefined;
      console.log(
        `${machine.padEnd(12)} ${fleet.address(machine).padEnd(14)} ${answer?.stdout.trim() ?? "not running"}`,
      );
      if (!isUp) process.exitCode = 1;
    }
  });

program
  .command("ssh")
  .description("run a command on a machine, the way the bot goes: ssh HOST -- COMMAND…")
  .argument("<machine>")
  .argument("<command...>")
  .action(async (machine: string, command: string[]) => {
    const state = await readState(fleetName());
    if (!state) throw new Error(`fleet ${fleetName()} does not exist: run "up" first`);
    const result = await openFleet(state).ssh(machine, command);
    process.stdout.write(result.stdout);
    process.stderr.write(result.stderr);
    process.exitCode = result.exitCode;
  });

// `status | head` closes our output early; that is no error.
process.stdout.on("error", () => process.exit());

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
