import assert from "node:assert/strict";
import { test } from "node:test";
import { discordApi } from "../../../adapters/discord/api.ts";
import { commandLine, kindOf } from "../../../adapters/discord/command-line.ts";
import { commandBodies } from "../../../adapters/discord/commands.ts";
import { parseInteraction, parseMention } from "../../../adapters/discord/parse.ts";
import { inviteLink, missingPermissions } from "../../../adapters/discord/permissions.ts";
import { registerCommands } from "../../../adapters/discord/register.ts";
import { commands } from "../../../commands/index.ts";
import { parseCommand } from "../../../src/chat/parse.ts";
import { commandHelp } from "../../../src/chat/spec.ts";
import { checkCommands } from "../../fakes/discord/check-commands.ts";
import { startFakeDiscord } from "../../fakes/discord/index.ts";
import { createValidator } from "../../fakes/discord/validate.ts";
import { fieldsOf } from "../../fakes/slack/json.ts";
import { recorded } from "../../fixtures/read.ts";

const help = commandHelp(commands);
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test("every command of the bot becomes one that Discord takes", () => {
  const bodies = commandBodies(help);
  checkCommands(plain(bodies));
  assert.deepEqual(createValidator().check("bulk_set_guild_application_commands", plain(bodies), {}), []);
  assert.deepEqual(
    bodies.map(({ name }) => name),
    ["switchyard", ...commands.map(({ name }) => name)],
  );
});

test("words and flags become typed options, with completion where the bot knows what may stand there", () => {
  const rollback = commandBodies(help).find(({ name }) => name === "rollback");
  assert.deepEqual(
    rollback?.options?.map(({ name, type, required, ...more }) => [
      name,
      type,
      required,
      "autocomplete" in more ? more.autocomplete : false,
    ]),
    [
      ["host", 3, true, true],
      ["to", 3, false, true],
      ["list", 5, false, false],
      ["force", 5, false, false],
      ["reason", 3, false, false],
    ],
  );
  const history = commandBodies(help).find(({ name }) => name === "history");
  assert.deepEqual(
    history?.options?.find(({ name }) => name === "limit"),
    {
      name: "limit",
      description: "how many; default 10, at most 100",
      required: false,
      type: 4,
      min_value: 1,
      max_value: 100,
    },
  );
  const explain = commandBodies(help).find(({ name }) => name === "help");
  assert.match(JSON.stringify(explain), /"choices":\[\{"name":"deploy","value":"deploy"\}/);
  assert.equal(kindOf("deploy", "ref", help), "ref");
  assert.equal(kindOf("deploy", "dry-run", help), null);
  assert.equal(kindOf("nothing", "host", help), null);
});

test("typed options come out of the parser as they went in", () => {
  const reason = 'it\'s "new"; --force — `x` $HOME';
  const line = commandLine(
    "deploy",
    { host: "hetzner-vps", "dry-run": true, ref: "origin/next", reason },
    help,
  );
  const parsed = parseCommand(line, commands);
  assert.deepEqual(parsed.kind === "command" ? parsed.input : parsed, {
    hosts: ["hetzner-vps"],
    keepGoing: false,
    canary: null,
    wave: 1,
    mode: "dry-run",
    ref: "origin/next",
    isForced: false,
    reason,
  });
  assert.equal(commandLine("history", { limit: 20 }, help), "/history --limit=20");
  assert.equal(commandLine("switchyard", { command: " /status yoga " }, help), "/status yoga");
  assert.equal(commandLine("switchyard", { command: "" }, help), "/help");
  assert.equal(commandLine("gone", { x: 1 }, help), "/gone --x=1");
  const stale = parseCommand(commandLine("deploy", { host: "yoga", pretend: true }, help), commands);
  assert.equal(stale.kind === "mistake" && stale.message, "/deploy has no flag --pretend.");
});

test("registering twice changes nothing the second time; a changed command is registered anew", async (t) => {
  const discord = await startFakeDiscord();
  t.after(() => discord.stop());
  const app = { applicationId: discord.bot.id, guildId: discord.guildId };
  const api = discordApi({ token: discord.token, apiUrl: discord.apiUrl });
  assert.equal((await registerCommands(api, app, help)).isChanged, true);
  assert.equal((await registerCommands(api, app, help)).isChanged, false);
  const calls = () => discord.requests.filter(({ method }) => method === "PUT").length;
  assert.equal(calls(), 1);
  const [first, ...rest] = help;
  const changed = [{ ...(first ?? assert.fail()), summary: "Another summary." }, ...rest];
  assert.equal((await registerCommands(api, app, changed)).isChanged, true);
  assert.equal((await registerCommands(api, app, rest)).isChanged, true);
  assert.equal(
    discord.commands.some(({ name }) => name === "deploy"),
    false,
  );
  assert.deepEqual(discord.mistakes, []);
});

test("recorded interactions and messages are read", () => {
  const pressed = recorded("discord.json", "buttonClickHello");
  const said = fieldsOf(recorded("discord.json", "gatewayMention")["data"]);
  const user = String(fieldsOf(said["author"])["id"]);
  const [bot] = String(said["content"]).match(/\d+/) ?? [];
  const click = parseInteraction(pressed);
  assert.deepEqual(click, {
    handle: { id: pressed["id"], token: pressed["token"] },
    who: {
      user,
      name: "Ada",
      guild: pressed["guild_id"],
      roles: [],
    },
    kind: "click",
    customId: "hello",
  });
  const mention = parseMention(said, bot ?? "");
  assert.equal(mention?.who.user, user);
  assert.equal(mention?.text, "/status yoga");
});

test("what is no interaction of ours is left alone, and so is what bots say", () => {
  const base = {
    id: "1",
    token: "t",
    guild_id: "g",
    member: { user: { id: "2", username: "ada" }, roles: ["3", 4] },
  };
  assert.equal(parseInteraction({ ...base, type: 1 }), null);
  assert.equal(parseInteraction({ ...base, type: 3, data: {} }), null);
  assert.equal(parseInteraction({ type: 2, data: { name: "deploy" } }), null);
  assert.deepEqual(parseInteraction({ ...base, type: 2, data: { name: "hosts" } })?.who.roles, ["3"]);
  const message = { id: "1", channel_id: "2", content: "<@7> deploy yoga", author: { id: "3" } };
  assert.equal(parseMention(message, "7")?.text, "/deploy yoga");
  assert.equal(parseMention({ ...message, author: { id: "3", bot: true } }, "7"), null);
  assert.equal(parseMention({ ...message, webhook_id: "5" }, "7"), null);
  assert.equal(parseMention({ ...message, content: "deploy yoga <@7>" }, "7"), null);
  assert.equal(parseMention({ ...message, content: "<@!7>,  `status` " }, "7")?.text, "/status");
});

test("missing permissions are told as Discord tells them: roles first, then the channel's exceptions", () => {
  const all = String(
    0b111n | (1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n) | (1n << 35n) | (1n << 38n),
  );
  const standing = {
    guildId: "g",
    roles: [
      { id: "g", permissions: "0" },
      { id: "r", permissions: all },
      { id: "other", permissions: "8" },
    ],
    member: { user: { id: "bot" }, roles: ["r"] },
    channel: {},
  };
  const withOverwrites = (...permission_overwrites: object[]) => ({
    ...standing,
    channel: { permission_overwrites },
  });
  assert.deepEqual(missingPermissions(standing), []);
  const hidden = { id: "g", deny: String(1n << 10n), allow: "0" };
  assert.deepEqual(missingPermissions(withOverwrites(hidden)), ["View Channel"]);
  assert.deepEqual(
    missingPermissions(withOverwrites(hidden, { id: "bot", deny: "0", allow: String(1n << 10n) })),
    [],
  );
  assert.deepEqual(missingPermissions(withOverwrites({ id: "r", deny: String(1n << 15n), allow: "0" })), [
    "Attach Files",
  ]);
  assert.deepEqual(
    missingPermissions({ ...standing, roles: [{ id: "r", permissions: "8" }] }),
    [],
    "an administrator",
  );
});

test("the invite link asks for what is needed, and nothing more", () => {
  const link = new URL(inviteLink("42"));
  assert.equal(link.searchParams.get("scope"), "bot applications.commands");
  const asked = BigInt(link.searchParams.get("permissions") ?? "0");
  assert.equal(asked, (1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n) | (1n << 35n) | (1n << 38n));
});
