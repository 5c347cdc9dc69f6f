import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "yoga";

describe("a workstation that is its own builder (targetHost: local)", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;

  async function inside(machine: string, script: string, input?: string): Promise<string> {
    const result = await fleet().exec(machine, ["sh", "-c", script], input === undefined ? {} : { input });
    assert.equal(result.exitCode, 0, result.stderr);
    return result.stdout;
  }

  before(async () => {
    await fleet().reset(host);
    const bundle = await inside("builder", "cd /srv/fleet && git bundle create - --all 2>/dev/null | base64");
    await inside(host, "ln -sf /usr/bin/git /run/wrappers/bin/git; base64 -d >/tmp/fleet.bundle", bundle);
    await inside(host, "rm -rf /srv/fleet && PATH=/usr/bin:/bin git clone -q /tmp/fleet.bundle /srv/fleet");
    const key = await readFile(`${fleet().keyFile}.pub`, "utf8");
    await inside(host, "cat >>/root/.ssh/authorized_keys", key);
    const address = fleet().address(host);
    const hostKey = (await inside(host, "cat /etc/ssh/ssh_host_ed25519_key.pub"))
      .split(" ")
      .slice(0, 2)
      .join(" ");
    const knownHosts = join(await mkdtemp(join(tmpdir(), "switchyard-local-")), "known_hosts");
    const port = new URL(fleet().builderUrl).port || "22";
    await writeFile(knownHosts, `${port === "22" ? address : `[${address}]:${port}`} ${hostKey}\n`);
    bot = await startBot(fleet(), {
      hosts: { [host]: { targetHost: "local" } },
      env: { SWITCHYARD_BUILDER: `ssh://root@${address}:${port}`, SWITCHYARD_KNOWN_HOSTS: knownHosts },
    });
  });
  after(async () => {
    await bot?.stop();
    await fleet().exec(host, ["rm", "-f", "/run/wrappers/bin/git"]);
    await fleet().reset(host);
  });

  test("is built, switched and checked without a copy, over connections of its own", async () => {
    const id = await bot.start(`/deploy ${host}`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    await bot.act(id, "switch");
    const ended = await bot.ended(id);
    assert.equal(ended.outcome, "deployed", ended.message ?? "");
    assert.equal((await stateOf(fleet(), host)).current, card.toplevel);
    assert.match(await bot.file(ended.log), /nothing to copy/);
  });
});
