import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { endDeployment } from "../../../src/deploy/transitions.ts";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { until } from "../../contracts/until.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const token = "a-token-for-this-test-alone-0123456789";
const patience = 60_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A bot as a process of its own, without any machine to deploy. */
async function launch(t: TestContext, dataDir: string) {
  const flake = join(await scratchDirectory(t), "flake");
  await mkdir(flake);
  await writeFile(join(flake, "flake.nix"), "{ outputs = _: { nixosConfigurations = { }; }; }");
  const url = `http://127.0.0.1:${await freePort()}`;
  const child: ChildProcess = spawn(process.execPath, ["src/main.ts"], {
    cwd: join(import.meta.dirname, "../../.."),
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: flake,
      SWITCHYARD_FLAKE: flake,
      SWITCHYARD_DATA_DIR: dataDir,
      SWITCHYARD_LISTEN: url.slice("http://".length),
      SWITCHYARD_TOKEN: token,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => (output += chunk));
  }
  const gone = once(child, "exit");
  t.after(async () => {
    child.kill("SIGCONT");
    child.kill("SIGKILL");
    await gone;
  });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answers = () =>
    fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).then(
      () => true,
      () => false,
    );
  return {
    child,
    gone,
    output: () => output,
    up: () =>
      until(
        "the bot's page",
        async () => {
          assert.equal(child.exitCode, null, output);
          return answers();
        },
        patience,
        () => output,
      ),
    health: async () => (await fetch(`${url}/healthz`, { headers })).text(),
    async say(text: string) {
      const body = JSON.stringify({ text });
      return (await fetch(`${url}/api/commands`, { method: "POST", headers, body })).text();
    },
  };
}

test("a real bot on damaged files: it starts, tells what is lost, keeps the damaged copies, and locks all hosts", async (t) => {
  const directory = await scratchDirectory(t);
  const store = await lowdbStore(directory, manualClock());
  for (const number of ["1", "2"]) {
    const [id, run] = [`d-20261123-000${number}`, `r-20261123-000${number}`];
    await store.begin(aRun({ id: run, deployments: [id] }), [aDeployment({ id, run })], () => null);
    await store.update(id, (one) =>
      endDeployment(one, { outcome: "deployed", message: "well" }, "2026-11-23T10:05:00.000Z"),
    );
  }
  await store.changeMachines(() => ({}));
  const month = join(directory, "history/2026-11.json");
  await writeFile(
    month,
    (await readFile(month, "utf8")).replace('"id":"d-20261123-0002"', '"id":"d-20261123-0006"'),
  );
  const state = join(directory, "state.json");
  await writeFile(state, (await readFile(state, "utf8")).replaceAll('"term":', '"tern":'));
  const bot = await launch(t, directory);
  await bot.up();
  const health = await bot.health();
  assert.match(health, /"part":"records","ok":false/);
  const history = await bot.say("/history");
  assert.match(history, /1 record of 2026-11 could not be read/);
  assert.match(history, /Some records of state\.json could not be read/);
  assert.match(history, /deployed/);
  assert.match(await readFile(state, "utf8"), /"host":"\*","reason":"state\.json was damaged/);
  const kept = [...(await readdir(directory)), ...(await readdir(join(directory, "history")))];
  assert.equal(kept.filter((name) => name.includes(".damaged-")).length, 2);
});

test("a real bot that is paused keeps its data directory: a second one does not start, and the first goes on", async (t) => {
  const directory = await scratchDirectory(t);
  const first = await launch(t, directory);
  await first.up();
  first.child.kill("SIGSTOP");
  const second = await launch(t, directory);
  const [code] = await second.gone;
  assert.notEqual(code, 0);
  assert.match(second.output(), /another bot is at work on it .*One that is paused keeps it until it ends/);
  first.child.kill("SIGCONT");
  await first.up();
  assert.match(await first.say("/history"), /"kind":"answer"|deployments/);
  assert.equal(first.child.exitCode, null);
});
