import { ApiError } from "./api.ts";
import type { LateBlock } from "./check-blocks.ts";
import { createPerson } from "./create-person.ts";
import { createDeliveries, type DeliveryOptions } from "./deliveries.ts";
import { createFaults } from "./faults.ts";
import { httpMode } from "./http-mode.ts";
import { receiveUpload } from "./methods-files.ts";
import { payloads } from "./payloads.ts";
import type { In, Person } from "./person.ts";
import { type RateLimits, rateLimiter } from "./rate-limit.ts";
import { respond } from "./response-url.ts";
import { startServer } from "./server.ts";
import type { FakeSlack } from "./slack.ts";
import { socketMode } from "./socket-mode.ts";
import type { ApiRequest, Channel, User } from "./types.ts";
import { type Grants, type Reply, webApi } from "./web-api.ts";
import { createWorkspace, type WorkspaceOptions } from "./workspace.ts";

export type { LateBlock } from "./check-blocks.ts";
export type { Attempt, Delivery, Outcome } from "./deliveries.ts";
export type { Fault } from "./faults.ts";
export type { Fields } from "./json.ts";
export type { Person, Said, Submitted } from "./person.ts";
export type { RateLimits } from "./rate-limit.ts";
export { buttonsOf, shown } from "./reading.ts";
export type { FakeSlack } from "./slack.ts";
export type { ApiRequest, Channel, Message, SlackFile, Version, View } from "./types.ts";

export interface FakeSlackOptions extends WorkspaceOptions, DeliveryOptions {
  /** False takes all limits away. */
  readonly rateLimits?: RateLimits | false;
  /** Blocks that this workspace knows besides the old ones. */
  readonly takes?: readonly LateBlock[];
  /** What the bot may do, when it is not all of `usualScopes`. */
  readonly scopes?: readonly string[];
  /** The events that the app has subscribed to. */
  readonly events?: readonly string[];
  readonly pingMilliseconds?: number;
}

export const usualScopes = [
  "app_mentions:read",
  "channels:history",
  "channels:join",
  "channels:read",
  "chat:write",
  "commands",
  "files:write",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "im:write",
  "reactions:write",
  "usergroups:read",
  "users:read",
];

const usualEvents = ["app_mention", "message.im", "app_home_opened"];

/** Starts a Slack on loopback, where one app is installed. */
export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const { rateLimits = {}, scopes = usualScopes, events = usualEvents } = options;
  const workspace = createWorkspace(options);
  const grants: Grants = {
    botToken: "xoxb-fake-bot-token",
    appToken: "xapp-1-fake-app-token",
    scopes: new Set(scopes),
    appScopes: new Set(["connections:write"]),
    isRevoked: false,
  };
  const faults = createFaults();
  let takes = options.takes ?? [];
  const origin = () => `http://127.0.0.1:${server.port}`;
  const socket = socketMode(workspace, () => server.port, options.pingMilliseconds);
  const http = httpMode(signingSecret);
  const deliveries = createDeliveries(workspace, () => (http.url === undefined ? socket : http), options);
  const limiter = rateLimiter(rateLimits, workspace.now);
  const api = webApi({
    workspace,
    grants,
    limiter,
    faults,
    takes: () => takes,
    origin,
    socketUrl: socket.url,
  });
  const build = payloads(workspace, origin);
  const subscribed = new Set(events);
  const people = new Map<string, Person>();

  const server = await startServer(() => ({
    api,
    upload: (id, content) => receiveUpload(workspace, id, content),
    upgrade: (request, raw, head) => socket.upgrade(request, raw, head),
    respond(path, body): Reply {
      const at = workspace.now();
      const request: ApiRequest = { method: "response_url", args: body, at, status: 200, error: undefined };
      try {
        workspace.requests.push(request);
        respond(workspace, path, body, takes);
        return { status: 200, headers: {}, body: "ok" };
      } catch (error) {
        const reason = error instanceof ApiError ? error.message : String(error);
        request.status = reason.endsWith("_url") ? 404 : 400;
        request.error = reason;
        workspace.changed();
        return { status: request.status, headers: {}, body: reason };
      }
    },
  }));

  function find(wanted: In): Channel {
    const channel = workspace.channel(typeof wanted === "string" ? wanted : wanted.id);
    if (channel === undefined) {
      throw new Error(`there is no channel ${String(wanted)}`);
    }
    return channel;
  }

  function join(group: string, user: string): void {
    const known = [...workspace.groups.values()].find((it) => it.handle === group);
    known?.members.add(user);
    if (known === undefined) {
      workspace.groups.set(workspace.newId("S"), { handle: group, members: new Set([user]) });
    }
  }

  const { bot } = workspace;
  workspace.users.set(bot.userId, { id: bot.userId, name: bot.name, team: workspace.team.id });

  return {
    apiUrl: `${origin()}/api/`,
    botToken: grants.botToken,
    appToken: grants.appToken,
    signingSecret,
    bot,
    team: workspace.team,
    scopes: grants.scopes,
    socket,
    http,
    faults,
    deliveries,
    requests: workspace.requests,
    files: workspace.files,
    user({ name, groups = [], team = workspace.team.id, id = workspace.newId("U") }) {
      const known = [...people.values()].find((it) => it.name === name);
      if (known !== undefined) {
        return known;
      }
      const user: User = { id, name, team };
      workspace.users.set(id, user);
      for (const group of groups) {
        join(group, id);
      }
      const parts = { user, workspace, payloads: build, deliveries, takes: () => takes, subscribed };
      const person = createPerson(parts);
      people.set(id, person);
      return person;
    },
    deactivate(id) {
      const user = workspace.users.get(id);
      if (user !== undefined) {
        user.isDeleted = true;
      }
    },
    group(handle, wanted) {
      const known = [...workspace.groups].find(([, it]) => it.handle === handle);
      const [id] = known ?? [wanted ?? workspace.newId("S")];
      const { members } = workspace.groups.get(id) ?? { members: new Set<string>() };
      workspace.groups.set(id, { handle, members });
      return { id, members };
    },
    channel(name, { bot: hasBot = true, kind = "public" } = {}) {
      const known = workspace.channel(name);
      if (known !== undefined) {
        return known;
      }
      const id = workspace.newId("C");
      const members = new Set(hasBot ? [bot.userId] : []);
      const channel: Channel = { id, name: name.replace(/^#/, ""), kind, members, isArchived: false };
      workspace.channels.set(id, channel);
      return channel;
    },
    messages(channel) {
      const { id } = find(channel);
      return workspace.messages.filter(
        (it) =>
          it.channel === id &&
          !it.isDeleted &&
          it.onlyFor === undefined &&
          (it.threadTs === undefined || it.isBroadcast),
      );
    },
    ephemeral(channel) {
      const { id } = find(channel);
      return workspace.messages.filter(
        (it) => it.channel === id && !it.isDeleted && it.onlyFor !== undefined,
      );
    },
    edits: (ts) => workspace.messages.find((it) => it.ts === ts)?.versions.slice(1) ?? [],
    calls: (method) => workspace.requests.filter((it) => it.method === method),
    get rateLimited() {
      return workspace.requests.filter((it) => it.status === 429).length;
    },
    until: workspace.until,
    take(...kinds) {
      takes = kinds;
    },
    revokeTokens() {
      grants.isRevoked = true;
    },
    setDown(isDown) {
      server.setDown(isDown);
      if (isDown) {
        socket.cut();
      }
    },
    async stop() {
      deliveries.close();
      socket.close();
      await server.close();
    },
  };
}

const signingSecret = "fake-signing-secret";
