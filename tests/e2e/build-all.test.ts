import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

describe("/build-all on a real builder", { skip }, () => {
  const fleet = useFleet();
  // It builds for all of them, and sees that none of them changes.
  useHosts(fleet, "hetzner-vps", "ovh-vps", "yoga", "zephyrus");
  let bot: Bot;
  before(async () => {
    bot = await startBot(fleet());
  });
  after(() => bot.stop());

  async function all(text: string): Promise<Deployment[]> {
    const { status, body } = await bot.say(text);
    assert.equal(status, 202, JSON.stringify(body));
    return Promise.all((body.deployments ?? []).map((id) => bot.ended(id, 120)));
  }

  test("three hosts are built and the broken one fails with its own error, two builds at most at once", async () => {
    const states = await Promise.all(fleet().hosts.map((host) => stateOf(fleet(), host)));
    const done = await all("/build-all --jobs 2 --ref origin/bad/build-failure");
    const byHost = new Map(done.map((deployment) => [deployment.host, deployment]));
    assert.equal(done.length, 4);
    assert.deepEqual([...byHost].map(([host, { outcome }]) => `${host} ${outcome}`).sort(), [
      "hetzner-vps failed",
      "ovh-vps built",
      "yoga built",
      "zephyrus built",
    ]);
    assert.match(byHost.get("hetzner-vps")?.lines.join("\n") ?? "", /restic/);
    assert.ok(mostAtOnce(done) <= 2, "at most two at once");
    assert.ok(mostAtOnce(done) > 1, "and really side by side");

    const { run } = await bot.run(done[0]?.run ?? "");
    const card = JSON.stringify(run.card);
    for (const [name, value] of [
      ["Passed", 3],
      ["Failed", 1],
      ["Total", 4],
    ]) {
      assert.ok(card.includes(`{"name":"${name}","value":"${value}"}`), `${name} ${value}: ${card}`);
    }
    assert.deepEqual(await Promise.all(fleet().hosts.map((host) => stateOf(fleet(), host))), states);
  });

  test("where no host is broken there are fewer evaluators than hosts", async () => {
    const done = await all("/build-all");
    assert.ok(
      done.every(({ outcome }) => outcome === "built"),
      JSON.stringify(done.map(({ message }) => message)),
    );
    const log = await bot.file(done[0]?.log ?? "");
    const evaluators = log.split("\n").filter((line) => / evaluating [a-z-]+(, [a-z-]+)+$/.test(line));
    assert.ok(evaluators.length >= 1 && evaluators.length < 4, `${evaluators.length} evaluators`);
    assert.doesNotMatch(log, /one by one/);
  });

  test("an evaluation error in one host names that host, and the others are built", async () => {
    const done = await all("/build-all --ref origin/bad/eval-error");
    const failed = done.filter(({ outcome }) => outcome === "failed");
    assert.deepEqual(
      failed.map(({ host }) => host),
      ["zephyrus"],
    );
    assert.match(failed[0]?.message ?? "", /ngnix/);
    assert.equal(done.filter(({ outcome }) => outcome === "built").length, 3);
  });

  test("a syntax error stops the one host that reads the file, and is a warning for the others", async () => {
    const done = await all("/build-all --ref origin/bad/syntax");
    const broken = done.find(({ host }) => host === "yoga");
    assert.equal(broken?.outcome, "failed");
    assert.match(broken?.lines.join("\n") ?? "", /yoga\.nix/);
    assert.ok(done.filter(({ host }) => host !== "yoga").every(({ outcome }) => outcome === "built"));
    assert.ok(done.every(({ warnings }) => /hosts\/yoga\.nix:\d+:\d+/.test(warnings.join(" "))));
  });
});

/** The most deployments that were in their build phase at one moment. */
function mostAtOnce(done: readonly Deployment[]): number {
  const edges = done.flatMap(({ times }) => {
    const time = times["build"];
    return time?.finishedAt
      ? [
          { at: Date.parse(time.startedAt), by: 1 },
          { at: Date.parse(time.finishedAt), by: -1 },
        ]
      : [];
  });
  let open = 0;
  let most = 0;
  for (const { by } of edges.sort((a, b) => a.at - b.at || a.by - b.by)) {
    open += by;
    most = Math.max(most, open);
  }
  return most;
}
