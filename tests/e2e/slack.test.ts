import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  buttonsOf,
  type FakeSlack,
  type Message,
  type Person,
  shown,
  startFakeSlack,
} from "../fakes/slack/index.ts";
import { type Bot, freePort, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "ovh-vps";
const patience = 60_000;

for (const mode of ["Socket Mode", "HTTP"] as const) {
  describe(`Slack in ${mode}, on a real machine`, { skip }, () => {
    const fleet = useFleet();
    useHosts(fleet, host);
    let slack: FakeSlack;
    let bot: Bot;

    before(async () => {
      slack = await startFakeSlack();
      slack.channel("deploys");
      const ada = slack.user({ name: "ada" });
      slack.user({ name: "eve" });
      const ops = slack.group("ops");
      ops.members.add(slack.user({ name: "grace" }).id);
      const port = await freePort();
      bot = await startBot(fleet(), {
        people: { ada: { slack: ada.id } },
        roles: { deployer: ["ada", `slack-group:${ops.id}`], admin: ["ada"] },
        env: {
          SLACK_BOT_TOKEN: slack.botToken,
          SLACK_API_URL: slack.apiUrl,
          SLACK_CHANNEL: "#deploys",
          ...(mode === "HTTP"
            ? { SLACK_SIGNING_SECRET: slack.signingSecret, SLACK_LISTEN: `127.0.0.1:${port}` }
            : { SLACK_APP_TOKEN: slack.appToken }),
        },
      });
      if (mode === "HTTP") {
        slack.http.use(`http://127.0.0.1:${port}/slack/events`);
      }
      await ready();
    });
    after(async () => {
      await bot?.stop();
      await slack?.stop();
    });
    beforeEach(() => fleet().reset(host));

    /** The bot is known to Slack, and has its channel. */
    async function ready(): Promise<void> {
      for (let tries = 0; tries < 100; tries++) {
        const health = (await (await bot.get("/healthz")).json()) as {
          parts: { part: string; ok: boolean }[];
        };
        if (health.parts.find(({ part }) => part === "slack")?.ok === true) {
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`slack is not well: ${await (await bot.get("/healthz")).text()}`);
    }

    const roots = (): Message[] => slack.messages("deploys").filter((one) => one.threadTs === undefined);
    const newest = (): Message | undefined => roots().at(-1);
    const reply = (of: () => Message | undefined, text: string): Promise<Message> =>
      slack.until(() => of()?.replies.find((one) => shown(one).includes(text)), patience);

    /** Types a command, and waits in its thread for the card that asks. */
    async function asksFor(person: Person, command: string): Promise<Message> {
      const before = roots().length;
      await person.types(command, { channel: "deploys" });
      return slack.until(
        () => roots()[before]?.replies.find((one) => buttonsOf(one).includes("Switch")),
        patience,
      );
    }

    test("/deploy becomes a thread; a click on Switch deploys, and the thread says so", async () => {
      const ada = slack.user({ name: "ada" });
      const asks = await asksFor(ada, `/deploy ${host} --reason "a quiet evening"`);
      assert.match(shown(newest() ?? asks), /a quiet evening/);
      const text = shown(asks);
      for (const word of ["nginx", "1.27.4", "1.27.5", "web.service", "metrics: export the load"]) {
        assert.ok(text.includes(word), `${word} is on the card: ${text}`);
      }
      const before = await stateOf(fleet(), host);
      await ada.clicks(asks, "Switch");
      await reply(newest, "runs the new system as generation 2");
      assert.notEqual((await stateOf(fleet(), host)).current, before.current);
      const decided = await slack.until(
        () => newest()?.replies.find((one) => shown(one).includes("ada said switch")),
        patience,
      );
      assert.deepEqual(buttonsOf(decided), [], "its buttons are gone");
      await slack.until(() => buttonsOf(newest() ?? asks).includes("Roll back"), patience);
      assert.equal(slack.rateLimited, 0);
    });

    test("a click by somebody without the role is refused to them alone, and the card stays", async () => {
      const ada = slack.user({ name: "ada" });
      const eve = slack.user({ name: "eve" });
      const asks = await asksFor(ada, `/deploy ${host}`);
      await eve.clicks(asks, "Switch");
      const whisper = await slack.until(
        () => eve.whispers.find((one) => shown(one).includes("may not")),
        patience,
      );
      assert.match(shown(whisper), /deployer/);
      assert.match(shown(whisper), new RegExp(`eve: \\{ slack: "${eve.id}" \\}`));
      assert.equal(
        slack.user({ name: "ada" }).whispers.some((one) => shown(one).includes("may not")),
        false,
      );
      const grace = slack.user({ name: "grace" });
      await grace.clicks(asks, "Cancel");
      await reply(newest, "Cancelled by grace");
      assert.equal((await stateOf(fleet(), host)).profile, "system-1-link");
    });

    test("a bot that is restarted between the card and the click still takes the click, once", async () => {
      const ada = slack.user({ name: "ada" });
      const asks = await asksFor(ada, `/deploy ${host}`);
      const before = roots().length;
      await bot.kill();
      await bot.again();
      await ready();
      await ada.clicks(asks, "Switch");
      await ada.clicks(asks, "Switch", { version: 0 }).catch(() => undefined);
      await reply(newest, "runs the new system as generation 2");
      assert.equal(roots().length, before, "no second thread was begun");
      assert.equal((await stateOf(fleet(), host)).profile, "system-2-link");
    });

    test("a bad system is told to the whole channel, with its log in the thread", async () => {
      const ada = slack.user({ name: "ada" });
      await ada.clicks(await asksFor(ada, `/deploy ${host} --ref origin/bad/activation-fails`), "Switch");
      const end = await slack.until(
        () =>
          slack.messages("deploys").findLast((one) => one.isBroadcast && shown(one).includes("went back")),
        patience,
      );
      assert.match(JSON.stringify(end.blocks) + end.text, new RegExp(`<@${ada.id}>`));
      await slack.until(() => slack.files.find(({ title }) => title.startsWith(`Log of ${host}`)), patience);
      assert.equal((await stateOf(fleet(), host)).profile, "system-1-link");
    });
  });
}
