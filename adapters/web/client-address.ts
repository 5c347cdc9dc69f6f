import { BlockList, isIP } from "node:net";
import type { WebContext } from "./types.ts";

/** By whom a request is sent: the peer, or what a trusted proxy says of it. */
export type AddressOf = (c: WebContext) => string;

/**
 * The address that a request is counted by. X-Forwarded-For is believed from the proxies that are named in the settings alone: each
 * appends whom it heard, so it is read from its end, past trusted proxies, up to the first other address. What is no plain address
 * ends the reading there.
 */
export function addressOf(trusted: readonly string[]): AddressOf {
  const proxies = new BlockList();
  for (const entry of trusted) {
    const [address = "", prefix] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) proxies.addAddress(address, family);
    else proxies.addSubnet(address, Number(prefix), family);
  }
  const isProxy = (address: string) => proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  return (c) => {
    const peer = plain(c.env.incoming.socket.remoteAddress ?? "");
    const said = (c.req.header("x-forwarded-for") ?? "").split(",").map((one) => plain(one.trim()));
    let client = peer;
    while (isIP(client) !== 0 && isProxy(client)) {
      const before = said.pop() ?? "";
      if (isIP(before) === 0) break;
      client = before;
    }
    return client;
  };
}

/** An IPv4 peer of a socket that listens on IPv6 is written as `::ffff:192.0.2.1`. */
function plain(address: string): string {
  const [, inside = ""] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return isIP(inside) === 4 ? inside : address;
}
