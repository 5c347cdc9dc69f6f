import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";
import { startWiredBot, type WiredBot } from "./wired-bot.ts";

const host = "hetzner-vps";
const branch = "direct-main";
const profile = "/nix/var/nix/profiles/system";

describe("a host that is reached directly, on real machines", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let wired: WiredBot;
  let keys: string;
  /** Made by hand there: generations 3 and 4. */
  let byHand: string;
  let otherKernel: string;

  async function on(machine: string, ...argv: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await fleet().exec(machine, argv, { timeoutMs: 120_000 });
    assert.equal(exitCode, 0, `${argv.join(" ")}: ${stderr}`);
    return stdout.trim();
  }

  /** The known_hosts line of a machine under its address. */
  async function knownHost(machine: string, port: number): Promise<string> {
    const address = fleet().address(machine);
    const key = await on(machine, "cat", "/etc/ssh/ssh_host_ed25519_key.pub");
    return `${port === 22 ? address : `[${address}]:${port}`} ${key}`;
  }

  before(async () => {
    await fleet().reset(host);
    const port = Number(new URL(fleet().builderUrl).port || 22);
    keys = await on(host, "cat", "/root/.ssh/authorized_keys");
    const own = (await readFile(`${fleet().keyFile}.pub`, "utf8")).trim();
    await on(host, "sh", "-c", 'printf "%s\\n" "$1" >>/root/.ssh/authorized_keys', "add", own);
    const line = await knownHost(host, port);
    // nix copy goes from the builder to the same address.
    await on("builder", "sh", "-c", 'printf "%s\\n" "$1" >>/root/.ssh/known_hosts', "add", line);
    await fleet().commit(branch, "notes: begun", { "NOTES.md": "nothing yet\n" });
    const direct = (machine: string) => ({
      via: "direct",
      targetHost: fleet().address(machine),
      targetPort: port,
    });
    wired = await startWiredBot(
      fleet(),
      {
        defaults: { ref: `origin/${branch}` },
        hosts: { [host]: direct(host), yoga: direct("yoga") },
      },
      [line],
    );
  });
  after(async () => {
    await wired.close();
    await on(host, "sh", "-c", 'printf "%s\\n" "$1" >/root/.ssh/authorized_keys', "put", keys);
    await fleet().reset(host);
  });

  async function switched(id: string): Promise<Deployment> {
    const card = await wired.bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    await wired.bot.act(id, "switch");
    return wired.bot.ended(id);
  }

  async function generationByHand(ref: string): Promise<string> {
    const attribute = `git+file:///srv/fleet.git?ref=${ref}#nixosConfigurations."${host}".config.system.build.toplevel`;
    const path = await on("builder", "nix", "build", "--no-link", "--print-out-paths", attribute);
    await on("builder", "nix", "copy", "--to", `ssh://root@${host}`, path);
    await on(host, "nix-env", "-p", profile, "--set", path);
    return path;
  }

  test("a deployment goes straight from the bot to the host, and its copy from the builder", async () => {
    const ended = await switched(await wired.bot.start(`/deploy ${host}`));
    assert.equal(ended.outcome, "deployed", ended.message ?? "");
    const now = await stateOf(fleet(), host);
    assert.deepEqual([now.current, now.profile], [ended.toplevel, "system-2-link"]);
  });

  test("with a broken flake and no builder it goes back to a generation that nobody here deployed", async () => {
    byHand = await generationByHand("next");
    otherKernel = await generationByHand("bad/kernel");
    await on(host, "nix-env", "-p", profile, "--switch-generation", "2");
    await fleet().commit(branch, "flake: a mistake", { "flake.nix": "{ outputs = \n" });
    wired.wire.cut();
    const ended = await switched(await wired.bot.start(`/rollback ${host} 3`));
    assert.equal(ended.outcome, "deployed", ended.message ?? "");
    const now = await stateOf(fleet(), host);
    assert.deepEqual([now.current, now.bootDefault, now.profile], [byHand, byHand, "system-3-link"]);
  });

  test("to another kernel, too, with a warning that a reboot is needed", async () => {
    const id = await wired.bot.start(`/rollback ${host} 4`);
    assert.equal((await wired.bot.asks(id)).rebootNeeded, true);
    const shown = await (await wired.bot.get(`/api/deployments/${id}`)).text();
    assert.match(shown, /A reboot is needed/);
    const ended = await switched(id);
    assert.equal(ended.outcome, "deployed", ended.message ?? "");
    assert.equal((await stateOf(fleet(), host)).bootDefault, otherKernel);
  });

  test("a card that waits is acted on by a bot that was killed, still without a builder", async () => {
    const id = await wired.bot.start(`/rollback ${host} 2`);
    await wired.bot.asks(id);
    await wired.bot.kill();
    await wired.bot.again();
    const ended = await switched(id);
    assert.equal(ended.outcome, "deployed", ended.message ?? "");
  });

  test("a deployment without a builder fails, says so, and leaves the host alone", async () => {
    const before = await stateOf(fleet(), host);
    const ended = await wired.bot.ended(await wired.bot.start(`/deploy ${host}`));
    assert.equal(ended.outcome, "failed");
    assert.match(ended.message ?? "", /builder: connecting to/);
    assert.deepEqual(await stateOf(fleet(), host), before);
  });

  test("a host whose key is not in the bot's known_hosts is not spoken to", async () => {
    const { status, body } = await wired.bot.say("/rollback yoga --list");
    assert.equal(status, 503);
    assert.match(body.error?.message ?? "", /known_hosts has no key for it/);
  });
});
