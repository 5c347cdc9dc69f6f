import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Fields, fieldsOf, isFields, parsed, textOf } from "./json.ts";
import type { Reply, WebApi } from "./web-api.ts";

export interface Routes {
  readonly api: WebApi;
  /** The bytes of an uploaded file; answers the HTTP status. */
  upload(id: string, content: Buffer): number;
  /** What was sent to a response_url. */
  respond(path: string, body: Fields): Reply;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

export interface FakeServer {
  readonly port: number;
  /** While it is down, every connection ends before a word is said. */
  setDown(isDown: boolean): void;
  close(): Promise<void>;
}

export async function startServer(routes: () => Routes): Promise<FakeServer> {
  let isDown = false;
  const server = createServer((request, response) => {
    handle(routes(), request).then(
      (reply) => write(response, reply),
      (error) => write(response, { status: 500, headers: {}, body: `the fake itself failed: ${error}` }),
    );
  });
  server.on("connection", (socket) => {
    if (isDown) {
      socket.destroy();
    }
  });
  server.on("upgrade", (request, socket, head) => routes().upgrade(request, socket as Socket, head));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    setDown(value) {
      isDown = value;
      if (value) {
        server.closeAllConnections();
      }
    },
    close: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function handle(routes: Routes, request: IncomingMessage): Promise<Reply> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://slack");
  const body = await bodyOf(request);
  const type = request.headers["content-type"] ?? "";
  const [, area, ...rest] = pathname.split("/");
  if (area === "api") {
    const args: Fields = { ...Object.fromEntries(searchParams), ...(await argsOf(body, type)) };
    const inBody = textOf(args["token"]);
    delete args["token"];
    const inHeader = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    return routes.api(rest.join("/"), inHeader ?? inBody, args);
  }
  if (area === "upload") {
    const status = routes.upload(rest.at(-1) ?? "", await fileOf(body, type));
    return { status, headers: {}, body: status === 200 ? `OK - ${body.length}` : "upload failed" };
  }
  if (area === "commands" || area === "actions") {
    return routes.respond(pathname, fieldsOf(parsed(body.toString())));
  }
  return { status: 404, headers: {}, body: "not found" };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function argsOf(body: Buffer, type: string): Promise<Fields> {
  if (type.startsWith("application/json")) {
    const value = parsed(body.toString());
    return isFields(value) ? value : {};
  }
  if (type.startsWith("multipart/form-data")) {
    return Object.fromEntries(await formOf(body, type));
  }
  return Object.fromEntries(new URLSearchParams(body.toString()));
}

function formOf(body: Buffer, type: string) {
  return new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
}

/** The upload address takes the bytes as they are, or in a form. */
async function fileOf(body: Buffer, type: string): Promise<Buffer> {
  if (!type.startsWith("multipart/form-data")) {
    return body;
  }
  for (const [, value] of await formOf(body, type)) {
    if (typeof value !== "string") {
      return Buffer.from(await value.arrayBuffer());
    }
  }
  return Buffer.alloc(0);
}

function write(response: ServerResponse, reply: Reply): void {
  if (reply === "hang up") {
    response.socket?.destroy();
    return;
  }
  const isText = typeof reply.body === "string";
  response.writeHead(reply.status, {
    "content-type": isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8",
    ...reply.headers,
  });
  response.end(isText ? reply.body : JSON.stringify(reply.body));
}
