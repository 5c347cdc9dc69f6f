import assert from "node:assert/strict";
import { test } from "node:test";
import { slackManifest } from "../../../adapters/slack/index.ts";
import { missingScopes, scopes } from "../../../adapters/slack/scopes.ts";
import type { CommandHelp } from "../../../src/chat/desk.ts";

const named = (name: string): CommandHelp => ({
  name,
  usage: `/${name} HOST [--dry-run]`,
  summary: `Does ${name}.`,
  examples: [],
  words: [],
  flags: [],
});
const all = ["deploy", "build-all", "status", "help", "generations", "remind", "UPPER", "with space"].map(
  named,
);

interface Manifest {
  features: {
    slash_commands: { command: string; should_escape: boolean; usage_hint: string; url?: string }[];
  };
  oauth_config: { scopes: { bot: string[] } };
  settings: {
    socket_mode_enabled: boolean;
    interactivity: object;
    event_subscriptions: { bot_events: string[]; request_url?: string };
  };
}

const manifest = (options: Parameters<typeof slackManifest>[1], commands = all) =>
  slackManifest(commands, options) as Manifest;
const names = (of: Manifest) => of.features.slash_commands.map(({ command }) => command);

test("names that Slack keeps for itself are left out, /switchyard is always there", () => {
  assert.deepEqual(names(manifest({ prefix: "", socketMode: true })), [
    "/switchyard",
    "/deploy",
    "/build-all",
    "/generations",
  ]);
});

test("a prefix frees the names, and does not touch /switchyard", () => {
  assert.deepEqual(names(manifest({ prefix: "sy-", socketMode: true })), [
    "/switchyard",
    "/sy-deploy",
    "/sy-build-all",
    "/sy-status",
    "/sy-help",
    "/sy-generations",
    "/sy-remind",
  ]);
});

test("there are no more commands than an app may have", () => {
  const many = Array.from({ length: 60 }, (_, index) => named(`c${index}`));
  const found = names(manifest({ prefix: "", socketMode: true }, many));
  assert.equal(found.length, 25);
  assert.equal(found[0], "/switchyard");
});

test("Socket Mode needs no address; HTTP has it in all three places", () => {
  const socket = manifest({ prefix: "", socketMode: true });
  assert.equal(socket.settings.socket_mode_enabled, true);
  assert.doesNotMatch(JSON.stringify(socket), /https?:/);
  const url = "https://bot.example/slack/events";
  const http = manifest({ prefix: "", socketMode: false, url });
  assert.ok(http.features.slash_commands.every((one) => one.url === url && one.should_escape));
  assert.equal(http.settings.event_subscriptions.request_url, url);
  assert.deepEqual(http.settings.interactivity, { is_enabled: true, request_url: url });
});

test("the manifest asks for these scopes and events, and no more", () => {
  const made = manifest({ prefix: "", socketMode: true });
  assert.deepEqual(made.oauth_config.scopes.bot.toSorted(), [
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "usergroups:read",
    "users:read",
  ]);
  assert.deepEqual(made.settings.event_subscriptions.bot_events, [
    "app_home_opened",
    "app_mention",
    "message.im",
  ]);
  assert.ok(Object.values(scopes).every(({ why }) => why !== ""));
});

test("a scope is missed only where it is needed", () => {
  const granted = Object.keys(scopes).filter(
    (name) => !name.startsWith("groups:") && name !== "usergroups:read",
  );
  assert.deepEqual(missingScopes(granted, new Set(["always", "public"])), []);
  assert.equal(missingScopes(granted, new Set(["always", "private", "groups"])).length, 3);
});
