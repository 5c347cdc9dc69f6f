import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

const host = "yoga";

describe("/rollback and /generations on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  let first: string;
  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet());
    first = (await stateOf(fleet(), host)).current;
    const id = await bot.start(`/deploy ${host}`);
    await bot.asks(id);
    await bot.act(id, "switch");
    assert.equal((await bot.ended(id)).outcome, "deployed");
  });
  after(() => bot.stop());

  test("--list shows the real generations, a button on each other one, and who deployed", async () => {
    for (const text of [`/rollback ${host} --list`, `/rollback ${host}`]) {
      const { status, body } = await bot.say(text);
      assert.equal(status, 200);
      const rows = body.blocks?.find(({ kind }) => kind === "table")?.["rows"] as string[][];
      assert.deepEqual(
        rows.map(([number]) => number),
        ["2", "1"],
      );
      assert.match(rows[0]?.join(" ") ?? "", /running, boots next/);
      assert.match(rows[0]?.join(" ") ?? "", /owner, d-\d{8}-/);
      assert.match(JSON.stringify(body.blocks), /"Roll back to 1"/);
    }
    const plain = await bot.say(`/generations ${host}`);
    assert.doesNotMatch(JSON.stringify(plain.body.blocks), /Roll back/);
  });

  test("`previous` goes back to generation 1 after a click, and makes no new generation", async () => {
    const id = await bot.start(`/rollback ${host} previous`);
    const card = await bot.asks(id);
    assert.equal(card.phase, "confirm", card.message ?? "");
    assert.equal(card.toplevel, first);
    assert.equal(card.toGeneration, 1);
    await bot.act(id, "switch");
    const done = await bot.ended(id);
    assert.equal(done.outcome, "deployed", done.message ?? "");
    const now = await stateOf(fleet(), host);
    assert.equal(now.current, first);
    assert.equal(now.bootDefault, first);
    assert.equal(now.profile, "system-1-link");
    assert.deepEqual(now.generations, ["system-1-link", "system-2-link"]);
  });

  test("a number goes to that generation, forwards too", async () => {
    const id = await bot.start(`/rollback ${host} 2`);
    const card = await bot.asks(id);
    assert.match(card.warnings.join("; "), /went back from it/);
    await bot.act(id, "switch");
    assert.equal((await bot.ended(id)).outcome, "deployed");
    assert.equal((await stateOf(fleet(), host)).profile, "system-2-link");
  });

  test("1 goes back by its number", async () => {
    const id = await bot.start(`/rollback ${host} 1`);
    await bot.asks(id);
    await bot.act(id, "switch");
    assert.equal((await bot.ended(id)).outcome, "deployed");
    assert.equal((await stateOf(fleet(), host)).current, first);
  });

  test("a generation that is not there, and the one that runs, are clear errors", async () => {
    const missing = await bot.say(`/rollback ${host} 99999`);
    assert.equal(missing.status, 404);
    assert.match(missing.body.error?.message ?? "", /has no generation 99999/);
    assert.match(missing.body.error?.help ?? "", /It has 2, 1/);
    const same = await bot.say(`/rollback ${host} 1`);
    assert.match(same.body.error?.message ?? "", /runs generation 1 already/);
    const previous = await bot.say(`/rollback ${host} previous`);
    assert.match(previous.body.error?.message ?? "", /no generation before 1/);
  });

  test("a specialisation that runs is kept, and a system that lacks it warns before it is dropped", async () => {
    const branch = "specialised";
    const overrides = (text: string, special: boolean) =>
      `{ pkgs }: host: host // {
  activation = host.activation ++ [ { name = "mark"; text = "echo ${text} >/run/mark"; } ];
  specialisations = ${special ? `{ gaming = { activation = host.activation ++ [ { name = "mark"; text = "echo gaming ${text} >/run/mark"; } ]; }; }` : "{ }"};
}
`;
    const next = async (text: string, special: boolean) => {
      await fleet().commit(branch, `specialised: ${text}`, { "overrides.nix": overrides(text, special) });
      const id = await bot.start(`/deploy ${host} --ref origin/${branch}`);
      return { id, card: await bot.asks(id) };
    };
    const inside = (script: string) => fleet().exec(host, ["sh", "-c", script]);
    const one = await next("one", true);
    await bot.act(one.id, "switch");
    assert.equal((await bot.ended(one.id)).outcome, "deployed");
    const { toplevel } = one.card;
    await inside(`${toplevel}/specialisation/gaming/bin/switch-to-configuration test`);
    assert.match(
      JSON.stringify((await bot.say(`/status ${host}`)).body.blocks),
      /specialisation gaming of generation 3/,
    );
    assert.match(
      JSON.stringify((await bot.say(`/generations ${host}`)).body.blocks),
      /running as its specialisation gaming, boots next/,
    );
    const two = await next("two", true);
    assert.equal(two.card.phase, "confirm", two.card.message ?? "");
    await bot.act(two.id, "switch");
    const kept = await bot.ended(two.id);
    assert.equal(kept.outcome, "deployed", kept.message ?? "");
    const now = await stateOf(fleet(), host);
    assert.deepEqual([now.current, now.bootDefault], [two.card.runs, two.card.toplevel]);
    assert.notEqual(now.current, two.card.toplevel);
    assert.equal((await inside("cat /run/mark")).stdout.trim(), "gaming two");
    const three = await next("three", false);
    assert.match(three.card.warnings.join("; "), /specialisation gaming, which the new system does not have/);
    await bot.act(three.id, "cancel");
    await bot.ended(three.id);
    await fleet().reset(host);
  });
});
