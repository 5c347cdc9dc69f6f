import { existsSync, readFileSync } from "node:fs";
import { startApp } from "./app.ts";
import { verifyAudit } from "./audit-command.ts";
import { ConfigError, readDataDir, readEnvironment, readWebPlace } from "./config/env.ts";
import { readSettings, refuseUnknown } from "./config/settings.ts";
import { failed, lineText, warn } from "./doctor/line.ts";
import { runDoctor } from "./doctor-command.ts";
import { registerDiscordCommands, slackAppManifest } from "./platform-commands.ts";
import { tokenCommand } from "./token-command.ts";

/** A .env file is a convenience; services set the environment themselves. */
function readEnvFile(): void {
  if (existsSync(".env")) {
    process.loadEnvFile();
  }
}

/** `npm run slack:manifest [-- https://bot.example]` */
async function printManifest(url: string | undefined): Promise<void> {
  readEnvFile();
  console.log(await slackAppManifest(process.env["SLACK_COMMAND_PREFIX"] ?? "", url ?? null));
}

/** `npm run discord:register` */
async function registerOnDiscord(): Promise<void> {
  readEnvFile();
  refuseUnknown(process.env);
  console.log(await registerDiscordCommands(readEnvironment(process.env, process.cwd()).discord));
}

/** Starts the bot; SIGTERM and SIGINT drain and stop it. */
async function main(): Promise<void> {
  readEnvFile();
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const { settings, warnings } = readSettings(process.env, process.cwd());
  for (const warning of warnings) {
    console.error(`warning: ${warning}`);
  }
  const app = await startApp(settings, {
    version,
    onFatal(error) {
      console.error(`The bot ends, and writes nothing more: ${error.message}. Start it again.`);
      process.exit(1);
    },
  });
  console.log(`Switchyard ${version} is up: ${app.url}`);
  let isStopping = false;
  const stop = () => {
    if (!isStopping) {
      isStopping = true;
      app.log.info("stopping");
      void app.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          app.log.error({ err: error }, "stopping");
          process.exit(1);
        },
      );
    }
  };
  // A mistake in one corner, such as a library's, must not end a bot that supervises switches.
  process.on("unhandledRejection", (error) => app.log.error({ err: error }, "a promise was left alone"));
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** `npm run token -- add alice` */
async function changeTokens(args: readonly string[]): Promise<void> {
  readEnvFile();
  refuseUnknown(process.env);
  console.log(await tokenCommand(args, readWebPlace(process.env, process.cwd())));
}

/** `npm run doctor`; exit 1 when something has to be mended. */
async function seeDoctor(): Promise<void> {
  readEnvFile();
  try {
    const { settings, warnings } = readSettings(process.env, process.cwd());
    console.log("✓ environment: it has no mistakes");
    for (const warning of warnings) {
      console.log(
        lineText(
          warn("environment", warning, "Correct the name, or leave it where it belongs to another program."),
        ),
      );
    }
    process.exit((await runDoctor(settings, (line) => console.log(line))) ? 0 : 1);
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    for (const mistake of error.mistakes) {
      console.log(lineText(failed("configuration", mistake, "See .env.example and fleet.example.yaml.")));
    }
    process.exit(1);
  }
}

/** `npm run audit:verify` */
async function checkAudit(): Promise<void> {
  readEnvFile();
  refuseUnknown(process.env);
  console.log(await verifyAudit(readDataDir(process.env, process.cwd())));
}

// A reader that closes the pipe early, such as head, has what it wanted: the work goes on, and its exit code is the true one.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      throw error;
    }
  });
}

const [task, ...args] = process.argv.slice(2);
const tasks: Readonly<Record<string, () => Promise<void>>> = {
  "slack-manifest": () => printManifest(args[0]),
  "discord-register": registerOnDiscord,
  doctor: seeDoctor,
  token: () => changeTokens(args),
  "audit-verify": checkAudit,
};
(tasks[task ?? ""] ?? main)().catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof Error ? error.message : error);
  process.exit(1);
});
