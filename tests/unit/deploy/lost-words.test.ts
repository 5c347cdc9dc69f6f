import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Standing } from "../../../src/chat/identity.ts";
import type { AuditEntry } from "../../../src/logs/audit.ts";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { account, realRights } from "../../fakes/real-rights.ts";
import { rollOut } from "../../fakes/roll-out.ts";
import { createWorld, type World } from "../../fakes/world.ts";

const all =
  "carol: { slack: C, discord: CD }, dave: { slack: D, web: dave }, erin: { slack: E }, ada: { slack: A }";

/** A fleet where yoga takes so many people, and these have these roles. */
function fleet(roles: string, { approvals = 3, people = all }: { approvals?: number; people?: string } = {}) {
  return `people: { ${people} }\nroles: { ${roles} }\nhosts: { yoga: { approvals: ${approvals} } }`;
}

const everybody = "deployer: [carol, dave, erin], admin: [ada]";

async function begin(
  t: TestContext,
  { yaml = fleet(everybody), standings = {} as Record<string, Standing> } = {},
) {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = yaml;
  const entries: AuditEntry[] = [];
  const audit = async (entry: AuditEntry) => void entries.push(entry);
  const bot = await world.startBot({ rights: realRights(world, standings), audit });
  const who = (id: string, surface = "slack") => account(world, surface, id);
  const says = (id: string, by: ReturnType<typeof who>, isApprover = false) =>
    world.clock.settle(bot.engine.decide(id, "switch", by, isApprover));
  return { world, bot, who, says, entries };
}

/** Once the host has been looked at for the last time before the switch, this happens. */
function atTheLastLook(world: World, what: () => void): void {
  world.shell("yoga").once(" snapshot ", (command) => {
    what();
    return world.host("yoga").run(command, "shared");
  });
}

test("an approval does not count once its giver has lost the role, and the card and the audit say so", async (t) => {
  const { world, bot, who, says, entries } = await begin(t);
  const id = await bot.deploy("yoga", { by: who("C") });
  await bot.asks(id);
  assert.equal((await says(id, who("D"))).kind, "approved");
  world.fleet = fleet("deployer: [carol, erin, ada], admin: [ada]");
  assert.equal((await says(id, who("E"))).kind, "approved", "two of three, as dave's word is gone");
  const asked = await bot.record(id);
  assert.deepEqual(
    asked.confirmation?.approvals.map(({ person }) => person),
    ["erin"],
  );
  assert.match(
    JSON.stringify(deploymentCard(asked, null)),
    /The word of dave does not count any more: dave does not have the role deployer any more/,
  );
  assert.deepEqual(
    entries.filter(({ what }) => what === "lost").map(({ who: { name }, about }) => [name, about]),
    [["dave", id]],
  );
  assert.equal((await says(id, who("A"))).kind, "decided");
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("the loss is kept also when the click that shows it is refused", async (t) => {
  const { world, bot, who, says } = await begin(t);
  const id = await bot.deploy("yoga", { by: who("C") });
  await bot.asks(id);
  await says(id, who("D"));
  world.fleet = fleet(everybody, { people: all.replace("dave: { slack: D, web: dave }, ", "") });
  assert.equal((await says(id, who("C"))).kind, "refused", "carol asked for it");
  const { confirmation } = await bot.record(id);
  assert.deepEqual(confirmation?.approvals, []);
  assert.deepEqual(
    confirmation?.lost?.map(({ by, why }) => [by.name, why]),
    [["dave", "fleet.yaml knows this account no more"]],
  );
});

for (const [what, change] of Object.entries({
  "loses the role": fleet("deployer: [carol], admin: [ada]", { approvals: 2 }),
  "is taken out of people": fleet(everybody, {
    approvals: 2,
    people: all.replace("dave: { slack: D, web: dave }, ", ""),
  }),
})) {
  test(`who ${what} between the click and the switch is asked again, and nothing is switched`, async (t) => {
    const { world, bot, who, says } = await begin(t, { yaml: fleet(everybody, { approvals: 2 }) });
    const id = await bot.deploy("yoga", { by: who("C") });
    await bot.asks(id);
    atTheLastLook(world, () => {
      world.fleet = change;
    });
    assert.equal((await says(id, who("D"))).kind, "decided");
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, "refused");
    assert.match(ended.message ?? "", /Nothing was done to yoga: the word of dave does not count any more/);
    assert.equal(world.host("yoga").current, ended.previous);
  });
}

test("one click is asked again, too: a deployer who stops being one switches nothing", async (t) => {
  const { world, bot, who, says } = await begin(t, { yaml: fleet(everybody, { approvals: 1 }) });
  const id = await bot.deploy("yoga", { by: who("C") });
  await bot.asks(id);
  atTheLastLook(world, () => {
    world.fleet = fleet("deployer: [dave], admin: [ada]", { approvals: 1 });
  });
  await says(id, who("C"));
  assert.match((await bot.ends(id)).message ?? "", /carol does not have the role deployer any more/);
});

test("a revoked token, and an account that its platform closed, take their word along", async (t) => {
  const standings: Record<string, Standing> = {};
  const { bot, who, says } = await begin(t, { standings });
  const id = await bot.deploy("yoga", { by: who("C") });
  await bot.asks(id);
  assert.equal((await says(id, who("dave", "web"))).kind, "approved");
  standings["web:dave"] = { kind: "gone", why: "the token of dave was revoked" };
  assert.equal((await says(id, who("E"))).kind, "approved");
  assert.equal((await bot.record(id)).confirmation?.lost?.[0]?.why, "the token of dave was revoked");
});

test("groups that cannot be read give no right, and the reason is said; a roll back does not wait for them", async (t) => {
  const yaml = fleet("deployer: [slack-group:S1, carol], admin: [ada]", { approvals: 1 });
  const standings: Record<string, Standing> = {};
  const { bot, who, says } = await begin(t, { yaml, standings });
  const dave = { ...who("D"), groups: ["slack-group:S1"] };
  standings["slack:D"] = { kind: "unknown", why: "Slack does not tell slack-group:S1 now" };
  const id = await bot.deploy("yoga", { by: who("C") });
  await bot.asks(id);
  await says(id, dave);
  assert.match(
    (await bot.ends(id)).message ?? "",
    /nobody can tell whether dave still is in slack-group:S1: Slack does not tell slack-group:S1 now/,
  );
  delete standings["slack:D"];
  const good = await bot.deploy("yoga", { by: who("C") });
  await bot.asks(good);
  await says(good, dave);
  assert.equal((await bot.ends(good)).outcome, "deployed");
  standings["slack:D"] = { kind: "unknown", why: "Slack does not tell slack-group:S1 now" };
  const back = await bot.rollback("yoga", 1);
  await bot.asks(back);
  await says(back, dave);
  assert.equal((await bot.ends(back)).outcome, "deployed");
});

test("two accounts that fleet.yaml gives to one person while the card waits count once", async (t) => {
  const apart = all.replace("erin: { slack: E }", "erin: { slack: E }, ed: { discord: ED }");
  const roles = "deployer: [carol, dave, erin, ed], admin: [ada]";
  const { world, bot, who, says } = await begin(t, { yaml: fleet(roles, { people: apart }) });
  const id = await bot.deploy("yoga", { by: who("C") });
  await bot.asks(id);
  assert.equal((await says(id, who("ED", "discord"))).kind, "approved");
  world.fleet = fleet(roles, {
    people: all.replace("erin: { slack: E }", "erin: { slack: E, discord: ED }"),
  });
  assert.equal((await says(id, who("E"))).kind, "refused", "erin said so with her other account");
  world.fleet = fleet(roles, {
    people: all.replace("carol: { slack: C, discord: CD }", "carol: { slack: C, discord: ED }"),
  });
  assert.equal((await says(id, who("D"))).kind, "approved", "the word of the other account was carol's own");
});

test("who asked from an account that becomes theirs under people is no second person on another one", async (t) => {
  const people = all.replace("erin: { slack: E }, ", "");
  const { world, bot, who, says } = await begin(t, {
    yaml: fleet("deployer: [carol, dave, '*']", { people, approvals: 2 }),
  });
  const id = await bot.deploy("yoga", { by: who("E") });
  await bot.asks(id);
  world.fleet = fleet("deployer: [carol, dave, '*']", {
    people: `${people}, erin: { slack: E, discord: ED }`,
    approvals: 2,
  });
  assert.equal((await says(id, who("ED", "discord"))).kind, "refused");
  assert.equal((await says(id, who("D"))).kind, "decided");
});

test("code that an approver let through waits for an approver again when that word is lost", async (t) => {
  const yaml = fleet("deployer: [carol, dave, erin], approver: [dave, erin]", { approvals: 1 });
  const { world, bot, who, says } = await begin(t, { yaml });
  world.builder.commit("wild", { yoga: fakeSystem("yoga-wild") }, "origin/wild");
  const id = await bot.deploy("yoga", { by: who("C"), ref: "origin/wild" });
  const first = await bot.asks(id);
  assert.equal(first.confirmation?.gate, "copy");
  assert.equal((await says(id, who("D"), true)).kind, "decided");
  await bot.reaches(id, ({ confirmation }) => confirmation?.gate === "switch");
  world.fleet = fleet("deployer: [carol, dave, erin], approver: [erin]", { approvals: 1 });
  const refused = await says(id, who("C"));
  assert.equal(refused.kind === "refused" && refused.code, "needs-approval");
  assert.equal((await bot.record(id)).confirmation?.needsApprover, true);
  assert.equal((await says(id, who("E"), true)).kind, "decided");
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("the admin of --no-rollback is asked again at the click and before the switch", async (t) => {
  const { world, bot, who, says } = await begin(t, { yaml: fleet(everybody, { approvals: 1 }) });
  const ask = () => bot.deploy("yoga", { by: who("A"), noRollback: true, reason: "the old one is worse" });
  const id = await ask();
  await bot.asks(id);
  const noAdmin = fleet("deployer: [carol, dave, erin, ada]", { approvals: 1 });
  world.fleet = noAdmin;
  const refused = await says(id, who("C"));
  assert.match(
    refused.kind === "refused" ? refused.message : "",
    /--no-rollback does not hold any more: ada/,
  );
  await bot.engine.decide(id, "cancel", who("C"));
  await bot.ends(id);
  world.fleet = fleet(everybody, { approvals: 1 });
  const again = await ask();
  await bot.asks(again);
  atTheLastLook(world, () => {
    world.fleet = noAdmin;
  });
  assert.equal((await says(again, who("C"))).kind, "decided");
  assert.match((await bot.ends(again)).message ?? "", /--no-rollback does not hold any more/);
});

test("who waited for the host and lost the role meanwhile gets nothing done", async (t) => {
  const { world, bot, who } = await begin(t, { yaml: fleet(everybody, { approvals: 1 }) });
  const first = await bot.deploy("yoga", { by: who("C") });
  await bot.asks(first);
  const second = await bot.deploy("yoga", { by: who("D"), mode: "dry-run" });
  await bot.reaches(second, ({ queue }) => queue.state === "waiting");
  world.fleet = fleet("deployer: [carol], admin: [ada]", { approvals: 1 });
  await bot.engine.decide(first, "cancel", who("C"));
  const ended = await bot.ends(second);
  assert.equal(ended.outcome, "refused");
  assert.match(ended.message ?? "", /dave does not have the role deployer any more/);
});

test("platforms are asked at the click and before the switch, and never while the host waits for the bot", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "hosts: { yoga: { monitor: 2m } }";
  const asked: string[] = [];
  const real = realRights(world);
  const bot = await world.startBot({
    rights: async (actors) => {
      const [open] = await bot.store.open();
      asked.push(open?.phase ?? "none");
      return real(actors);
    },
  });
  const owner = { surface: "web", id: "token", name: "owner" };
  const id = await bot.deploy("yoga", { by: owner });
  await bot.asks(id);
  assert.deepEqual(asked, []);
  await world.clock.settle(bot.engine.decide(id, "switch", owner));
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.deepEqual(asked, ["confirm", "confirm"]);
});

test("each host of a run asks again before it switches: who loses the role in between stops the rest", async (t) => {
  const world = await createWorld(t, ["hetzner-vps", "yoga"]);
  world.fleet = "people: { carol: { slack: C } }\nroles: { deployer: [carol] }";
  const bot = await world.startBot({ rights: realRights(world) });
  const carol = account(world, "slack", "C");
  const { run, ids } = await rollOut(world, bot, { hosts: ["hetzner-vps", "yoga"], by: carol });
  const [first = "", second = ""] = ids;
  await bot.asks(first);
  await bot.asks(second);
  assert.equal((await world.clock.settle(bot.engine.decideRun(run.id, "switch", carol))).kind, "decided");
  assert.equal((await bot.ends(first)).outcome, "deployed");
  world.fleet = "people: { carol: { slack: C } }\nroles: { deployer: [dave] }";
  const ended = await bot.ends(second);
  assert.equal(ended.outcome, "refused");
  assert.match(ended.message ?? "", /carol does not have the role deployer any more/);
  assert.equal(world.host("yoga").current, ended.previous);
});
