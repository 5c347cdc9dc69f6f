import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Surface } from "../../src/chat/surface.ts";
import { webApp } from "./app.ts";
import { loadAssets } from "./assets.ts";
import { eventStreams } from "./events.ts";
import type { WebOptions } from "./types.ts";

/** Open requests get this long at a stop; then their connections are cut. */
const drainMs = 1_000;

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

export function webSurface(options: WebOptions): Surface & { readonly url: () => string } {
  const { desk, listen, log } = options;
  const events = eventStreams(desk, log);
  let server: Server | null = null;

  function url(): string {
    const address = server?.address();
    if (address === null || address === undefined || typeof address === "string")
      return origin(listen.host, listen.port);
    return origin(listen.host, address.port);
  }

  return {
    name: "web",
    url,
    async start() {
      if (options.token === null && !loopback.has(listen.host)) {
        throw new Error(
          `listening on ${listen.host}: without a token the page is for 127.0.0.1 only. Set SWITCHYARD_TOKEN.`,
        );
      }
      const app = webApp(options, await loadAssets(), events);
      const starting = httpServer(app.fetch, options.requestTimeout ?? 15_000);
      await listening(starting, listen);
      server = starting;
      starting.on("error", (error) => log.error({ err: error }, "the web server"));
      log.info({ url: url() }, "the web page is up");
    },
    async stop() {
      const stopping = server;
      if (stopping === null) return;
      server = null;
      const closed = new Promise((resolve) => stopping.close(resolve));
      events.closeAll();
      // A stream's connection is idle only once its last bytes are written, so look again until all are gone.
      const tidy = setInterval(() => stopping.closeIdleConnections(), 25);
      const cut = setTimeout(() => stopping.closeAllConnections(), drainMs);
      await closed;
      clearInterval(tidy);
      clearTimeout(cut);
    },
    async standingOf({ id, name }) {
      const isHere = id === "token" || (options.people?.() ?? []).some((person) => person.name === id);
      return isHere
        ? { kind: "here", groups: [], isOutsider: false }
        : { kind: "gone", why: `the token of ${name} was revoked` };
    },
    health() {
      return server === null ? { ok: false, detail: "not listening" } : { ok: true, detail: url() };
    },
  };
}

/** An address people can open: everywhere is written as loopback. */
function origin(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function httpServer(
  fetch: (request: Request) => Response | Promise<Response>,
  requestTimeout: number,
): Server {
  const server = createAdaptorServer({
    fetch,
    serverOptions: {
      // These bound how long a request may take to arrive; answers, such as event streams, may last.
      requestTimeout,
      headersTimeout: Math.min(10_000, requestTimeout),
      connectionsCheckingInterval: Math.min(2_000, requestTimeout),
      keepAliveTimeout: 10_000,
    },
  });
  return server as Server;
}

async function listening(server: Server, listen: WebOptions["listen"]): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>();
  const refuse = (error: NodeJS.ErrnoException) => {
    const why = reasons[error.code ?? ""] ?? error.message;
    const what = `listening on ${listen.host}:${listen.port}: ${why}. Set SWITCHYARD_LISTEN to another address, such as 127.0.0.1:4041.`;
    reject(new Error(what, { cause: error }));
  };
  server.once("error", refuse);
  server.listen(listen.port, listen.host, () => {
    server.off("error", refuse);
    resolve(server.address() as AddressInfo);
  });
  return promise;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use by another program, perhaps another bot",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "this user may not use that port",
  ENOTFOUND: "the name is unknown",
};
