import { ApiError, type Call, param, type Routes, unknownMessage } from "./api.ts";
import type { StoredInteraction } from "./interactions.ts";
import { messageJson } from "./message-json.ts";
import { answerWith, rewrite } from "./routes-interactions.ts";
import type { StoredMessage } from "./types.ts";

const path = "/webhooks/{webhook_id}/{webhook_token}";

/** An interaction's token works for so long. */
const tokenMilliseconds = 15 * 60_000;

const isInteraction = true;

export const webhookRoutes: Routes = {
  execute_webhook: {
    method: "POST",
    path,
    isInteraction,
    answer(call) {
      const interaction = interactionOf(call);
      const { original } = interaction;
      // docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message: the first one after a
      // deferral is an edit, and stays as private as it was said to be.
      if (original?.isThinking) {
        rewrite(call, original, call.body);
        return messageJson(call.world, original, call.origin);
      }
      return messageJson(call.world, answerWith(call, interaction, call.body), call.origin);
    },
  },
  ...routesOf("original_webhook_message", `${path}/messages/@original`, ({ original }) => original),
  ...routesOf("webhook_message", `${path}/messages/{message_id}`, (interaction, call) => {
    const id = param(call, "message_id");
    const isOriginal = interaction.original?.id === id;
    return call.world.messages.find(
      (it) => it.id === id && (isOriginal || it.interaction === interaction.id),
    );
  }),
};

/** Reading, editing and deleting of one kind of message. */
function routesOf(
  name: string,
  path: string,
  find: (interaction: StoredInteraction, call: Call) => StoredMessage | undefined,
): Routes {
  function found(call: Call): StoredMessage {
    const message = find(interactionOf(call), call);
    if (message === undefined || message.isDeleted) {
      throw unknownMessage();
    }
    return message;
  }

  return {
    [`get_${name}`]: {
      method: "GET",
      path,
      isInteraction,
      answer: (call) => messageJson(call.world, found(call), call.origin),
    },
    [`update_${name}`]: {
      method: "PATCH",
      path,
      isInteraction,
      answer(call) {
        const message = found(call);
        rewrite(call, message, call.body);
        return messageJson(call.world, message, call.origin);
      },
    },
    [`delete_${name}`]: {
      method: "DELETE",
      path,
      isInteraction,
      answer(call) {
        const { world } = call;
        const message = found(call);
        message.isDeleted = true;
        if (message.onlyFor === undefined) {
          const { id, channel: channel_id } = message;
          world.dispatch("MESSAGE_DELETE", { id, channel_id, guild_id: world.guild.id });
        }
        return undefined;
      },
    },
  };
}

/** The interaction whose token is in the path. There is no webhook before the first response. */
function interactionOf(call: Call): StoredInteraction {
  const { world } = call;
  const token = param(call, "webhook_token");
  const found = [...world.interactions.values()].find((it) => it.token === token);
  if (found?.response === undefined || param(call, "webhook_id") !== world.bot.id) {
    throw new ApiError(404, 10015, "Unknown Webhook");
  }
  if (world.now() - found.at > tokenMilliseconds) {
    throw new ApiError(401, 50027, "Invalid Webhook Token");
  }
  return found;
}
