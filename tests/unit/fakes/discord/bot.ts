import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type {
  ButtonInteraction,
  ChatInputCommandInteraction,
  Interaction,
  RESTPostAPIApplicationGuildCommandsJSONBody,
} from "discord.js";
import type { FakeDiscordOptions } from "../../../fakes/discord/index.ts";
import { discordFor, readyFor, sendable } from "./client.ts";

export const deploy: RESTPostAPIApplicationGuildCommandsJSONBody = {
  name: "deploy",
  description: "deploys",
  options: [
    { type: 3, name: "host", description: "which", required: true, autocomplete: true },
    { type: 3, name: "mode", description: "how", choices: [{ name: "dry", value: "dry-run" }] },
    { type: 4, name: "jobs", description: "how many", min_value: 1, max_value: 8 },
    { type: 5, name: "keep-going", description: "whatever happens" },
    { type: 6, name: "for", description: "whom" },
  ],
};

export const history: RESTPostAPIApplicationGuildCommandsJSONBody = {
  name: "history",
  description: "what was",
  options: [
    {
      type: 1,
      name: "host",
      description: "of one host",
      options: [{ type: 3, name: "name", description: "which", required: true }],
    },
  ],
};

export const buttons = (isDisabled = false) => ({
  content: "ready?",
  components: [
    {
      type: 1,
      components: [
        { type: 2, style: 1, label: "Switch", custom_id: "switch d-1", disabled: isDisabled },
        { type: 2, style: 5, label: "Console", url: "https://console.example" },
      ],
    },
  ],
});

export const form = {
  custom_id: "deploy",
  title: "Deploy",
  components: [
    {
      type: 18,
      label: "Host",
      component: {
        type: 3,
        custom_id: "host",
        options: [
          { label: "Yoga", value: "yoga" },
          { label: "Zephyrus", value: "zephyrus" },
        ],
      },
    },
    {
      type: 18,
      label: "Reason",
      component: { type: 4, style: 1, custom_id: "reason", required: true, max_length: 5 },
    },
  ],
};

/** A bot that does this with whatever happens, in a guild with two commands. */
export async function botFor(
  t: TestContext,
  act: (interaction: Interaction) => Promise<unknown>,
  options: FakeDiscordOptions = {},
) {
  const discord = await discordFor(t, { rateLimits: false, ...options });
  const ops = discord.channel("ops");
  const client = await readyFor(discord);
  await client.application.commands.set([deploy, history], discord.guildId);
  const refused: unknown[] = [];
  client.on("interactionCreate", (it) => act(it).catch((error) => refused.push(error)));
  const post = async (message: object) => {
    await (await sendable(client, ops.id)).send(message);
    const sent = discord.messages("ops").at(-1);
    assert.ok(sent);
    return sent;
  };
  return { discord, ops, client, refused, post, ada: discord.user({ name: "ada" }) };
}

export const onCommand =
  (act: (it: ChatInputCommandInteraction) => Promise<unknown>) =>
  async (it: Interaction): Promise<unknown> =>
    it.isChatInputCommand() ? act(it) : undefined;

export const onButton =
  (act: (it: ButtonInteraction) => Promise<unknown>) =>
  async (it: Interaction): Promise<unknown> =>
    it.isButton() ? act(it) : undefined;

export const noBot = async () => {};
