import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { type Answer, type Bot, shownDigest, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const hosts = ["hetzner-vps", "ovh-vps", "zephyrus"];

describe("several hosts as one run, on real machines, as a pipeline drives them", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, ...hosts);
  let bot: Bot;

  before(async () => {
    bot = await startBot(fleet());
  });
  after(() => bot?.stop());
  beforeEach(() => Promise.all(hosts.map((host) => fleet().reset(host))));

  async function begin(command: string): Promise<string> {
    const { status, body } = await bot.say(command);
    assert.equal(status, 202, JSON.stringify(body));
    return body.run ?? "";
  }
  async function until(
    run: string,
    holds: (one: Deployment) => boolean,
    seconds = 240,
  ): Promise<readonly Deployment[]> {
    const { deployments } = await bot.run(run);
    return Promise.all(deployments.map(({ id }) => bot.until(id, holds, seconds)));
  }
  const asks = ({ confirmation, outcome }: Deployment) => confirmation !== null || outcome !== null;
  const hasEnded = ({ outcome }: Deployment) => outcome !== null;
  async function decide(run: string, action: string): Promise<{ status: number; body: Answer }> {
    const { run: shown } = await bot.run(run);
    const response = await fetch(`${bot.url}/api/runs/${run}/actions`, {
      method: "POST",
      headers: { authorization: `Bearer ${bot.token}`, "content-type": "application/json" },
      body: JSON.stringify({ action, digest: action === "switch" ? shownDigest(shown) : null }),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  }
  const outcomes = (all: readonly Deployment[]) =>
    Object.fromEntries(all.map(({ host, outcome }) => [host, outcome]));

  test("CI pipeline: build all, then deploy in order, the canary first, by one decision", async () => {
    const built = await begin("/build-all");
    await until(built, hasEnded);
    const run = await begin(`/deploy ${hosts.join(" ")} --canary ovh-vps --wave 2`);
    const ready = await until(run, asks);
    assert.equal(new Set(ready.map(({ revision }) => revision)).size, 1, "one revision for all");
    for (const host of hosts) {
      assert.equal((await stateOf(fleet(), host)).profile, "system-1-link", "nothing before the click");
    }
    assert.equal((await decide(run, "switch")).status, 200);
    const done = await until(run, hasEnded);
    assert.deepEqual(outcomes(done), {
      "hetzner-vps": "deployed",
      "ovh-vps": "deployed",
      zephyrus: "deployed",
    });
    const canary = done.find(({ host }) => host === "ovh-vps");
    for (const other of done.filter((one) => one !== canary)) {
      assert.ok((canary?.finishedAt ?? "z") <= (other.times.switch?.startedAt ?? ""), "the canary was first");
    }
    for (const host of hosts) {
      assert.equal((await stateOf(fleet(), host)).profile, "system-2-link");
    }
  });

  test("the first that goes wrong stops the rest, which stay on the system they run", async () => {
    const run = await begin(`/deploy ${hosts.join(" ")} --ref origin/bad/unit-fails`);
    await until(run, asks);
    assert.equal((await decide(run, "switch")).status, 200);
    assert.deepEqual(outcomes(await until(run, hasEnded)), {
      "hetzner-vps": "rolled-back",
      "ovh-vps": "skipped",
      zephyrus: "skipped",
    });
    for (const host of hosts) {
      assert.equal((await stateOf(fleet(), host)).profile, "system-1-link");
    }
  });

  test("a host that is offline is skipped and listed, and one button retries it", async () => {
    await fleet().break("ovh-vps", "stop-sshd", {});
    try {
      const run = await begin(`/deploy ${hosts.join(" ")}`);
      await until(run, asks);
      assert.equal((await decide(run, "switch")).status, 200);
      assert.deepEqual(outcomes(await until(run, hasEnded)), {
        "hetzner-vps": "deployed",
        "ovh-vps": "skipped",
        zephyrus: "deployed",
      });
      const { card } = (await bot.run(run)).run;
      assert.match(JSON.stringify(card), /"label":"Retry 1 host".*"\/deploy ovh-vps[" ]/);
    } finally {
      await fleet().mend("ovh-vps", "stop-sshd", {});
    }
    const again = await bot.start("/deploy ovh-vps");
    assert.equal((await bot.asks(again)).phase, "confirm");
    await bot.act(again, "cancel");
    await bot.ended(again);
  });
});
