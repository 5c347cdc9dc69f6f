import type { TestContext } from "node:test";
import bolt, { type App } from "@slack/bolt";
import { type FakeSlack, type FakeSlackOptions, startFakeSlack } from "../../../fakes/slack/index.ts";

/** Apps to stop, by the Slack that they are connected to. */
const apps = new WeakMap<FakeSlack, App[]>();

/**
 * A Slack that goes away with the test, after the apps: socket-mode 3.1.0 leaves a timer of 30 s behind when the
 * connection is lost while it is closing (slackapi/node-slack-sdk#2771).
 */
export async function slackFor(t: TestContext, options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const slack = await startFakeSlack(options);
  apps.set(slack, []);
  t.after(async () => {
    await Promise.all(apps.get(slack)?.map((it) => it.stop()) ?? []);
    await slack.until(() => slack.socket.connections === 0);
    await slack.stop();
  });
  return slack;
}

export const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => bolt.LogLevel.ERROR,
  setName() {},
};

const quick = { retryConfig: { retries: 3, minTimeout: 10, factor: 1 }, timeout: 5000 };

/** A Bolt app in Socket Mode. Its pings decide how soon it connects again. */
export async function boltFor(slack: FakeSlack, set: (app: App) => void): Promise<App> {
  const clientOptions = { slackApiUrl: slack.apiUrl, ...quick };
  const receiver = new bolt.SocketModeReceiver({
    appToken: slack.appToken,
    clientPingTimeout: 150,
    logger: silent,
    installerOptions: { clientOptions },
  });
  const app = new bolt.App({ token: slack.botToken, receiver, logger: silent, clientOptions });
  set(app);
  await app.start();
  apps.get(slack)?.push(app);
  return app;
}

/** A Bolt app that listens for HTTP requests, and a Slack that sends them there. */
export async function httpBoltFor(slack: FakeSlack, set: (app: App) => void): Promise<App> {
  const clientOptions = { slackApiUrl: slack.apiUrl, ...quick };
  const receiver = new bolt.HTTPReceiver({ signingSecret: slack.signingSecret, logger: silent });
  const app = new bolt.App({ token: slack.botToken, receiver, logger: silent, clientOptions });
  set(app);
  const server = await app.start({ port: 0, host: "127.0.0.1" });
  apps.get(slack)?.push(app);
  const address = "address" in server ? server.address() : undefined;
  if (typeof address !== "object" || address === null) {
    throw new Error("Bolt did not say where it listens");
  }
  await slack.http.use(`http://127.0.0.1:${address.port}/slack/events`);
  return app;
}
