import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { parsed } from "../slack/json.ts";
import type { Upload } from "./api.ts";
import type { Incoming, Reply, Rest } from "./rest.ts";
import type { Attachment } from "./types.ts";

export interface ServerRoutes {
  readonly rest: Rest;
  /** A file by its id, for those who follow an attachment's address. */
  file(id: string): Attachment | undefined;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

export interface FakeServer {
  readonly port: number;
  /** While it is down, every connection ends before a word is said. */
  setDown(isDown: boolean): void;
  close(): Promise<void>;
}

export async function startServer(routes: () => ServerRoutes): Promise<FakeServer> {
  let isDown = false;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    handle(routes(), request).then(
      (reply) => write(response, reply),
      (error) =>
        write(response, { status: 500, headers: {}, body: `the fake itself failed: ${error.stack}` }),
    );
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    if (isDown) {
      socket.destroy();
    }
  });
  server.on("upgrade", (request, _socket, head) => routes().upgrade(request, request.socket, head));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    setDown(value) {
      isDown = value;
      for (const socket of value ? sockets : []) {
        socket.destroy();
      }
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) {
    throw new Error("the fake Discord does not listen on a port");
  }
  return address.port;
}

async function handle(routes: ServerRoutes, request: IncomingMessage): Promise<Reply> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://discord");
  const content = await contentOf(request);
  const [, area, , id] = pathname.split("/");
  if (area === "attachments") {
    const file = routes.file(id ?? "");
    return file === undefined
      ? { status: 404, headers: {}, body: "This content is no longer available." }
      : { status: 200, headers: { "content-type": file.contentType }, body: file.content };
  }
  const path = /^\/api(?:\/v10)?(\/.*)$/.exec(pathname)?.[1];
  if (path === undefined) {
    return { status: 404, headers: {}, body: { message: "404: Not Found", code: 0 } };
  }
  return routes.rest({
    method: request.method ?? "GET",
    path,
    query: Object.fromEntries(searchParams),
    token: /^Bot (.+)$/.exec(request.headers.authorization ?? "")?.[1],
    ...(await bodyOf(content, request.headers["content-type"] ?? "")),
  });
}

async function contentOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

type Content = Pick<Incoming, "body" | "isReadable" | "files">;

/** JSON, or a form with JSON in `payload_json` and files in `files[N]`. */
async function bodyOf(content: Buffer, type: string): Promise<Content> {
  if (!type.startsWith("multipart/form-data")) {
    const body = content.length === 0 ? undefined : parsed(content.toString());
    return { body, isReadable: content.length === 0 || body !== undefined, files: [] };
  }
  const form = await new Response(new Uint8Array(content), { headers: { "content-type": type } }).formData();
  const files: Upload[] = [];
  let body: unknown;
  let isReadable = true;
  for (const [name, value] of form) {
    if (typeof value !== "string") {
      files.push({
        index: /^files?\[(\d+)\]$/.exec(name)?.[1] ?? name,
        name: value.name,
        contentType: value.type,
        content: Buffer.from(await value.arrayBuffer()),
      });
    } else if (name === "payload_json") {
      body = parsed(value);
      isReadable = body !== undefined;
    }
  }
  return { body, isReadable, files };
}

function write(response: ServerResponse, reply: Reply): void {
  if (reply === "hang up") {
    response.socket?.destroy();
    return;
  }
  const { status, headers, body } = reply;
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const isPlain = typeof body === "string" || Buffer.isBuffer(body);
  response.writeHead(status, { "content-type": isPlain ? "text/plain" : "application/json", ...headers });
  response.end(isPlain ? body : JSON.stringify(body));
}
