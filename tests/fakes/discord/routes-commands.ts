import { type Fields, fieldsOf, listOf, textOf } from "../slack/json.ts";
import { ApiError, type Call, invalidBody, param, type Routes } from "./api.ts";
import { checkCommands } from "./check-commands.ts";
import { requireGuild } from "./routes-read.ts";
import type { Command } from "./types.ts";

const path = "/applications/{application_id}/guilds/{guild_id}/commands";

export const commandRoutes: Routes = {
  list_guild_application_commands: {
    method: "GET",
    path,
    answer(call) {
      requireOwn(call);
      return [...call.world.commands.values()].map((it) => it.content);
    },
  },

  bulk_set_guild_application_commands: {
    method: "PUT",
    path,
    answer(call) {
      requireOwn(call);
      const wanted = call.list.map(fieldsOf);
      checkCommands(wanted);
      const next = wanted.map((it) => command(call, it));
      call.world.commands.clear();
      for (const it of next) {
        call.world.commands.set(it.id, it);
      }
      return next.map((it) => it.content);
    },
  },

  create_guild_application_command: {
    method: "POST",
    path,
    answer(call) {
      requireOwn(call);
      checkCommands([call.body], { isAlone: true });
      return keep(call, command(call, call.body));
    },
  },

  get_guild_application_command: {
    method: "GET",
    path: `${path}/{command_id}`,
    answer(call) {
      requireOwn(call);
      return registered(call).content;
    },
  },

  update_guild_application_command: {
    method: "PATCH",
    path: `${path}/{command_id}`,
    answer(call) {
      requireOwn(call);
      const before = registered(call);
      const after = { ...before.content, ...call.body };
      checkCommands([after], { isAlone: true });
      if (nameTaken(call, before.id, textOf(after["name"]))) {
        const code = "APPLICATION_COMMANDS_DUPLICATE_NAME";
        throw invalidBody([{ at: ["name"], code, message: "Application command names must be unique" }]);
      }
      return keep(call, command(call, after, before.id));
    },
  },

  delete_guild_application_command: {
    method: "DELETE",
    path: `${path}/{command_id}`,
    answer(call) {
      requireOwn(call);
      call.world.commands.delete(registered(call).id);
      return undefined;
    },
  },
};

function requireOwn(call: Call): void {
  if (param(call, "application_id") !== call.world.bot.id) {
    throw new ApiError(403, 20012, "You are not authorized to perform this action on this application");
  }
  requireGuild(call);
}

function registered(call: Call): Command {
  const found = call.world.commands.get(param(call, "command_id"));
  if (found === undefined) {
    throw new ApiError(404, 10063, "Unknown application command");
  }
  return found;
}

function nameTaken({ world }: Call, id: string, name: string | undefined): boolean {
  return [...world.commands.values()].some((it) => it.name === name && it.id !== id);
}

/** A command keeps its id while it keeps its name. */
function command(call: Call, wanted: Fields, known?: string): Command {
  const { world } = call;
  const name = textOf(wanted["name"]) ?? "";
  const description = textOf(wanted["description"]) ?? "";
  const id = known ?? [...world.commands.values()].find((it) => it.name === name)?.id ?? world.newId();
  return {
    id,
    name,
    description,
    content: {
      id,
      application_id: world.bot.id,
      guild_id: world.guild.id,
      version: world.newId(),
      type: wanted["type"] ?? 1,
      name,
      name_localizations: wanted["name_localizations"] ?? null,
      description,
      description_localizations: wanted["description_localizations"] ?? null,
      options: listOf(wanted["options"]),
      default_member_permissions:
        wanted["default_member_permissions"] === undefined || wanted["default_member_permissions"] === null
          ? null
          : String(wanted["default_member_permissions"]),
      nsfw: wanted["nsfw"] ?? false,
    },
  };
}

function keep({ world }: Call, it: Command): Fields {
  world.commands.set(it.id, it);
  return it.content;
}
