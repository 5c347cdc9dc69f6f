import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A wire between the bot and a machine, which a test can cut. */
export interface Wire {
  readonly port: number;
  /** Every connection is lost, and no new one comes about. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function layWire(to: { readonly host: string; readonly port: number }): Promise<Wire> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(to.port, to.host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  function cut(): void {
    isCut = true;
    for (const socket of sockets) {
      socket.destroy();
    }
  }
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut,
    mend() {
      isCut = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
