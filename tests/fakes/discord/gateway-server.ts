import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { GatewayCloseCodes, GatewayOpcodes } from "discord.js";
import { type WebSocket, WebSocketServer } from "ws";
import { type Fields, fieldsOf, isFields, parsed, textOf } from "../slack/json.ts";
import type { Gateway, Identify } from "./gateway.ts";
import { hears, seenBy } from "./intents.ts";
import { greetings, intentsRefusal, newSession, nextPacket, type Session } from "./sessions.ts";
import type { World } from "./world.ts";

interface Connection {
  readonly socket: WebSocket;
  session: Session | undefined;
  isSilent: boolean;
}

export interface GatewayServer extends Gateway {
  dispatch(event: string, data: Fields): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  stop(): void;
}

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

  function send(session: Session, event: string, data: Fields): void {
    const packet = nextPacket(session, event, data);
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
    const refusal =
      given.replace(/^Bot /, "") !== token()
        ? GatewayCloseCodes.AuthenticationFailed
        : connection.session !== undefined
          ? GatewayCloseCodes.AlreadyAuthenticated
          : intentsRefusal(intents, gateway.privileged);
    if (refusal !== undefined) {
      connection.socket.close(refusal);
      return;
    }
    const session = newSession(intents);
    sessions.add(session);
    connection.session = session;
    for (const [event, data] of greetings(world(), session, `ws://127.0.0.1:${port()}/resume`)) {
      send(session, event, data);
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
      connection.socket.close(GatewayCloseCodes.InvalidSeq);
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
      connection.socket.close(GatewayCloseCodes.DecodeError);
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
      connection.socket.close(GatewayCloseCodes.NotAuthenticated);
    } else if (op !== GatewayOpcodes.PresenceUpdate && op !== GatewayOpcodes.RequestGuildMembers) {
      connection.socket.close(GatewayCloseCodes.UnknownOpcode);
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
          it.close(GatewayCloseCodes.InvalidAPIVersion);
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
