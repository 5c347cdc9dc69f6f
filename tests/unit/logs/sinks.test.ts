import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createDesk } from "../../../src/chat/create-desk.ts";
import type { ChatEvent } from "../../../src/chat/desk.ts";
import { threadDrawer } from "../../../src/chat/draw-thread.ts";
import { createEvents } from "../../../src/chat/events.ts";
import { createLive, type Live } from "../../../src/chat/live.ts";
import { botLog } from "../../../src/logs/bot-log.ts";
import { logFiles } from "../../../src/logs/log-files.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { diffText } from "../../../src/views/thread.ts";
import { ownSecrets, planted } from "../../fakes/planted-secrets.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { createWorld } from "../../fakes/world.ts";

const key = planted("a private key");
const github = planted("GitHub, classic");
const password = planted("a password in an address");
/** None of these may be read in any sink. */
const needles = [ownSecrets.page, ...key.needles, ...github.needles, ...password.needles];

/** The whole bot, but for its surfaces; everything that leaves it is kept in `shown`. */
async function wholeBot(t: TestContext) {
  const world = await createWorld(t, ["yoga"]);
  const redact = redactor([ownSecrets.page]);
  const shown: unknown[] = [];
  const log = botLog("trace", redact, { write: (line: string) => void shown.push(line) });
  const events = createEvents(world.clock, (error) => assert.fail(String(error)));
  let live: Live | undefined;
  const bot = await world.startBot({
    redact,
    log,
    onChange: (deployment) => live?.changed(deployment),
    onRun: (run) => live?.began(run),
    onProgress: (said) => {
      shown.push(said);
      live?.progressed(said);
    },
  });
  live = createLive(events, bot.store, world.clock, (error) => log.error({ err: error }, "drawing"));
  const logs = logFiles(world.directory, world.clock, redact, () => 1e6);
  const desk = createDesk({
    tools: {
      ...toolsOf(world, bot),
      readLog: (deployment, bytes) => logs.tail(deployment.log, bytes),
    },
    events,
    live,
    logs,
    audit: bot.audit,
    redact,
    shells: { control: world.builderShell },
    clock: world.clock,
    log,
    surfaces: () => [],
  });
  desk.subscribe(null, (event: ChatEvent) => void shown.push(event));
  const say = async (text: string) => {
    const reply = await world.clock.settle(desk.say(text, owner));
    shown.push(reply);
    return reply;
  };
  return { world, bot, desk, live, log, logs, say, shown };
}

async function filesOf(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test("a secret in a build's output, a reason, a commit or an error reaches no sink", async (t) => {
  const { world, bot, desk, live, log, logs, say, shown } = await wholeBot(t);
  const nix = (text: string) =>
    `@nix ${JSON.stringify({ action: "result", type: 101, id: 7, fields: [text] })}`;
  const output = [
    `@nix ${JSON.stringify({ action: "start", type: 105, id: 7, level: 3, parent: 0, text: `building with ${github.needles[0]}`, fields: [`/nix/store/abcdfghijklmnpqrsvwxyz0123456789-${github.needles[0]}.drv`, "", 1, 1] })}`,
    ...key.lines.map(nix),
    nix(`Authorization: Bearer ${ownSecrets.page}`),
    nix(password.lines[0] ?? ""),
    `error: builder failed, as ${github.needles[0]} was refused`,
  ];
  world.builderShell.on(" show --no-patch", {
    stdout: `mind ${ownSecrets.page}\0Alice\x002026-11-23T09:00:00+01:00\n`,
  });
  world.builderShell.on("--out-link", (command) => {
    for (const line of output) {
      command.onLine?.(line, "stderr");
    }
    return { exitCode: 1, stderr: output.join("\n") };
  });
  const started = await say(`/deploy yoga --reason "as ${github.needles[0]} ${ownSecrets.page} said"`);
  const [id = ""] = started.kind === "started" ? started.deployments : [];
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.match(ended.reason ?? "", /^as ••• ••• said$/);
  await say(`/${ownSecrets.page}`);
  await say(`/logs ${id}`);
  await say(`/logs ${id} --errors`);
  await say("/history");
  await say(`/deploy ${github.needles[0]}`);
  shown.push(
    await desk.hosts(),
    await desk.deployments({ limit: 10 }),
    await desk.run(ended.run),
    desk.card(ended),
  );
  shown.push(await threadDrawer(bot.store, live.progressOf)(ended.run), diffText(ended));
  shown.push(await logs.tail(ended.log, 1_000_000));
  const { signal } = new AbortController();
  for await (const chunk of (await desk.log(id, { follow: false, from: null, signal }))?.chunks ?? []) {
    shown.push(Buffer.from(chunk).toString());
  }
  log.error(
    { err: new Error(`git said ${github.needles[0]}`, { cause: new Error(ownSecrets.page) }) },
    ownSecrets.page,
  );
  const sinks = new Map(shown.map((what, index) => [`shown ${index}`, JSON.stringify(what) ?? ""]));
  const files = await filesOf(world.directory);
  for (const file of files) {
    sinks.set(file, await readFile(file, "utf8"));
  }
  for (const name of ["audit.jsonl", ".info", ".log", "history/2026-11.json"]) {
    assert.equal(
      files.some((file) => file.endsWith(name)),
      true,
      `${name} was looked at`,
    );
  }
  for (const [name, text] of sinks) {
    for (const needle of needles) {
      assert.equal(text.includes(needle), false, `${needle} in ${name}: ${text.slice(0, 2_000)}`);
    }
  }
  assert.match(await readFile(join(world.directory, ended.log), "utf8"), /Authorization: Bearer •••/);
  assert.equal(sinks.size > 30, true);
});

test("the bot's own log stays JSON, with what was secret masked", () => {
  const lines: string[] = [];
  const log = botLog("info", redactor([ownSecrets.page]), { write: (line: string) => void lines.push(line) });
  log.warn({ url: `https://x/?token=${ownSecrets.page}`, headers: { authorization: "short" } }, "a request");
  const said = JSON.parse(lines[0] ?? "");
  assert.deepEqual(
    [said.url, said.headers.authorization, said.msg],
    ["https://x/?token=•••", "•••", "a request"],
  );
});
