import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Ack, Envelope, Transport } from "./deliveries.ts";
import { fieldsOf, parsed } from "./json.ts";
import type { Workspace } from "./workspace.ts";

/** docs.slack.dev/apis/events-api/using-socket-mode */
const maxConnections = 10;

export type DisconnectReason = "warning" | "refresh_requested" | "link_disabled" | "too_many_websockets";

interface Connection {
  readonly number: number;
  readonly socket: WebSocket;
  isSilent: boolean;
}

interface Waiting {
  readonly connection: Connection;
  readonly envelopeId: string;
  end(ack: Ack): void;
}

export interface SocketMode extends Transport {
  /** How many connections are open now. */
  readonly connections: number;
  /** How many there ever were. */
  readonly opened: number;
  /** Acknowledgements that came too late, or for nothing that was sent. */
  readonly strayAcks: readonly { readonly envelopeId: string; readonly payload: unknown }[];
  /** While it refuses, an upgrade is answered with 503. */
  refuses: boolean;
  /** Asks every connection to go, as Slack does every few hours; it goes on answering until they have gone. */
  disconnect(reason?: DisconnectReason): void;
  /** Ends every connection without a word. */
  cut(): void;
  /** Connections stay open, but nothing comes through any more: no events, no pongs. */
  fallSilent(): void;
  /** Sends anything at all, to the connection whose turn it is. */
  sendRaw(text: string): void;
  url(): string;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  close(): void;
}

export function socketMode(workspace: Workspace, port: () => number, pingMilliseconds = 10_000): SocketMode {
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  const tickets = new Set<string>();
  const strayAcks: { envelopeId: string; payload: unknown }[] = [];
  let open: Connection[] = [];
  let waiting: Waiting[] = [];
  let opened = 0;
  let turn = 0;

  const pings = setInterval(() => {
    for (const { socket, isSilent } of open) {
      if (!isSilent) {
        socket.ping(`Ping from ${Date.now()}`);
      }
    }
  }, pingMilliseconds);
  pings.unref();

  function say(connection: Connection, message: unknown): void {
    connection.socket.send(JSON.stringify(message));
  }

  function hear(connection: Connection, text: string): void {
    if (connection.isSilent) {
      return;
    }
    const message = fieldsOf(parsed(text));
    const envelopeId = String(message["envelope_id"]);
    const payload = message["payload"];
    const found = waiting.find((it) => it.envelopeId === envelopeId && it.connection === connection);
    if (found === undefined) {
      strayAcks.push({ envelopeId, payload });
      workspace.changed();
      return;
    }
    found.end({ kind: "acked", payload, connection: connection.number });
  }

  function welcome(socket: WebSocket): void {
    const connection: Connection = { number: ++opened, socket, isSilent: false };
    const debug_info = { host: "applink-fake", build_number: 1, approximate_connection_time: 18_060 };
    socket.on("error", () => {});
    if (open.length >= maxConnections) {
      say(connection, { type: "disconnect", reason: "too_many_websockets", debug_info });
      socket.close();
      return;
    }
    open.push(connection);
    socket.on("message", (data) => hear(connection, String(data)));
    socket.on("ping", (data) => {
      if (!connection.isSilent) {
        socket.pong(data);
      }
    });
    socket.on("close", () => {
      open = open.filter((it) => it !== connection);
      for (const it of waiting.filter((it) => it.connection === connection)) {
        it.end({ kind: "failed", reason: "timeout" });
      }
      workspace.changed();
    });
    const app_id = workspace.bot.appId;
    say(connection, { type: "hello", num_connections: open.length, connection_info: { app_id }, debug_info });
    workspace.changed();
  }

  /** Each event goes to one of the connections; those that are closing take no more. */
  function next(): Connection | undefined {
    const able = open.filter((it) => it.socket.readyState === it.socket.OPEN);
    turn += 1;
    return able[turn % able.length];
  }

  return {
    get connections() {
      return open.length;
    },
    get opened() {
      return opened;
    },
    strayAcks,
    refuses: false,
    disconnect(reason = "refresh_requested") {
      for (const connection of open) {
        say(connection, { type: "disconnect", reason, debug_info: { host: "applink-fake" } });
      }
    },
    cut() {
      for (const { socket } of open) {
        socket.terminate();
      }
    },
    fallSilent() {
      for (const connection of open) {
        connection.isSilent = true;
      }
    },
    sendRaw(text) {
      next()?.socket.send(text);
    },
    url() {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `ws://127.0.0.1:${port()}/link/?ticket=${ticket}&app_id=${workspace.bot.appId}`;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? "/", "ws://slack").searchParams.get("ticket") ?? "";
      if (this.refuses || !tickets.delete(ticket)) {
        socket.end(`HTTP/1.1 ${this.refuses ? "503 Service Unavailable" : "401 Unauthorized"}\r\n\r\n`);
        return;
      }
      server.handleUpgrade(request, socket, head, welcome);
    },
    send(envelope, milliseconds) {
      const connection = next();
      if (connection === undefined) {
        return Promise.resolve({ kind: "failed", reason: "dispatch_failed" });
      }
      return new Promise((resolve) => {
        const entry: Waiting = {
          connection,
          envelopeId: envelope.id,
          end(ack) {
            clearTimeout(timer);
            waiting = waiting.filter((it) => it !== entry);
            resolve(ack);
          },
        };
        const timer = setTimeout(() => entry.end({ kind: "failed", reason: "timeout" }), milliseconds);
        waiting.push(entry);
        if (!connection.isSilent) {
          say(connection, envelopeJson(envelope));
        }
      });
    },
    close() {
      clearInterval(pings);
      this.cut();
      server.close();
    },
  };
}

function envelopeJson({ id, kind, payload, retry, reason }: Envelope) {
  return {
    envelope_id: id,
    payload,
    type: kind,
    accepts_response_payload: kind !== "events_api",
    ...(kind === "events_api" && { retry_attempt: retry, retry_reason: reason }),
  };
}
