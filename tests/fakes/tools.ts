import { commands } from "../../commands/index.ts";
import type { Identity } from "../../src/chat/identity.ts";
import type { CommandTools } from "../../src/chat/tools.ts";
import { type FleetFile, parseFleetFile } from "../../src/config/fleet-file.ts";
import { logFiles } from "../../src/logs/log-files.ts";
import { redactor } from "../../src/logs/redact.ts";
import type { Bot, World } from "./world.ts";

/** The holder of the web page's token. */
export const owner: Identity = { surface: "web", id: "token", name: "Alice", groups: [] };

export function fleetFrom(text: string): FleetFile {
  const result = parseFleetFile(text);
  if (result.kind === "wrong") {
    throw new Error(result.mistakes.join("; "));
  }
  return result.file;
}

/** What commands work with, over a fleet in memory. */
export function toolsOf(world: World, bot: Bot): CommandTools {
  const logs = logFiles(world.directory, world.clock, redactor([]), () => 1e6);
  return {
    engine: bot.engine,
    store: bot.store,
    readLog: (deployment, bytes) => logs.tail(deployment.log, bytes),
    logLines: (deployment) => logs.lines(deployment.log),
    hasLog: (deployment) => logs.has(deployment.log),
    troubles: () => [],
    fleet: () => fleetFrom(world.fleet),
    now: () => world.clock.now(),
    commands,
  };
}
