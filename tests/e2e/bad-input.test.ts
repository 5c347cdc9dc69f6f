import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Bot, startBot } from "./bot.ts";
import { skip, useFleet } from "./machine.ts";

const inputs: readonly (readonly [text: string, status: number, says: RegExp])[] = [
  ["/deploy nowhere", 404, /There is no host "nowhere"/],
  ["/deploy yoga --frobnicate", 400, /no flag --frobnicate/],
  ["/build-all --jobs 0", 400, /--jobs takes a whole number from 1 on/],
  ["/deploy yoga \u2014nonsense", 400, /no flag --nonsense/],
  ["/deploy yoga; reboot", 400, /not run by a shell/],
  ["/deploy -oProxyCommand=x", 400, /no flag/],
  ["/deploy $(id)", 400, /not run by a shell/],
  ["/deploy $HOME", 404, /There is no host "\$HOME"/],
  ["/deploy yoga --ref --upload-pack=x", 400, /--ref needs a value/],
  ["/deploy yoga --ref=--upload-pack=x", 400, /not the name of a git ref/],
  ["/deploy yoga --ref main:flake.nix", 400, /not the name of a git ref/],
  ["/deploy yoga nowhere", 404, /There is no host "nowhere"/],
  ["/deploy @nothing", 404, /No host has the tag @nothing/],
  ["/deploy yoga zephyrus --canary ovh-vps", 400, /none of the hosts to deploy/],
  ["/deploy yoga --force", 400, /--force takes a reason/],
  ["/lock yoga", 400, /a host and a reason/],
  ["/unlock yoga", 409, /yoga is not locked/],
  ["/confirm r-20260101-0000", 404, /There is no run/],
  ["/rollback yoga 99999", 404, /has no generation 99999/],
  ["/rollback yoga 0", 400, /neither the number of a generation/],
  ["/rollback yoga -1", 400, /./],
  ["/confirm d-20260101-0000", 404, /There is no deployment/],
  ["/frobnicate", 400, /There is no command \/frobnicate/],
  ["/", 400, /There is no command/],
];

describe("bad input on a real fleet", { skip }, () => {
  const fleet = useFleet();
  let bot: Bot;
  before(async () => {
    bot = await startBot(fleet());
  });
  after(() => bot.stop());

  for (const [text, status, says] of inputs) {
    test(`${JSON.stringify(text)} gets a clear answer and starts nothing`, async () => {
      const answer = await bot.say(text);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(answer.body.error?.message ?? "", says);
      const list = (await (await bot.get("/api/deployments")).json()) as
        | { deployments?: unknown[] }
        | unknown[];
      assert.equal((Array.isArray(list) ? list : (list.deployments ?? [])).length, 0);
    });
  }
});
