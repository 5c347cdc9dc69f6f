import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { ownerVariable } from "../remote/owner.ts";
import { didYouMean } from "../words/did-you-mean.ts";
import { ConfigError, readEnvironment, type Settings, settingNames } from "./env.ts";
import { parseFleetFile } from "./fleet-file.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface SettingsRead {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/** Reads the environment and looks at all that it names: every mistake there and in fleet.yaml is told at once. */
export function readSettings(env: Env, directory: string): SettingsRead {
  const mistakes: string[] = [];
  let settings: Settings | null = null;
  try {
    settings = readEnvironment(env, directory);
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    mistakes.push(...error.mistakes);
  }
  mistakes.push(...unknownNames(env, /^SWITCHYARD_/), ...missingFiles(env, directory));
  mistakes.push(...fleetMistakes(resolve(directory, env["SWITCHYARD_FLEET_FILE"] || "fleet.yaml")));
  if (settings === null || mistakes.length > 0) {
    throw new ConfigError(mistakes);
  }
  return { settings, warnings: unknownNames(env, /^(SLACK|DISCORD)_/) };
}

/** For commands that need a part of the environment: a name with a typing error would have them work elsewhere. */
export function refuseUnknown(env: Env): void {
  const mistakes = unknownNames(env, /^SWITCHYARD_/);
  if (mistakes.length > 0) {
    throw new ConfigError(mistakes);
  }
}

/** Other programs may have variables of Slack's and Discord's names; ours are nobody else's. */
function unknownNames(env: Env, ours: RegExp): string[] {
  const known = settingNames.filter((name) => ours.test(name));
  return Object.keys(env)
    .filter((name) => ours.test(name) && name !== ownerVariable && !known.includes(name))
    .map(
      (name) =>
        `${name} is no setting.${didYouMean(name, known) || " Take it out; .env.example has all of them."}`,
    );
}

const named = ["SWITCHYARD_FLEET_FILE", "SWITCHYARD_SSH_KEY", "SWITCHYARD_KNOWN_HOSTS"] as const;

/** A path that was set has to be there. */
function missingFiles(env: Env, directory: string): string[] {
  return named.flatMap((name) => {
    const given = env[name];
    if (given === undefined || given === "") {
      return [];
    }
    const path = resolve(directory, given);
    try {
      accessSync(path, constants.R_OK);
      return statSync(path).isFile() ? [] : [`${name}: ${path} is not a file: name the file itself`];
    } catch (error) {
      const why = error instanceof Error && "code" in error && error.code === "EACCES";
      return [
        why
          ? `${name}: ${path} may not be read by the bot's user: give it to that user`
          : `${name}: ${path} is not there: correct the path, or put the file there`,
      ];
    }
  });
}

/** A file that cannot be read is told above, or is not there and need not be. */
function fleetMistakes(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  const parsed = parseFleetFile(text);
  return parsed.kind === "wrong" ? parsed.mistakes.map((mistake) => `${path}: ${mistake}`) : [];
}
