import assert from "node:assert/strict";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { type FakeSlack, shown, startFakeSlack } from "../fakes/slack/index.ts";
import { type Answer, type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "ovh-vps";
const day = 24 * 60 * 60_000;
/** In no network: as a laptop that is asleep. */
const away = "100.64.93.7";

describe("the scripts' checklist, on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let slack: FakeSlack;
  let bot: Bot;

  before(async () => {
    await fleet().reset(host);
    slack = await startFakeSlack();
    slack.channel("deploys");
    slack.channel("status");
  });
  after(async () => {
    await bot?.stop();
    await slack?.stop();
    await fleet().reset(host);
  });

  /** A bot in place of the one before, with these settings of the host. */
  async function botWith(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await bot?.stop();
    bot = await startBot(fleet(), {
      hosts: { [host]: settings },
      env: {
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_APP_TOKEN: slack.appToken,
        SLACK_API_URL: slack.apiUrl,
        SLACK_CHANNEL: "#deploys",
        SWITCHYARD_KEEP_LOGS: "1d",
      },
    });
  }

  async function deployed(command: string): Promise<Deployment> {
    const id = await bot.start(command);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    await bot.act(id, "switch");
    const ended = await bot.ended(id);
    assert.equal(ended.outcome, "deployed", ended.message ?? "");
    return ended;
  }

  const cardOf = async (id: string) => JSON.stringify(await (await bot.get(`/api/deployments/${id}`)).json());
  const words = (answer: { body: Answer }) => JSON.stringify(answer.body.blocks ?? answer.body.error);

  test("maintenance windows, telling stakeholders, risk levels, documenting changes", async () => {
    const tomorrow = new Date(Date.now() + day).toUTCString().slice(0, 3);
    await botWith({ windows: [`${tomorrow} 00:00-23:59 UTC`], risk: "high", notify: ["#status"] });
    const refused = await bot.say(`/deploy ${host} --reason "new status page"`);
    assert.equal(refused.body.error?.code, "outside-window");
    assert.match(refused.body.error?.help ?? "", /It opens .*--force --reason/);
    assert.equal(slack.messages("status").length, 0);

    await botWith({ risk: "high", notify: ["#status"] });
    const { id, diff } = await deployed(`/deploy ${host} --reason "new status page"`);
    assert.match(await cardOf(id), /"Risk","value":"high"/);
    await slack.until(() => slack.messages("status").length === 2, 20_000);
    const [told, done] = slack.messages("status");
    assert.match(
      shown(told ?? assert.fail()),
      /ovh-vps: switching to a new system now[\s\S]*new status page/,
    );
    assert.match(shown(done ?? assert.fail()), /Deploy ovh-vps: deployed[\s\S]*as generation 2/);
    const changes = words(await bot.say(`/history ${host} --changes`));
    assert.match(changes, /generation 2 .* “new status page” · d-/);
    assert.ok(diff[0] !== undefined && changes.includes(diff[0].name), `${changes} has the packages`);
    assert.match(changes, /"Commits"/);
  });

  test("drift: /status marks a host that is behind the flake, or was changed by hand since", async () => {
    assert.match(words(await bot.say(`/status ${host}`)), /up to date/);
    assert.doesNotMatch(words(await bot.say(`/status ${host}`)), /by hand/);
    const byHand =
      "p=/nix/var/nix/profiles; nix-env -p $p/system --switch-generation 1 && $p/system/bin/switch-to-configuration switch";
    const { exitCode, stderr } = await fleet().exec(host, ["sh", "-c", byHand], { timeoutMs: 60_000 });
    assert.ok(exitCode === 0 || exitCode === 4, stderr);
    const status = words(await bot.say(`/status ${host}`));
    assert.match(status, /behind [0-9a-f]{7}; changed by hand/);
    assert.match(status, /"Generation","value":"1"/);
    await deployed(`/deploy ${host}`);
    assert.doesNotMatch(words(await bot.say(`/status ${host}`)), /by hand/);
  });

  test("timestamped logs, .info metadata, log analysis, and retention by age", async () => {
    const id = await bot.start(`/deploy ${host} --ref origin/bad/unit-fails`);
    await bot.asks(id);
    await bot.act(id, "switch");
    const ended = await bot.ended(id);
    assert.equal(ended.outcome, "rolled-back", ended.message ?? "");
    const [, date = "", hour, minute, second] =
      /^logs\/deploy\/deploy-ovh-vps-(\d{8})-(\d\d)(\d\d)(\d\d)\.log$/.exec(ended.log) ?? [];
    const named = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${hour}:${minute}:${second}Z`;
    assert.ok(
      Math.abs(Date.parse(named) - Date.parse(ended.createdAt)) < 10_000,
      `${ended.log} is named by its time`,
    );
    // The record is what counts, and is written first.
    const readInfo = async () =>
      JSON.parse(await bot.file(ended.log.replace(/\.log$/, ".info"))) as Record<string, unknown>;
    for (let tries = 0; tries < 100 && (await readInfo())["outcome"] === null; tries++) {
      await delay(100);
    }
    const info = await readInfo();
    assert.deepEqual(
      [info["id"], info["host"], info["mode"], info["outcome"], info["toplevel"], info["ref"]],
      [id, host, "deploy", "rolled-back", ended.toplevel, "origin/bad/unit-fails"],
    );
    const errors = words(await bot.say(`/logs ${id} --errors`));
    assert.match(errors, /web\.service/);
    const [first = ""] = (await bot.file(ended.log)).split("\n");
    assert.ok(first !== "" && !errors.includes(JSON.stringify(first).slice(1, -1)), "and not the whole log");
    assert.match(words(await bot.say(`/logs ${id} --search "rolling-back"`)), /state: rolling-back/);

    const before = new Date(Date.now() - 3 * day);
    await utimes(join(bot.dataDir, ended.log), before, before);
    await bot.stop();
    await bot.again();
    const removed = words(await bot.say(`/logs ${id}`));
    assert.match(removed, /This log was removed by retention/);
    assert.ok((await bot.file(ended.log.replace(/\.log$/, ".info"))).includes(id), "what it was about stays");
  });

  test("prerequisites for remote hosts: Tailscale up, console at hand, previous generation noted, roll-back plan", async () => {
    await botWith({ console: "https://console.example/ovh" });
    const before = await stateOf(fleet(), host);
    const id = await bot.start(`/deploy ${host}`);
    const noted = await bot.asks(id);
    // The same system runs there already, which is as good as a card to read what was noted.
    assert.equal(noted.before?.current, before.current);
    assert.equal(`system-${noted.before?.generation}-link`, before.profile);

    await botWith({ targetHost: away, console: "https://console.example/ovh" });
    const status = {
      BackendState: "Running",
      Peer: { k: { HostName: host, TailscaleIPs: [away], Online: false, LastSeen: "2026-11-20T08:15:00Z" } },
    };
    const script = `#!/bin/sh\necho '${JSON.stringify(status)}'\n`;
    const at = "/usr/local/bin/tailscale";
    const written = await fleet().exec("builder", ["sh", "-c", `cat >${at} && chmod 755 ${at}`], {
      input: script,
    });
    assert.equal(written.exitCode, 0, written.stderr);
    try {
      const ended = await bot.ended(await bot.start(`/deploy ${host}`), 120);
      assert.equal(ended.outcome, "failed");
      const text = await cardOf(ended.id);
      assert.match(text, /tailscale says that ovh-vps is offline since 2026-11-20/);
      assert.match(text, /Open its console: https:\/\/console\.example\/ovh/);
      assert.match(text, /In the boot menu choose/);
      assert.match(words(await bot.say(`/status ${host}`)), /Its console: https:\/\/console\.example\/ovh/);
    } finally {
      await fleet().exec("builder", ["rm", at]);
    }
  });
});
