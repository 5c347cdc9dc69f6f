import type { Channel } from "../../src/chat/channel.ts";
import type { Delivery } from "../../src/chat/desk.ts";
import { chatSurface, type Life, type SignedIn } from "../../src/chat/platform/chat-surface.ts";
import { doneOnceTold } from "../../src/chat/platform/done-once-told.ts";
import type { Fields } from "../../src/chat/platform/json.ts";
import { createRoots } from "../../src/chat/platform/roots.ts";
import type { Surface } from "../../src/chat/surface.ts";
import { interactionDelivery, mentionDelivery } from "./accept.ts";
import { discordApi } from "./api.ts";
import { type ChannelParts, discordChannel } from "./channel.ts";
import { explain, isFinal, notifySetting, readChannel, readSelf } from "./check.ts";
import { discordError, reasonOf } from "./discord-error.ts";
import { openGateway } from "./gateway.ts";
import { createHandlers } from "./handlers.ts";
import { memberStanding } from "./identity.ts";
import { parseInteraction, parseMention } from "./parse.ts";
import { registerCommands } from "./register.ts";
import { discordResponses } from "./responses.ts";
import type { DiscordOptions } from "./types.ts";

export { examineDiscord } from "./examine.ts";
export { inviteLink } from "./permissions.ts";
export { registerNow } from "./register.ts";
export type { DiscordOptions } from "./types.ts";

const gatewayPatience = 2 * 60_000;

/** Discord as a surface. */
export function discordSurface(options: DiscordOptions): Surface {
  const { log, openThreads, openNotices } = options;
  return chatSurface({
    name: "discord",
    log,
    openThreads,
    openNotices,
    explain: (error) => ({
      reason: reasonOf(error),
      advice: explain(error),
      isFinal: isFinal(error),
      retryAfter: discordError(error).retryAfter,
    }),
    signIn: (life) => signIn(options, life),
    ...(options.pacing === undefined ? {} : { pacing: options.pacing }),
  });
}

async function signIn(options: DiscordOptions, { stopping, calls, keep, telling }: Life): Promise<SignedIn> {
  const { log, desk, deliveries, guildId, now = Date.now } = options;
  const api = discordApi(options, calls);
  const self = await readSelf(api);
  const roots = createRoots(stopping);
  const responses = discordResponses(api, options.applicationId);
  const handlers = createHandlers({
    desk,
    api,
    responses,
    roots,
    guildId,
    channelId: options.channelId,
    log,
    telling,
  });
  /** The gateway may bring one twice, also to a bot that was restarted. */
  async function once(delivery: Delivery, work: () => Promise<boolean>): Promise<void> {
    if (await deliveries.accept(delivery)) {
      await doneOnceTold(deliveries, delivery.ids, work());
    }
  }

  function interaction(payload: Fields): void {
    const input = parseInteraction(payload);
    if (input?.kind === "typing") {
      keep(handlers.handle(input).then(() => {}));
    } else if (input !== null) {
      keep(once(interactionDelivery(input), () => handlers.handle(input)));
    }
  }
  function message(payload: Fields): void {
    const mention = payload["guild_id"] === guildId ? parseMention(payload, self.user) : null;
    if (mention !== null) {
      keep(once(mentionDelivery(mention), () => handlers.mentioned(mention)));
    }
  }
  for (const lost of deliveries.takeLost("discord")) {
    keep(doneOnceTold(deliveries, lost.ids, handlers.answerLost(lost)));
  }

  function open(channel: string, onPost: ChannelParts["onPost"]): Channel {
    return discordChannel({ api, channel, bot: self.user, log, now, onPost });
  }

  return {
    name: self.name,
    connection: openGateway({
      token: options.token,
      apiUrl: options.apiUrl,
      log,
      patience: options.gatewayPatience ?? gatewayPatience,
      onInteraction: interaction,
      onMessage: message,
    }),
    standingOf: ({ id, name }) => memberStanding(api, guildId, id, name),
    async prepare() {
      const { isChanged, names } = await registerCommands(api, options, desk.commands());
      return `${names.length} commands ${isChanged ? "were registered anew" : "are registered"}`;
    },
    async findChannel() {
      const { channelId: channel } = options;
      const { isReady, name, problems } = await readChannel(api, options, channel, self);
      return { name, problems, channel: isReady ? open(channel, roots.posted) : null };
    },
    async findOther(channel) {
      const { isReady, name, problems } = await readChannel(api, options, channel, self, notifySetting);
      // Nobody is led to a message there: it is no thread.
      return { name, problems, channel: isReady ? open(channel, () => {}) : null };
    },
  };
}
