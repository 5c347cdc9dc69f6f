/** `npm run demo`: the rehearsal fleet, and the bot on it with an open page on loopback. */
import { startApp } from "../../src/app.ts";
import { readEnvironment } from "../../src/config/env.ts";
import { bringUp, takeDown, whatIsMissing } from "./fleet.ts";
import { progressLine } from "./progress-line.ts";

/** `npm run demo -- NAME`, with SWITCHYARD_LISTEN, brings up a second one beside it. */
const name = process.argv[2] ?? "demo";
const listen = process.env["SWITCHYARD_LISTEN"] ?? "127.0.0.1:4040";

const missing = await whatIsMissing();
if (missing.length > 0) {
  console.log(`The demo needs real machines, and this one cannot have them. Missing: ${missing.join(", ")}.

What still works here:
  npm test     all tests that need no machine; the others are skipped with this reason
  npm start    the bot itself, with a builder of your own (see README, "Production")`);
  process.exit(1);
}

const show = progressLine();
const fleet = await bringUp(name, show.step);
show.done();
const dataDir = await fleet.smallDisk("demo");
const settings = readEnvironment(
  {
    SWITCHYARD_FLAKE: fleet.flake,
    SWITCHYARD_BUILDER: fleet.builderUrl,
    SWITCHYARD_SSH_KEY: fleet.keyFile,
    SWITCHYARD_KNOWN_HOSTS: fleet.knownHostsFile,
    SWITCHYARD_DATA_DIR: dataDir,
    SWITCHYARD_FLEET_FILE: fleet.fleetFile,
    SWITCHYARD_LISTEN: listen,
    SWITCHYARD_LOG_LEVEL: "warn",
  },
  dataDir,
);
const app = await start().catch(async (error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  if (!/another bot is at work/.test(String(error))) {
    await takeDown(name);
  }
  process.exit(1);
});

function start() {
  return startApp(settings, {
    isOpen: true,
    version: "demo",
    onFatal(error) {
      console.error(error.message);
      process.exit(1);
    },
  });
}

console.log(`
Switchyard is up on five real machines: ${app.url}

Open the page and type:
  /deploy yoga                               build, look at what would change, click Switch
  /deploy yoga --ref origin/bad/unit-fails   a broken system: it goes back by itself
  /build-all --ref origin/bad/build-failure  four hosts side by side, one of them broken
  /rollback yoga                             its generations, and buttons to go back
  /unlock yoga                               after a roll back, before it is deployed again

Ctrl-C ends the demo and removes the machines. \`npm run rehearsal -- ssh yoga -- CMD…\` looks inside one.`);

let isEnding = false;
async function end(): Promise<void> {
  if (!isEnding) {
    isEnding = true;
    console.log("\nStopping the machines…");
    await app.stop();
    await takeDown(name);
    process.exit(0);
  }
}
process.on("SIGINT", () => void end());
process.on("SIGTERM", () => void end());
