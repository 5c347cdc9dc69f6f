import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "ovh-vps";
const secret = "/root/switchyard-needs-this";
const untracked = "hosts/never-added.nix";

describe("the checks before a deployment, on real machines", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  let file: string;

  async function on(machine: string, ...argv: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await fleet().exec(machine, argv);
    assert.equal(exitCode, 0, `${argv.join(" ")}: ${stderr}`);
    return stdout;
  }
  const stateOfCheck = ({ checks }: Deployment, name: string) => {
    const found = checks.find((one) => one.name === name);
    return found === undefined ? "none" : `${found.state}: ${found.detail}`;
  };

  before(async () => {
    await fleet().reset(host);
    file = await on(
      "builder",
      "git",
      "-C",
      "/srv/fleet",
      "show",
      `refs/remotes/origin/main:hosts/${host}.nix`,
    );
    bot = await startBot(fleet(), {
      hosts: { [host]: { secrets: [secret], console: "https://console.example/ovh", critical: [] } },
    });
  });
  after(async () => {
    await bot.stop();
    await on("builder", "rm", "-f", `/srv/fleet/${untracked}`);
    await on(host, "rm", "-f", secret);
  });

  test("a secret that is not on the host stops it, and an empty one does, too", async () => {
    const missing = await bot.ended(await bot.start(`/deploy ${host} --dry-run`));
    assert.equal(missing.outcome, "failed");
    assert.equal(missing.phase, "check");
    assert.equal(missing.message, `${host} lacks secrets that it needs: missing ${secret}`);
    await on(host, "touch", secret);
    const empty = await bot.ended(await bot.start(`/deploy ${host} --dry-run`));
    assert.match(empty.message ?? "", /: empty \/root\//);
    await on(host, "sh", "-c", 'echo x >"$1"', "sh", secret);
  });

  test("every check has its line, nix flake check among them when it was asked for", async () => {
    const tested = await bot.ended(await bot.start(`/deploy ${host} --dry-run --check`));
    assert.equal(tested.outcome, "tested", `${tested.message}\n${tested.lines.join("\n")}`);
    const lines = tested.checks.map(({ name, state }) => `${name} ${state}`);
    for (const wanted of [
      ...["flake ok", "syntax ok", "host ok", "flake check ok", "builder ok", "reach ok"],
      ...["disk ok", "secrets ok", "plaintext secrets ok"],
    ]) {
      assert.ok(lines.includes(wanted), `${wanted} in ${lines.join(", ")}`);
    }
  });

  test("warnings of the evaluation, and a secret in the diff by its place alone", async () => {
    const text = `builtins.warn "the option sound is gone" (${file.trimEnd()})\n# password = "correct-horse-battery"\n`;
    await fleet().commit("checklist-warns", "a warning and a secret", { [`hosts/${host}.nix`]: text });
    const tested = await bot.ended(await bot.start(`/deploy ${host} --dry-run --ref origin/checklist-warns`));
    assert.equal(tested.outcome, "tested", `${tested.message}\n${tested.lines.join("\n")}`);
    assert.match(stateOfCheck(tested, "evaluation"), /^warning: .*the option sound is gone/);
    assert.match(
      stateOfCheck(tested, "plaintext secrets"),
      /^warning: added since [0-9a-f]{7}: hosts\/ovh-vps\.nix:\d+ \(a value for password\)/,
    );
    assert.equal(JSON.stringify(tested).includes("correct-horse"), false);
    assert.equal((await bot.file(tested.log)).includes("correct-horse"), false);
  });

  test("an error in the flake is told by its name, its line and its place", async () => {
    const lines = file.trimEnd().split("\n");
    const text = `${["let wrong = pgks.nginx; in builtins.seq wrong (", ...lines, ")"].join("\n")}\n`;
    await fleet().commit("checklist-breaks", "a typo", { [`hosts/${host}.nix`]: text });
    const ended = await bot.ended(await bot.start(`/deploy ${host} --dry-run --ref origin/checklist-breaks`));
    assert.equal(ended.outcome, "failed");
    assert.deepEqual(
      [ended.diagnosis?.title, ended.diagnosis?.line, ended.diagnosis?.where],
      ["A name that is not known", "undefined variable 'pgks'", `hosts/${host}.nix:1:13`],
    );
    const { body } = await bot.say(`/logs ${ended.id} --errors`);
    assert.match(JSON.stringify(body.blocks), /\d+: \S+ .*undefined variable/);
  });

  test("files that git does not know are named where the working tree is built", async () => {
    await on("builder", "sh", "-c", 'echo 1 >"$1"', "sh", `/srv/fleet/${untracked}`);
    const built = await bot.ended(await bot.start(`/deploy ${host} --build-only --ref .`));
    assert.match(
      stateOfCheck(built, "working tree"),
      /^warning: .*not known to git: hosts\/never-added\.nix/,
    );
    const other = await bot.ended(await bot.start(`/deploy ${host} --build-only`));
    assert.match(stateOfCheck(other, "working tree"), /^ok: .*not in what is built/);
    await on("builder", "rm", `/srv/fleet/${untracked}`);
  });

  test("/health watches the usual services where fleet.yaml names none, and tells what listens", async () => {
    const { body } = await bot.say(`/health ${host}`);
    const text = JSON.stringify(body.blocks);
    assert.match(text, /"sshd\.service","active"/);
    assert.match(text, /Listens on \d+ ports.*"\d+ sshd/);
    assert.match(text, /since the last switch or boot \(20/);
  });

  test("a service that does not start is told as that, and the host is as it was", async () => {
    const before = await stateOf(fleet(), host);
    const id = await bot.start(`/deploy ${host} --ref origin/bad/unit-fails`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    await bot.act(id, "switch");
    const ended = await bot.ended(id);
    assert.equal(ended.outcome, "rolled-back", ended.message ?? "");
    assert.equal(ended.diagnosis?.title, "A service does not start");
    assert.deepEqual(await stateOf(fleet(), host), before);
    const status = await bot.say(`/status ${host}`);
    assert.equal(JSON.stringify(status.body).includes("changed by hand"), false);
  });
});
