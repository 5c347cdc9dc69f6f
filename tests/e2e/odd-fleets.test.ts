import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { brokenFiles, commitLookAlike, lockInputs } from "../rehearsal/odd-fleets/look-alike.ts";
import { brokenOddFile, oddNames } from "../rehearsal/odd-fleets/odd-names.ts";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "zephyrus";

/** A bot whose fleet is what this branch holds. */
function botOf(
  fleet: Parameters<typeof startBot>[0],
  branch: string,
  unlockedInputs: "refuse" | "allow" = "refuse",
): Promise<Bot> {
  return startBot(fleet, {
    defaults: { ref: `origin/${branch}`, refs: [`origin/${branch}`], unlockedInputs },
  });
}

async function buildAll(bot: Bot): Promise<ReadonlyMap<string, Deployment>> {
  const { status, body } = await bot.say("/build-all");
  assert.equal(status, 202, JSON.stringify(body));
  const done = await Promise.all((body.deployments ?? []).map((id) => bot.ended(id, 120)));
  return new Map(done.map((one) => [one.host, one]));
}

/** From the command to the end, with a yes to what the card shows. */
async function deploy(bot: Bot): Promise<Deployment> {
  const asked = await bot.asks(await bot.start(`/deploy ${host}`));
  assert.equal(asked.phase, "confirm", asked.message ?? "");
  assert.deepEqual((await bot.act(asked.id, "switch")).status, 200);
  return bot.ended(asked.id);
}

const outcomes = (done: ReadonlyMap<string, Deployment>) =>
  [...done.values()].map((one) => `${one.host} ${one.outcome}`).sort();

describe("a repository full of odd names", { skip }, () => {
  const branch = "odd-names";
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  before(async () => {
    await Promise.all([fleet().reset(host), fleet().commit(branch, "docs: all of it", oddNames(host))]);
    bot = await botOf(fleet(), branch);
  });
  after(() => bot.stop());

  test("its hosts are listed, and a host that reads files with odd names is deployed", async () => {
    const { body } = await bot.say("/hosts");
    for (const name of fleet().hosts) assert.match(JSON.stringify(body), new RegExp(`"${name}"`));
    const done = await deploy(bot);
    assert.equal(done.outcome, "deployed", done.message ?? "");
    assert.equal((await stateOf(fleet(), host)).current, done.toplevel);
    const syntax = done.checks.find(({ name }) => name === "syntax");
    assert.match(syntax?.detail ?? "", /^1 file does not parse: /);
    assert.ok(syntax?.detail.includes(JSON.stringify(brokenOddFile)), syntax?.detail);
  });

  test("all of its hosts are built, and none of the names has run", async () => {
    const done = await buildAll(bot);
    assert.deepEqual(
      outcomes(done),
      fleet()
        .hosts.map((name) => `${name} built`)
        .sort(),
    );
    const found = await fleet().exec("builder", ["find", "/", "-maxdepth", "2", "-name", "ran"]);
    assert.equal(found.stdout, "");
  });
});

describe("a repository that looks like a fleet of somebody's own", { skip }, () => {
  const branch = "look-alike";
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  before(async () => {
    await commitLookAlike(fleet(), branch);
    bot = await botOf(fleet(), branch);
  });
  after(() => bot.stop());

  test("while its lock lacks two inputs, every command names them and says how to lock them, and builds nothing", async () => {
    for (const text of ["/hosts", "/status", `/deploy ${host}`, "/deploy all", "/build-all"]) {
      const said = JSON.stringify((await bot.say(text)).body);
      assert.match(
        said,
        /attic \(it is not in flake\.lock\), hercules-ci-agent \(it is not in flake\.lock\)/,
        text,
      );
      assert.match(said, /`nix flake lock`.*commit flake\.lock, and push/, text);
    }
    const health = await bot.get("/healthz");
    assert.match(await health.text(), /"hosts","ok":false,"detail":"[^"]*attic/);
    const list = (await (await bot.get("/api/deployments")).json()) as { deployments: unknown[] };
    assert.deepEqual(list.deployments, []);
  });

  test("where fleet.yaml allows it, such a revision is built, with a warning, and its lock stays as it is", async () => {
    const allowing = await botOf(fleet(), branch, "allow");
    try {
      const built = await allowing.ended(await allowing.start(`/deploy ${host} --build-only`));
      assert.equal(built.outcome, "built", built.message ?? "");
      assert.match(built.warnings.join("\n"), /does not pin all inputs: attic .*may be others the next time/);
    } finally {
      await allowing.stop();
    }
    const changed = await fleet().exec("builder", ["git", "-C", "/srv/fleet", "status", "--porcelain"]);
    assert.equal(changed.stdout, "");
  });

  test("with its inputs locked as advised, only the host that reads a broken file is not built, in Nix's own words", async () => {
    await lockInputs(fleet(), branch);
    const done = await buildAll(bot);
    assert.deepEqual(outcomes(done), ["hetzner-vps built", "ovh-vps failed", "yoga built", "zephyrus built"]);
    for (const one of done.values()) {
      const said = one.warnings.join("\n");
      assert.match(said, /3 files do not parse/, one.host);
      for (const file of brokenFiles) assert.ok(said.includes(file), `${one.host}: ${said}`);
    }
    const failed = done.get("ovh-vps");
    assert.match(
      `${failed?.message}\n${failed?.lines.join("\n")}`,
      /syntax error, unexpected ';'[\s\S]*backup\.nix:4:/,
    );
    assert.ok((failed?.help ?? "") !== "", "and what to do");
  });

  test("a host of it is deployed, with the broken files as a warning on its card", async () => {
    const done = await deploy(bot);
    assert.equal(done.outcome, "deployed", done.message ?? "");
    assert.equal((await stateOf(fleet(), host)).current, done.toplevel);
    const syntax = done.checks.find(({ name }) => name === "syntax");
    assert.equal(syntax?.state, "warning");
    assert.match(syntax?.detail ?? "", /prometheus\.nix:6/);
    assert.doesNotMatch(await (await bot.get("/healthz")).text(), /"hosts"/);
  });
});
