import { clientOptions, importBolt } from "./bolt.ts";
import { explainToken, notifySetting, readChannel, readSelf } from "./check.ts";
import type { SlackOptions } from "./types.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * What Slack says of the tokens, the scopes, the channel and the others that hosts notify, without a running bot. Each
 * problem says what to do.
 */
export async function examineSlack(
  options: Pick<SlackOptions, "botToken" | "appToken" | "channel" | "apiUrl">,
  hasGroups: boolean,
  others: readonly string[] = [],
): Promise<{ readonly text: string; readonly problems: readonly string[] }> {
  const { webApi } = await importBolt();
  const client = (token: string) =>
    new webApi.WebClient(token, clientOptions({ apiUrl: options.apiUrl, log: silent }));
  const problems: string[] = [];
  let text = "";
  try {
    const bot = client(options.botToken);
    const self = await readSelf(bot);
    const channel = await readChannel(bot, self, options.channel, hasGroups);
    text = `the bot is @${self.name}, in ${channel.name}`;
    problems.push(...channel.problems);
    for (const other of others) {
      problems.push(...(await readChannel(bot, self, other, false, notifySetting)).problems);
    }
  } catch (error) {
    problems.push(explainToken("SLACK_BOT_TOKEN", error));
  }
  if (options.appToken !== null) {
    // It only asks for an address to connect to; nothing is connected.
    await client(options.appToken)
      .apps.connections.open()
      .catch((error: unknown) => problems.push(explainToken("SLACK_APP_TOKEN", error)));
  }
  // A scope that is missing is missing for each channel.
  return { text, problems: [...new Set(problems)] };
}
