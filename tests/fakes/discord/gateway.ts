import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { GatewayCloseCodes, GatewayIntentBits, GatewayOpcodes } from "discord.js";
import { type WebSocket, WebSocketServer } from "ws";
import { type Fields, fieldsOf, isFields, parsed, textOf } from "../slack/json.ts";
import { wholeGuildJson } from "./channel-json.ts";
import { hears, seenBy } from "./intents.ts";
import { botJson } from "./routes-read.ts";
import type { World } from "./world.ts";

export interface Identify {
  readonly token: string;
  readonly intents: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface Packet {
  readonly op: number;
  readonly t: string;
  readonly s: number;
  readonly d: Fields;
}

/** What a bot can come back to. */
interface Session {
  readonly id: string;
  readonly intents: number;
  /** All that was sent, so that it can be sent again. */
  readonly packets: Packet[];
}

interface Connection {
  readonly socket: WebSocket;
  session: Session | undefined;
  isSilent: boolean;
}

export interface Gateway {
  /** How many connections are open now. */
  readonly connections: number;
  /** How many there ever were. */
  readonly opened: number;
  readonly identifies: readonly Identify[];
  /** How many times a session was resumed. */
  readonly resumes: number;
  readonly heartbeats: number;
  /** The codes with which clients went. */
  readonly closes: readonly number[];
  /** Told to those who connect from now on. */
  heartbeatMilliseconds: number;
  /** While it refuses, an upgrade is answered with 503. */
  refuses: boolean;
  /** While it is silent, it takes connections and says nothing, not even hello. */
  silent: boolean;
  /** While it does not, clients think that their connection is dead. */
  acknowledges: boolean;
  /** Privileged intents that the application has been given. */
  privileged: GatewayIntentBits[];
  /** Asks every client to connect again and to resume. */
  reconnect(): void;
  /** Says that the session is no good; clients may try to resume it if they are told so. */
  invalidate(mayResume: boolean): void;
  /** Ends every connection with a code. */
  close(code: number): void;
  /** Ends every connection without a word. */
  cut(): void;
  /** Connections stay open, but nothing comes through any more: no events, no acknowledgements. */
  fallSilent(): void;
  /** Forgets the sessions that nobody is connected to: they cannot be resumed. */
  forget(): void;
  /** Asks for a heartbeat at once. */
  askHeartbeat(): void;
  /** Sends anything at all. */
  sendRaw(text: string): void;
}

export interface GatewayServer extends Gateway {
  dispatch(event: string, data: Fields): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  stop(): void;
}

const allIntents = Object.values(GatewayIntentBits)
  .filter((it) => typeof it === "number")
  .reduce((all, it) => all | it, 0);

const privilegedIntents = [
  GatewayIntentBits.GuildMembers,
  GatewayIntentBits.GuildPresences,
  GatewayIntentBits.MessageContent,
];

/** @see https://docs.discord.com/developers/events/gateway */
export function gatewayServer(
  world: () => World,
  token: () => string | undefined,
  port: () => number,
): GatewayServer {
  const server = new WebSocketServer({ noServer: true });
  const identifies: Identify[] = [];
  const closes: number[] = [];
  const sessions = new Set<Session>();
  let open: Connection[] = [];
  let opened = 0;
  let resumes = 0;
  let heartbeats = 0;

  function say({ socket, isSilent }: Connection, packet: object): void {
    if (!isSilent) {
      socket.send(JSON.stringify(packet));
    }
  }

  function end({ socket }: Connection, code: GatewayCloseCodes, reason: string): void {
    socket.close(code, reason);
  }

  function send(session: Session, event: string, data: Fields): void {
    const packet = { op: GatewayOpcodes.Dispatch, t: event, s: session.packets.length + 1, d: data };
    session.packets.push(packet);
    for (const it of open.filter((it) => it.session === session)) {
      say(it, packet);
    }
  }

  function identify(connection: Connection, data: Fields): void {
    const intents = Number(data["intents"]);
    const given = textOf(data["token"]) ?? "";
    identifies.push({ token: given, intents, at: world().now() });
    world().sessionStarts.remaining -= 1;
    world().changed();
    if (given.replace(/^Bot /, "") !== token()) {
      end(connection, GatewayCloseCodes.AuthenticationFailed, "Authentication failed.");
    } else if (connection.session !== undefined) {
      end(connection, GatewayCloseCodes.AlreadyAuthenticated, "Already authenticated.");
    } else if (!Number.isInteger(intents) || (intents & ~allIntents) !== 0) {
      end(connection, GatewayCloseCodes.InvalidIntents, "Invalid intent(s).");
    } else if (privilegedIntents.some((it) => (intents & it) !== 0 && !gateway.privileged.includes(it))) {
      end(connection, GatewayCloseCodes.DisallowedIntents, "Disallowed intent(s).");
    } else {
      welcome(connection, intents);
    }
  }

  function welcome(connection: Connection, intents: number): void {
    const { guild, bot } = world();
    const session: Session = { id: randomUUID().replaceAll("-", ""), intents, packets: [] };
    sessions.add(session);
    connection.session = session;
    send(session, "READY", {
      v: 10,
      user: botJson(world()),
      guilds: [{ id: guild.id, unavailable: true }],
      session_id: session.id,
      session_type: "normal",
      resume_gateway_url: `ws://127.0.0.1:${port()}/resume`,
      shard: [0, 1],
      application: { id: bot.id, flags: 0 },
      private_channels: [],
      relationships: [],
      presences: [],
      user_settings: {},
      user_settings_proto: "",
      geo_ordered_rtc_regions: [],
      auth: {},
      _trace: [],
    });
    if ((intents & GatewayIntentBits.Guilds) !== 0) {
      send(session, "GUILD_CREATE", wholeGuildJson(world()));
    }
  }

  function resume(connection: Connection, data: Fields): void {
    const session = [...sessions].find((it) => it.id === data["session_id"]);
    const last = Number(data["seq"]);
    if (session === undefined || data["token"] !== token()) {
      say(connection, { op: GatewayOpcodes.InvalidSession, d: false });
      return;
    }
    if (last > session.packets.length) {
      end(connection, GatewayCloseCodes.InvalidSeq, "Invalid seq.");
      return;
    }
    for (const it of open.filter((it) => it.session === session)) {
      it.session = undefined;
      it.socket.terminate();
    }
    resumes += 1;
    for (const packet of session.packets.slice(last)) {
      say(connection, packet);
    }
    connection.session = session;
    send(session, "RESUMED", { _trace: [] });
    world().changed();
  }

  function hear(connection: Connection, text: string): void {
    const packet = parsed(text);
    const op = isFields(packet) ? packet["op"] : undefined;
    const data = isFields(packet) ? fieldsOf(packet["d"]) : {};
    if (connection.isSilent) {
      return;
    }
    if (op === undefined) {
      end(connection, GatewayCloseCodes.DecodeError, "Error while decoding payload.");
    } else if (op === GatewayOpcodes.Heartbeat) {
      heartbeats += 1;
      if (gateway.acknowledges) {
        say(connection, { op: GatewayOpcodes.HeartbeatAck });
      }
      world().changed();
    } else if (op === GatewayOpcodes.Identify) {
      identify(connection, data);
    } else if (op === GatewayOpcodes.Resume) {
      resume(connection, data);
    } else if (connection.session === undefined) {
      end(connection, GatewayCloseCodes.NotAuthenticated, "Not authenticated.");
    } else if (op !== GatewayOpcodes.PresenceUpdate && op !== GatewayOpcodes.RequestGuildMembers) {
      end(connection, GatewayCloseCodes.UnknownOpcode, "Unknown opcode.");
    }
  }

  function connect(socket: WebSocket): void {
    const connection: Connection = { socket, session: undefined, isSilent: gateway.silent };
    opened += 1;
    open.push(connection);
    socket.on("error", () => {});
    socket.on("message", (data) => hear(connection, String(data)));
    socket.on("close", (code) => {
      open = open.filter((it) => it !== connection);
      closes.push(code);
      // Whoever closes with these codes has gone for good.
      if ((code === 1000 || code === 1001) && connection.session !== undefined) {
        sessions.delete(connection.session);
      }
      world().changed();
    });
    say(connection, {
      op: GatewayOpcodes.Hello,
      d: { heartbeat_interval: gateway.heartbeatMilliseconds, _trace: [] },
    });
    world().changed();
  }

  const gateway: GatewayServer = {
    get connections() {
      return open.length;
    },
    get opened() {
      return opened;
    },
    get resumes() {
      return resumes;
    },
    get heartbeats() {
      return heartbeats;
    },
    identifies,
    closes,
    heartbeatMilliseconds: 41_250,
    refuses: false,
    silent: false,
    acknowledges: true,
    privileged: [],
    reconnect() {
      for (const it of open) {
        say(it, { op: GatewayOpcodes.Reconnect, d: null });
      }
    },
    invalidate(mayResume) {
      for (const it of open) {
        if (!mayResume && it.session !== undefined) {
          sessions.delete(it.session);
        }
        it.session = undefined;
        say(it, { op: GatewayOpcodes.InvalidSession, d: mayResume });
      }
    },
    close(code) {
      for (const { socket } of open) {
        socket.close(code);
      }
    },
    cut() {
      for (const { socket } of open) {
        socket.terminate();
      }
    },
    fallSilent() {
      for (const it of open) {
        it.isSilent = true;
      }
    },
    forget() {
      for (const it of sessions) {
        if (!open.some(({ session }) => session === it)) {
          sessions.delete(it);
        }
      }
    },
    askHeartbeat() {
      for (const it of open) {
        say(it, { op: GatewayOpcodes.Heartbeat, d: null });
      }
    },
    sendRaw(text) {
      for (const { socket } of open) {
        socket.send(text);
      }
    },
    dispatch(event, data) {
      for (const session of sessions) {
        if (hears(session.intents, event)) {
          send(session, event, seenBy(session.intents, world().bot.id, event, data));
        }
      }
    },
    upgrade(request, socket, head) {
      if (gateway.refuses) {
        socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        return;
      }
      const { searchParams } = new URL(request.url ?? "/", "ws://discord");
      server.handleUpgrade(request, socket, head, (it) => {
        if (searchParams.get("v") !== "10") {
          it.close(GatewayCloseCodes.InvalidAPIVersion, "Invalid API version.");
        } else if (searchParams.get("encoding") !== "json") {
          it.close(GatewayCloseCodes.DecodeError, "This fake speaks JSON only.");
        } else {
          connect(it);
        }
      });
    },
    stop() {
      gateway.cut();
      server.close();
    },
  };
  return gateway;
}
