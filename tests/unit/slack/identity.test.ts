import assert from "node:assert/strict";
import { test } from "node:test";
import bolt from "@slack/bolt";
import { clientOptions } from "../../../adapters/slack/bolt.ts";
import { slackIdentities } from "../../../adapters/slack/identity.ts";
import { startFakeSlack } from "../../fakes/slack/index.ts";
import { collector } from "./serve.ts";

async function identities(t: { after(work: () => Promise<void>): void }, enterprise: string | null = null) {
  const slack = await startFakeSlack();
  t.after(() => slack.stop());
  const log = collector();
  const client = new bolt.webApi.WebClient(slack.botToken, clientOptions({ apiUrl: slack.apiUrl, log }));
  const ops = slack.group("ops");
  let now = 0;
  const identify = slackIdentities({
    desk: { groups: () => [`slack-group:${ops.id}`, "discord-role:1", "slack-group:S0GONE"] },
    client,
    home: { team: slack.team.id, enterprise },
    log,
    now: () => now,
  });
  return { slack, ops, identify, log, pass: (milliseconds: number) => (now += milliseconds) };
}

test("somebody is known by name and groups, and Slack is asked once a minute", async (t) => {
  const { slack, ops, identify, pass } = await identities(t);
  const alice = slack.user({ name: "alice", groups: ["ops"] });
  const speaker = { user: alice.id, team: slack.team.id, name: "al" };
  const [first, second] = await Promise.all([identify(speaker), identify(speaker)]);
  assert.deepEqual(first, {
    surface: "slack",
    id: alice.id,
    name: "alice",
    groups: [`slack-group:${ops.id}`],
    isOutsider: false,
  });
  assert.deepEqual(second, first);
  assert.equal(slack.calls("usergroups.users.list").length, 2, "one for each group, and none for Discord's");
  ops.members.delete(alice.id);
  pass(59_000);
  assert.equal((await identify(speaker)).groups.length, 1);
  pass(2_000);
  assert.deepEqual((await identify(speaker)).groups, []);
});

test("a group that cannot be read has no members, and is asked for again soon", async (t) => {
  const { slack, ops, identify, pass } = await identities(t);
  const alice = slack.user({ name: "alice", groups: ["ops"] });
  const speaker = { user: alice.id, team: slack.team.id, name: null };
  slack.faults.add("usergroups.users.list", { kind: "status", status: 500 }, 2);
  assert.deepEqual((await identify(speaker)).groups, []);
  pass(11_000);
  assert.deepEqual((await identify(speaker)).groups, [`slack-group:${ops.id}`]);
  slack.scopes.delete("usergroups:read");
  pass(61_000);
  assert.deepEqual((await identify(speaker)).groups, []);
});

test("people of other workspaces, and of nobody knows which, are outsiders", async (t) => {
  const { slack, identify } = await identities(t);
  const eve = slack.user({ name: "eve", team: "T0OTHER" });
  assert.equal((await identify({ user: eve.id, team: "T0OTHER", name: null })).isOutsider, true);
  assert.equal(
    (await identify({ user: eve.id, team: null, name: null })).isOutsider,
    true,
    "as users.info says",
  );
  assert.equal((await identify({ user: "U0UNKNOWN", team: null, name: null })).isOutsider, true);
  const alice = slack.user({ name: "alice" });
  assert.equal((await identify({ user: alice.id, team: null, name: null })).isOutsider, false);
});

test("the other workspaces of our own enterprise are not other organisations when Slack says so", async (t) => {
  const { slack, identify } = await identities(t, "E0ACME");
  const alice = slack.user({ name: "alice" });
  assert.equal((await identify({ user: alice.id, team: "E0ACME", name: null })).isOutsider, false);
  assert.equal((await identify({ user: alice.id, team: "T0OTHER", name: null })).isOutsider, true);
});

test("when the name cannot be read, the payload's own is used, then the id", async (t) => {
  const { slack, identify, pass } = await identities(t);
  slack.scopes.delete("users:read");
  assert.equal((await identify({ user: "U1", team: slack.team.id, name: "al" })).name, "al");
  pass(11_000);
  assert.equal((await identify({ user: "U1", team: slack.team.id, name: null })).name, "U1");
});

test("an account is asked for without a click of its own: its groups now, what Slack does not tell, and whether it was closed", async (t) => {
  const { slack, ops, identify, pass } = await identities(t);
  const alice = slack.user({ name: "alice", groups: ["ops"] });
  const standing = () => identify.standingOf(alice.id);
  const partly = await standing();
  assert.equal(partly.kind, "unknown", "a group that fleet.yaml names is not there");
  assert.deepEqual(partly.kind === "unknown" && partly.groups, [`slack-group:${ops.id}`]);
  slack.group("gone", "S0GONE");
  pass(11_000);
  assert.deepEqual(await standing(), {
    kind: "here",
    groups: [`slack-group:${ops.id}`],
    isOutsider: false,
  });
  ops.members.delete(alice.id);
  pass(61_000);
  const left = await standing();
  assert.deepEqual(left.kind === "here" && left.groups, []);
  slack.faults.add("users.info", { kind: "status", status: 500 }, 1);
  assert.equal((await standing()).kind, "unknown");
  slack.deactivate(alice.id);
  assert.deepEqual(await standing(), {
    kind: "gone",
    why: "the Slack account of alice was deactivated",
  });
});
