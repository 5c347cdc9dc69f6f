import { administration } from "./administration.ts";
import { createPerson } from "./create-person.ts";
import type { FakeDiscord } from "./discord.ts";
import { createFaults } from "./faults.ts";
import { type GatewayServer, gatewayServer } from "./gateway-server.ts";
import { createInteractions, type InteractionOptions } from "./interactions.ts";
import type { In, Person } from "./person.ts";
import { type RateLimits, rateLimiter } from "./rate-limit.ts";
import { restApi } from "./rest.ts";
import { startServer } from "./server.ts";
import type { Channel, Member } from "./types.ts";
import { createValidator } from "./validate.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

export type { Fields } from "../slack/json.ts";
export type { FakeDiscord } from "./discord.ts";
export type { Fault } from "./faults.ts";
export type { Filled } from "./form.ts";
export type { Choice, Completed, Outcome } from "./interactions.ts";
export type { Permission } from "./permissions.ts";
export type { Person } from "./person.ts";
export type { RateLimits } from "./rate-limit.ts";
export { buttonsOf, shown } from "./reading.ts";
export type { Options } from "./typed-options.ts";
export type {
  ApiRequest,
  Attachment,
  Body,
  Channel,
  Command,
  Message,
  Mistake,
  Modal,
  Pings,
  Role,
  Version,
} from "./types.ts";

export interface FakeDiscordOptions extends WorldOptions, InteractionOptions {
  /** False takes all limits away. */
  readonly rateLimits?: RateLimits | false;
}

/** Starts a Discord on loopback, with a guild where one bot is a member. */
export async function startFakeDiscord(options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
  let token: string | undefined = "fake-bot-token";
  const gateway: GatewayServer = gatewayServer(
    () => world,
    () => token,
    () => server.port,
  );
  const world: World = createWorld(options, gateway.dispatch);
  const faults = createFaults();
  const interactions = createInteractions(world, options);
  const validator = createValidator();
  // What is needed for responses takes a while to get ready, and those have to come within 3 s.
  validator.check("create_interaction_response", { type: 6 }, {});
  const origin = () => `http://127.0.0.1:${server.port}`;
  const people = new Map<string, Person>();

  const rest = restApi({
    world,
    token: () => token,
    limiter: rateLimiter(options.rateLimits ?? {}, world.now),
    faults,
    validator,
    isLate: interactions.isLate,
    origin,
  });
  const server = await startServer(() => ({
    rest,
    file: (id) => world.messages.flatMap((it) => it.attachments).find((it) => it.id === id),
    upgrade: gateway.upgrade,
  }));

  function place(wanted: In | undefined): Channel {
    const key = typeof wanted === "string" ? wanted.replace(/^#/, "") : wanted?.id;
    const channels = [...world.channels.values()];
    const found =
      key === undefined
        ? channels[0]
        : channels.find((it) => it.id === key || (it.name === key && it.kind === "text"));
    if (found === undefined) {
      throw new Error(`there is no channel ${key ?? "at all"}`);
    }
    return found;
  }

  const administered = administration(world, place);

  return {
    apiUrl: `${origin()}/api`,
    token,
    guildId: world.guild.id,
    bot: world.bot,
    sessionStarts: world.sessionStarts,
    gateway,
    faults,
    interactions,
    requests: world.requests,
    mistakes: world.mistakes,
    get rateLimited() {
      return world.requests.filter((it) => it.status === 429).length;
    },
    get invalidRequests() {
      return world.requests.filter((it) => [401, 403, 429].includes(it.status) && !it.isShared).length;
    },
    get commands() {
      return [...world.commands.values()];
    },
    ...administered,
    member(id, roles) {
      const member = world.members.get(id);
      if (roles === null) {
        world.members.delete(id);
      } else if (member !== undefined) {
        member.roles.clear();
        for (const role of roles) {
          member.roles.add(administered.role(role).id);
        }
      }
    },
    user({ name, nick, roles = [], id = world.newId() }) {
      const known = [...people.values()].find((it) => it.name === name);
      if (known !== undefined) {
        return known;
      }
      const member: Member = {
        id,
        name,
        nick,
        isBot: false,
        joinedAt: world.now(),
        roles: new Set(roles.map((it) => administered.role(it).id)),
      };
      world.members.set(id, member);
      const person = createPerson({ member, world, interactions, place, origin });
      people.set(id, person);
      return person;
    },
    messages: (channel) =>
      world.messages.filter(
        (it) => it.channel === place(channel).id && !it.isDeleted && it.onlyFor === undefined,
      ),
    allMessages: (channel) => world.messages.filter((it) => it.channel === place(channel).id),
    calls: (operation) => world.requests.filter((it) => it.operation === operation),
    until: world.until,
    revokeToken() {
      token = undefined;
      gateway.close(4004);
    },
    setDown(isDown) {
      server.setDown(isDown);
    },
    async stop() {
      gateway.stop();
      await server.close();
    },
  };
}
