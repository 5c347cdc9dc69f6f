import assert from "node:assert/strict";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "yoga";

interface Health {
  readonly ok: boolean;
  readonly troubles: readonly { readonly key: string; readonly words: string; readonly since: string }[];
}

describe("a bot whose own disk is full, or whose records were damaged, and a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  let first: string;
  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet(), { dataParent: await fleet().smallDisk(host) });
    first = (await stateOf(fleet(), host)).current;
    const id = await bot.start(`/deploy ${host}`);
    await bot.asks(id);
    await bot.act(id, "switch");
    assert.equal((await bot.ended(id)).outcome, "deployed");
  });
  after(async () => {
    await fleet().mend(host, "fill-data", { disk: host });
    await bot.stop();
    await rm(bot.dataDir, { recursive: true, force: true });
  });

  const health = async () => (await (await bot.get("/healthz")).json()) as Health;
  async function troubles(wanted: (keys: readonly string[]) => boolean): Promise<Health["troubles"]> {
    for (let tries = 0; tries < 150; tries++) {
      const found = (await health()).troubles;
      if (wanted(found.map(({ key }) => key))) {
        return found;
      }
      await delay(200);
    }
    throw new Error(`the troubles are not as wanted: ${JSON.stringify(await health())}`);
  }
  const deploy = () => bot.say(`/deploy ${host} --dry-run`);

  test("22: it starts on the full disk, says so, refuses what is new, and rolls the host back", async () => {
    assert.equal((await readdir(bot.dataDir)).includes("reserve"), true, "a reserve was kept");
    await bot.kill();
    await fleet().break(host, "fill-data", { disk: host });
    await bot.again();
    const [full] = await troubles((keys) => keys.includes("disk"));
    assert.match(
      full?.words ?? "",
      /^The disk of \S+ is full, or nearly: half of its reserve was given up, what cannot be written is not begun, and 4 MiB are kept for roll backs\. Free some space there\.$/,
    );
    const status = await bot.say(`/status ${host}`);
    assert.equal(JSON.stringify(status.body.blocks).includes(full?.words ?? "?"), true, "the same words");
    // What the start was given is used up as well.
    await fleet().break(host, "fill-data", { disk: host });
    const refused = await bot.say(`/deploy ${host}`);
    assert.equal(refused.status, 503, JSON.stringify(refused.body));
    assert.match(
      refused.body.error?.message ?? "",
      /The bot cannot write to its data directory: the disk is full/,
    );
    const id = await bot.start(`/rollback ${host} previous`);
    await bot.asks(id);
    await bot.act(id, "switch");
    const done = await bot.ended(id);
    assert.equal(done.outcome, "deployed", done.message ?? "");
    assert.equal((await stateOf(fleet(), host)).current, first);
    const [spent] = await troubles((keys) => keys.includes("disk"));
    assert.match(spent?.words ?? "", /its reserve was given up for a roll back/);
    assert.equal(spent?.since, full?.since, "it is still the same trouble");
    await fleet().mend(host, "fill-data", { disk: host });
    await troubles((keys) => !keys.includes("disk"));
    const audit = await bot.file("audit.jsonl");
    assert.match(
      audit,
      new RegExp(`"what":"ended","about":"${id}"`),
      "nothing of it is missing in the audit",
    );
  });

  test("23: a month that was cut off and a state.json that is gone: what is missing is told, and no host is open", async () => {
    assert.equal(await bot.stop(), 0);
    const folder = join(bot.dataDir, "history");
    const [month = ""] = (await readdir(folder)).filter((name) => /^\d{4}-\d\d\.json$/.test(name));
    const text = await readFile(join(folder, month), "utf8");
    // In the middle of the second deployment.
    const ids = [...text.matchAll(/^"(d-[^"]+)":/gm)];
    const cut = (ids[1]?.index ?? 0) + 200;
    await writeFile(join(folder, month), text.slice(0, cut));
    await rm(join(bot.dataDir, "state.json"));
    await bot.again();
    const found = await troubles(
      (keys) => keys.includes("locks") && keys.some((key) => key.startsWith("records:")),
    );
    const words = found.map((one) => one.words).join("\n");
    assert.match(words, /All hosts are locked: state\.json was missing/);
    assert.match(
      words,
      /records? of \d{4}-\d\d could not be read \(\d+ of deployments.*the damaged file is kept as \S+damaged-/,
    );
    const history = JSON.stringify((await bot.say("/history")).body.blocks);
    assert.equal(history.includes(ids[0]?.[1] ?? "?"), true, "what is whole is there");
    const refused = await deploy();
    assert.equal(refused.body.error?.code, "locked", JSON.stringify(refused.body));

    assert.equal((await bot.say("/unlock all")).status, 200);
    await troubles((keys) => !keys.includes("locks"));
    await bot.stop();
    await bot.again();
    const again = await troubles((keys) => keys.some((key) => key.startsWith("records:")));
    assert.equal(
      again.find(({ key }) => key.startsWith("records:"))?.words,
      found.find(({ key }) => key.startsWith("records:"))?.words,
      "the next start tells the same",
    );
    const [kept = ""] = (await readdir(folder)).filter((name) => name.includes(".damaged-"));
    await rename(join(folder, kept), join(bot.dataDir, "seen"));
    await troubles((keys) => keys.length === 0);
    assert.equal((await health()).ok, true);
    const id = await bot.start(`/deploy ${host} --dry-run`);
    assert.equal((await bot.ended(id)).outcome, "tested");
  });
});
