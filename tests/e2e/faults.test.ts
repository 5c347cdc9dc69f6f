import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Bot, startBot } from "./bot.ts";
import { isActive, skip, stateOf, useFleet, useHost } from "./machine.ts";

const host = "hetzner-vps";

describe("a bad system on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHost(fleet, host);
  let bot: Bot;
  before(async () => {
    bot = await startBot(fleet(), {
      defaults: { ackWithin: "8s", activateWithin: "20s", rollbackWithin: "15s" },
    });
  });
  after(() => bot.stop());
  beforeEach(() => fleet().reset(host));

  async function deployBad(ref: string) {
    const before = await stateOf(fleet(), host);
    const running = await runningUnits();
    const id = await bot.start(`/deploy ${host} --ref origin/bad/${ref}`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    assert.ok(card.warnings.some((warning) => warning.includes("not in origin/main")));
    await bot.act(id, "switch");
    const ended = await bot.ended(id, 120);
    return { before, running, ended, after: await stateOf(fleet(), host) };
  }

  async function runningUnits(): Promise<string[]> {
    const { stdout } = await fleet().exec(host, ["sh", "-c", "ls /etc/systemd/system/*.service"]);
    const names = stdout.split(/\s+/).flatMap((path) => path.split("/").pop() || []);
    const active = await Promise.all(names.map((name) => isActive(fleet(), host, name)));
    return names.filter((_, index) => active[index]);
  }

  for (const [ref, why] of [
    ["activation-fails", /switch-to-configuration exited with 2/],
    ["unit-fails", /failed/],
    ["stops-sshd", /nobody could reach this host for 8 s/],
    ["hangs", /the activation took longer than 20 s/],
    ["boot-fails", /the boot loader could not be written/],
  ] as const) {
    test(`bad/${ref} is rolled back: old path, old units, boot default never changed`, async () => {
      const { before, running, ended, after } = await deployBad(ref);
      assert.equal(ended.outcome, "rolled-back", ended.message ?? "");
      assert.match(ended.message ?? "", why);
      assert.deepEqual(after, before);
      for (const unit of running) {
        assert.ok(await isActive(fleet(), host, unit), `${unit} runs again`);
      }
      const spent =
        Date.parse(ended.times.validate?.finishedAt ?? ended.finishedAt ?? "") -
        Date.parse(ended.times.switch?.startedAt ?? "");
      assert.ok(spent < 60_000, `within the deadlines (${spent} ms)`);
    });
  }

  test("a new system that locks itself out is taken back also when somebody changes the profile meanwhile", async () => {
    const before = await stateOf(fleet(), host);
    const id = await bot.start(`/deploy ${host} --ref origin/bad/stops-sshd`);
    const card = await bot.asks(id);
    await bot.act(id, "switch");
    await bot.until(id, (deployment) => deployment.phase === "switch");
    for (let tries = 0; tries < 200 && (await stateOf(fleet(), host)).current !== card.toplevel; tries++) {
      await delay(50);
    }
    await fleet().exec(host, ["nix-env", "-p", "/nix/var/nix/profiles/system", "--set", card.toplevel ?? ""]);
    const ended = await bot.ended(id, 120);
    assert.equal(ended.outcome, "rolled-back", ended.message ?? "");
    assert.match(ended.message ?? "", /the profile was changed to system-2-link meanwhile and is left so/);
    const after = await stateOf(fleet(), host);
    assert.equal(after.current, before.current);
    assert.ok(await isActive(fleet(), host, "sshd.service"), "it can be reached again");
  });

  test("a switch back that could not run is not called one: NixOS's lock is held all the while", async () => {
    const id = await bot.start(`/deploy ${host} --ref origin/bad/hangs`);
    await bot.asks(id);
    await bot.act(id, "switch");
    const lock = "/run/nixos/switch-to-configuration.lock";
    for (let tries = 0; tries < 200; tries++) {
      const held = await fleet().exec(host, ["sh", "-c", `[ -e ${lock} ] && ! flock -n ${lock} true`]);
      if (held.exitCode === 0) {
        break;
      }
      await delay(50);
    }
    // Waits in line, and has the lock as soon as the hanging activation is killed.
    await fleet().exec(host, ["sh", "-c", `setsid flock ${lock} sleep 90 >/dev/null 2>&1 </dev/null &`]);
    const ended = await bot.ended(id, 120);
    assert.equal(ended.outcome, "rollback-failed", ended.message ?? "");
    assert.match(ended.message ?? "", /switching back exited with 11/);
  });

  test("a tag with the name of a branch does not stand in for it", async () => {
    const main = (
      await fleet().ssh("builder", ["git", "-C", "/srv/fleet", "rev-parse", "refs/remotes/origin/main"])
    ).stdout.trim();
    const git = (...words: string[]) => fleet().exec("builder", ["git", "-C", "/srv/fleet", ...words]);
    assert.equal((await git("tag", "origin/main", "refs/remotes/origin/bad/unit-fails")).exitCode, 0);
    try {
      const tested = await bot.ended(await bot.start(`/deploy ${host} --dry-run`));
      assert.equal(tested.revision, main);
      assert.deepEqual(tested.warnings, []);
    } finally {
      await git("tag", "--delete", "origin/main");
    }
  });

  test("a unit that had failed before does not roll a good system back", async () => {
    await fleet().exec(host, [
      "sh",
      "-c",
      "PATH=/run/current-system/sw/bin; printf '[Service]\\nType=oneshot\\nExecStart=/run/current-system/sw/bin/false\\n[Install]\\nWantedBy=multi-user.target\\n' >/run/systemd/system/old-trouble.service; systemctl daemon-reload; systemctl start old-trouble.service",
    ]);
    const id = await bot.start(`/deploy ${host}`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    await bot.act(id, "switch");
    const ended = await bot.ended(id);
    assert.match(ended.outcome ?? "", /^deployed/, ended.message ?? "");
    assert.equal((await stateOf(fleet(), host)).current, card.toplevel);
    await fleet().exec(host, [
      "sh",
      "-c",
      "PATH=/run/current-system/sw/bin; rm -f /run/systemd/system/old-trouble.service; systemctl daemon-reload; systemctl reset-failed",
    ]);
  });
});
