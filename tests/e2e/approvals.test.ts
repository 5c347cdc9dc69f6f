import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { execa } from "execa";
import { buttonsOf, type FakeSlack, type Message, shown, startFakeSlack } from "../fakes/slack/index.ts";
import { type Answer, type Bot, shownDigest, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

/** Root does not log in there: everything goes through the README's rule for sudo. */
const host = "zephyrus";
const patience = 90_000;

describe("who may do what, when, and with whom, on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let slack: FakeSlack;
  let bot: Bot;
  const tokens = new Map<string, string>();

  before(async () => {
    slack = await startFakeSlack();
    slack.channel("deploys");
    const alice = slack.user({ name: "alice" });
    bot = await startBot(fleet(), {
      hosts: { [host]: { approvals: 2 } },
      defaults: { lockAfterRollback: true },
      people: {
        alice: { slack: alice.id, web: "alice" },
        bob: { web: "bob" },
        carol: { web: "carol" },
        dave: { web: "dave" },
      },
      roles: { deployer: ["alice", "bob"], approver: ["dave"], admin: ["carol"] },
      env: {
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_APP_TOKEN: slack.appToken,
        SLACK_API_URL: slack.apiUrl,
        SLACK_CHANNEL: "#deploys",
      },
    });
    for (const person of ["alice", "bob", "carol", "dave"]) {
      const { stdout } = await execa(process.execPath, ["src/main.ts", "token", "add", person], {
        extendEnv: false,
        env: {
          PATH: process.env["PATH"] ?? "",
          SWITCHYARD_DATA_DIR: bot.dataDir,
          SWITCHYARD_LISTEN: new URL(bot.url).host,
        },
      });
      tokens.set(person, /shown this once: (\S+)/.exec(stdout)?.[1] ?? "");
    }
    await slack.until(() => slack.user({ name: "alice" }).id !== "", patience);
  });
  after(async () => {
    await bot?.stop();
    await slack?.stop();
  });
  beforeEach(() => fleet().reset(host));

  /** Somebody on the web, with a token of their own; the bot takes up a new one within seconds. */
  async function as(person: string, path: string, body: unknown): Promise<{ status: number; body: Answer }> {
    for (let tries = 0; ; tries++) {
      const response = await fetch(`${bot.url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${tokens.get(person)}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (response.status !== 401 || tries > 100) {
        return { status: response.status, body: (await response.json()) as Answer };
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const says = (person: string, text: string) => as(person, "/api/commands", { text });
  const clicks = async (person: string, id: string, action: "switch" | "cancel") =>
    as(person, `/api/deployments/${id}/actions`, { action, digest: shownDigest(await bot.deployment(id)) });
  const roots = (): Message[] => slack.messages("deploys").filter((one) => one.threadTs === undefined);
  const alice = () => slack.user({ name: "alice" });

  /** Alice asks in Slack; the message that asks, and the id. */
  async function aliceAsks(command: string, button: string): Promise<{ asks: Message; id: string }> {
    const before = roots().length;
    await alice().types(command, { channel: "deploys" });
    const asks = await slack.until(
      () => roots()[before]?.replies.find((one) => buttonsOf(one).includes(button)),
      patience,
    );
    return { asks, id: /d-\d{8}-[0-9a-f]{4}/.exec(shown(asks))?.[0] ?? "" };
  }

  test("two people on two surfaces approve one deployment, and the same person on two does not", async () => {
    const { asks, id } = await aliceAsks(`/deploy ${host}`, "Switch");
    assert.match(shown(asks), /Needs the word of 1 person beside alice/);
    await alice().clicks(asks, "Switch");
    await slack.until(
      () => alice().whispers.find((one) => shown(one).includes("somebody else has to say Switch")),
      patience,
    );
    const again = await clicks("alice", id, "switch");
    assert.deepEqual([again.status, again.body.error?.code], [403, "needs-approval"]);
    assert.equal((await stateOf(fleet(), host)).profile, "system-1-link");
    assert.equal((await clicks("bob", id, "switch")).status, 200);
    const done = await bot.ended(id);
    assert.equal(done.outcome, "deployed", done.message ?? "");
    assert.deepEqual(
      done.confirmation?.approvals.map(({ person, by }) => [person, by.surface]),
      [["bob", "web"]],
    );
    assert.equal((await stateOf(fleet(), host)).profile, "system-2-link");
    await slack.until(
      () =>
        roots()
          .at(-1)
          ?.replies.find((one) => shown(one).includes("bob said switch")),
      patience,
    );
  });

  test("code of another ref reaches the host only after an approver let exactly this system through", async () => {
    const { id } = await aliceAsks(`/deploy ${host} --ref origin/slow`, "Approve");
    const waiting = await bot.deployment(id);
    assert.equal(waiting.phase, "approve");
    const isThere = async () =>
      (await fleet().exec(host, ["test", "-e", waiting.toplevel ?? ""])).exitCode === 0;
    assert.equal(await isThere(), false, "nothing of it is on the host");
    const byBob = await clicks("bob", id, "switch");
    assert.deepEqual([byBob.status, byBob.body.error?.code], [403, "needs-approval"]);
    assert.equal((await clicks("dave", id, "switch")).status, 200);
    const next = await bot.until(
      id,
      ({ phase, confirmation }) => phase === "confirm" && confirmation !== null,
    );
    assert.equal(next.refApproval?.by.name, "dave");
    assert.equal(await isThere(), true);
    assert.equal((await stateOf(fleet(), host)).profile, "system-1-link");
    assert.equal((await clicks("bob", id, "cancel")).status, 200);
    assert.equal((await bot.ended(id)).outcome, "cancelled");
  });

  test("a roll back asks for nobody else, locks the host, and an admin's unlock says whose lock it was", async () => {
    const { id } = await aliceAsks(`/deploy ${host}`, "Switch");
    await clicks("bob", id, "switch");
    assert.equal((await bot.ended(id)).outcome, "deployed");
    const { asks, id: back } = await aliceAsks(`/rollback ${host} 1`, "Roll back");
    await alice().clicks(asks, "Roll back");
    assert.equal((await bot.ended(back)).outcome, "deployed");
    const refused = await says("bob", `/deploy ${host}`);
    assert.deepEqual([refused.status, refused.body.error?.code], [409, "locked"]);
    assert.match(
      refused.body.error?.message ?? "",
      /alice's roll back \(d-.*\) locked zephyrus .* rolled back to generation 1/,
    );
    assert.equal((await says("bob", `/unlock ${host}`)).status, 200, "whoever may deploy there may say when");

    await alice().types(`/lock ${host} the disk is being replaced`, { channel: "deploys" });
    const lock = await slack.until(
      () => roots().find((one) => shown(one).includes("the disk is being replaced")),
      patience,
    );
    assert.equal((await says("bob", `/unlock ${host}`)).status, 403);
    assert.equal((await says("carol", `/unlock ${host}`)).status, 200);
    await slack.until(
      () => lock.replies.find((one) => /unlocked by carol .*it was alice's/.test(shown(one))),
      patience,
    );
    const audit = await bot.file("audit.jsonl");
    assert.match(audit, /carol.*\/unlock zephyrus/);
  });
});
