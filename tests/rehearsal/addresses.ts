import { createServer } from "node:net";
import { fleetsDir, type HostName, hostNames, type MachineName, machineNames } from "./places.ts";
import { allStates } from "./state.ts";

/** A fleet's part of the loopback network, 127.83.N.0/24, and the port its sshds listen on. */
export interface Network {
  readonly subnet: number;
  readonly port: number;
}

export const addressOf = ({ subnet }: Network, machine: MachineName): string =>
  `127.83.${subnet}.${10 + machineNames.indexOf(machine)}`;

/** A second address of the builder for each host, so that one bot's way to the builder can be cut without the others'. */
export const builderAddressFor = ({ subnet }: Network, host: HostName): string =>
  `127.83.${subnet}.${20 + hostNames.indexOf(host)}`;

/** The lowest subnet that no fleet uses. Call it under the lock of all fleets, and record it before you let go. */
export async function freeNetwork(): Promise<Network> {
  const taken = new Set((await allStates()).map(({ subnet }) => subnet));
  for (let subnet = 1; subnet < 255; subnet++) {
    if (taken.has(subnet)) continue;
    const port = await freePort(addressOf({ subnet, port: 0 }, "builder"));
    if (port !== undefined) return { subnet, port };
  }
  throw new Error(`find a free loopback subnet: all are taken by the fleets in ${fleetsDir}; take some down`);
}

/** 22, unless this machine's own sshd listens on every address. */
async function freePort(address: string): Promise<number | undefined> {
  for (const port of [22, 2222, 22022]) if (await canListen(address, port)) return port;
  return undefined;
}

const canListen = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
