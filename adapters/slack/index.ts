import type { Channel } from "../../src/chat/channel.ts";
import { chatSurface, type Life, type SignedIn } from "../../src/chat/platform/chat-surface.ts";
import { doneOnceTold } from "../../src/chat/platform/done-once-told.ts";
import { fieldsOf } from "../../src/chat/platform/json.ts";
import { createRoots } from "../../src/chat/platform/roots.ts";
import type { Surface } from "../../src/chat/surface.ts";
import { acceptBody } from "./accept.ts";
import { advice, isFinal } from "./advice.ts";
import { clientOptions, createApp, importBolt } from "./bolt.ts";
import { type ChannelParts, slackChannel } from "./channel.ts";
import { notifySetting, readChannel, readSelf } from "./check.ts";
import type { Accept, SlackConnection } from "./connection.ts";
import { deliveryIds } from "./delivery-ids.ts";
import { createHandlers } from "./handlers.ts";
import { httpConnection } from "./http.ts";
import { slackIdentities } from "./identity.ts";
import { reasonOf, slackError } from "./slack-error.ts";
import { socketConnection } from "./socket.ts";
import type { SlackOptions } from "./types.ts";

export { examineSlack } from "./examine.ts";
export { slackManifest } from "./manifest.ts";
export type { SlackOptions } from "./types.ts";

type Bolt = Awaited<ReturnType<typeof importBolt>>;

/** Slack as a surface. */
export function slackSurface(options: SlackOptions): Surface {
  const { log, openThreads, openNotices } = options;
  return chatSurface({
    name: "slack",
    log,
    openThreads,
    openNotices,
    explain: (error) => ({
      reason: reasonOf(error),
      advice: advice(error),
      isFinal: isFinal(error),
      retryAfter: slackError(error).retryAfter,
    }),
    signIn: (life) => signIn(options, life),
    ...(options.pacing === undefined ? {} : { pacing: options.pacing }),
  });
}

async function signIn(options: SlackOptions, { stopping, calls, keep, telling }: Life): Promise<SignedIn> {
  const { log, desk, deliveries } = options;
  const bolt = await importBolt();
  const client = new bolt.webApi.WebClient(options.botToken, clientOptions(options, calls));
  const self = await readSelf(client);
  const roots = createRoots(stopping);
  const connection = connect(bolt, options, async ({ body, customProperties }) => {
    const [fields, { envelope }] = [fieldsOf(body), customProperties ?? {}];
    const isNew = await acceptBody(deliveries, fields, envelope, options.commandPrefix, self.botUser);
    if (!isNew) {
      log.info({ ids: deliveryIds(fields, envelope) }, "slack: a delivery that came twice was left alone");
    }
    return isNew;
  });
  const identify = slackIdentities({ desk, client, home: self, log, now: Date.now });
  const handlers = createHandlers({
    desk,
    client,
    bot: self.botUser,
    identify,
    roots,
    log,
    telling,
    now: Date.now,
  });
  createApp(bolt, { options, self, handlers, receiver: connection.receiver, keep });
  for (const lost of deliveries.takeLost("slack")) {
    keep(doneOnceTold(deliveries, lost.ids, handlers.answerLost(lost)));
  }
  function open(channel: string | null, onPost: ChannelParts["onPost"]): Channel | null {
    return channel === null ? null : slackChannel({ client, bot: self.botUser, log, channel, onPost });
  }
  return {
    name: self.name,
    connection,
    prepare: null,
    standingOf: ({ id }) => identify.standingOf(id),
    async findChannel() {
      const hasGroups = desk.groups().some((name) => name.startsWith("slack-group:"));
      const { id, name, problems } = await readChannel(client, self, options.channel, hasGroups);
      return { name, problems, channel: open(id, roots.posted) };
    },
    async findOther(wanted) {
      const { id, name, problems } = await readChannel(client, self, wanted, false, notifySetting);
      // Nobody is led to a message there: it is no thread.
      return { name, problems, channel: open(id, () => {}) };
    },
  };
}

function connect(bolt: Bolt, options: SlackOptions, accept: Accept): SlackConnection {
  const { appToken, signingSecret, listen } = options;
  if (appToken !== null) {
    return socketConnection(bolt, { ...options, appToken }, accept);
  }
  if (signingSecret === null || listen === null) {
    throw new Error(
      "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET and an address to listen on",
    );
  }
  return httpConnection(bolt, { ...options, signingSecret, listen }, accept);
}
