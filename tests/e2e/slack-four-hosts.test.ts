import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { buttonsOf, type FakeSlack, shown, startFakeSlack } from "../fakes/slack/index.ts";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const patience = 60_000;

describe("four hosts at once, on real machines", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, "hetzner-vps", "ovh-vps", "yoga", "zephyrus");
  let slack: FakeSlack;
  let bot: Bot;
  before(async () => {
    slack = await startFakeSlack();
    slack.channel("deploys");
    const ada = slack.user({ name: "ada" });
    bot = await startBot(fleet(), {
      people: { ada: { slack: ada.id } },
      roles: { admin: ["ada"] },
      env: {
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_APP_TOKEN: slack.appToken,
        SLACK_API_URL: slack.apiUrl,
        SLACK_CHANNEL: "#deploys",
      },
    });
    await Promise.all(fleet().hosts.map((one) => fleet().reset(one)));
  });
  after(async () => {
    await bot?.stop();
    await slack?.stop();
  });

  test("each is switched by its own card and told to its end, none twice, and no 429 is left unanswered", async () => {
    const ada = slack.user({ name: "ada" });
    const roots = () => slack.messages("deploys").filter((one) => one.threadTs === undefined);
    const rootOf = (host: string) => roots().find((one) => shown(one).includes(`/deploy ${host}`));
    await slack.until(() => slack.socket.connections > 0, patience);
    await Promise.all(fleet().hosts.map((one) => ada.types(`/deploy ${one}`, { channel: "deploys" })));
    const cards = await Promise.all(
      fleet().hosts.map((one) =>
        slack.until(() => rootOf(one)?.replies.find((other) => buttonsOf(other).includes("Switch")), 120_000),
      ),
    );
    for (const [index, host] of fleet().hosts.entries()) {
      const asks = cards[index];
      assert.ok(asks);
      // The one of high risk has Slack's own dialog before its click counts.
      await ada.clicks(asks, "Switch", host === "hetzner-vps" ? { confirm: true } : {});
    }
    const isTold = (host: string) =>
      rootOf(host)?.replies.some((one) => shown(one).includes(`${host} runs the new system as generation 2`));
    await slack.until(() => fleet().hosts.every((one) => isTold(one) === true), 180_000);
    await slack.until(() => roots().every((one) => buttonsOf(one).includes("Roll back")), 120_000);
    for (const host of fleet().hosts) {
      assert.equal((await stateOf(fleet(), host)).profile, "system-2-link");
    }
    const posted = roots().flatMap((one) => [
      one,
      ...one.replies.filter(({ metadata }) => metadata !== undefined),
    ]);
    const keys = posted.map((one) => JSON.stringify(one.metadata));
    assert.equal(new Set(keys).size, keys.length, "nothing was posted twice");
    assert.equal(roots().length, 4);
    assert.equal(slack.rateLimited, 0);
  });
});
