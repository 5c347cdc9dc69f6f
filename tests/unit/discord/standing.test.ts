import assert from "node:assert/strict";
import { test } from "node:test";
import { discordApi } from "../../../adapters/discord/api.ts";
import { memberStanding } from "../../../adapters/discord/identity.ts";
import { startFakeDiscord } from "../../fakes/discord/index.ts";

test("an account is asked for without a click of its own: its roles now, and whether it is still a member", async (t) => {
  const discord = await startFakeDiscord({ rateLimits: false });
  t.after(() => discord.stop());
  const api = discordApi({ token: discord.token, apiUrl: discord.apiUrl });
  const ada = discord.user({ name: "ada", roles: ["ops"] });
  const standing = () => memberStanding(api, discord.guildId, ada.id, "ada");
  assert.deepEqual(await standing(), {
    kind: "here",
    groups: [`discord-role:${discord.role("ops").id}`],
    isOutsider: false,
  });
  discord.member(ada.id, []);
  assert.deepEqual(await standing(), { kind: "here", groups: [], isOutsider: false });
  discord.member(ada.id, null);
  assert.deepEqual(await standing(), {
    kind: "gone",
    why: "ada is no member of the Discord server any more",
  });
  await discord.stop();
  await assert.rejects(standing(), "nobody can tell");
});
