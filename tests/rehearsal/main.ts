import { Command } from "commander";
import { installTools } from "../tools.ts";
import { breakMachine, mendMachine } from "./break/break.ts";
import { isKind, kinds } from "./break/plan.ts";
import { bringUp, takeDown } from "./fleet.ts";
import { leader } from "./machine.ts";
import { openFleet } from "./open-fleet.ts";
import { isMachine, machineNames } from "./places.ts";
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

const listOfKinds = Object.entries(kinds)
  .map(([kind, what]) => `  ${kind.padEnd(16)} ${what}`)
  .join("\n");

for (const [name, act, description] of [
  ["break", breakMachine, "do a machine some harm from outside, or as a person there might"],
  ["mend", mendMachine, "undo a break"],
] as const) {
  program
    .command(name)
    .description(description)
    .argument("<kind>")
    .argument("[machine]", "which one", "yoga")
    .addHelpText("after", `\nKinds:\n${listOfKinds}`)
    .action(async (kind: string, machine: string) => {
      const state = await readState(fleetName());
      if (!state) throw new Error(`fleet ${fleetName()} does not exist: run "up" first`);
      if (!isKind(kind)) throw new Error(`there is no kind "${kind}" of fault. There are:\n${listOfKinds}`);
      if (!isMachine(machine)) throw new Error(`there is no machine "${machine}"`);
      for (const missing of await installTools()) console.error(`not here: ${missing}`);
      await act(state, machine, kind);
    });
}

// `status | head` closes our output early; that is no error.
process.stdout.on("error", () => process.exit());

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
