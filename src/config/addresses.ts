import { isIP } from "node:net";
import { z } from "zod";

/** How machines and listeners are written in the environment. */

export type BuilderAddress =
  | { readonly kind: "local" }
  | { readonly kind: "ssh"; readonly user: string; readonly host: string; readonly port: number };

export const builder = z.string().transform((text, context): BuilderAddress => {
  if (text === "local") {
    return { kind: "local" };
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "ssh:" || url.hostname === "" || url.password !== "" || !/^\/?$/.test(url.pathname)) {
    context.addIssue({
      code: "custom",
      message: "is neither `local` nor an address such as ssh://switchyard@builder:22",
    });
    return z.NEVER;
  }
  if (!/^[A-Za-z0-9_.-]*$/.test(url.username)) {
    context.addIssue({ code: "custom", message: "has a user name with characters that none has" });
    return z.NEVER;
  }
  return {
    kind: "ssh",
    user: url.username || "root",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 22),
  };
});

export const listen = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, "is not an address and port, such as 127.0.0.1:4040")
  .transform((text) => {
    const at = text.lastIndexOf(":");
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, "has a port above 65535");

/** Addresses and networks, with commas between: `127.0.0.1, 10.0.0.0/8, fd00::/8`. */
export const trustedProxies = z.string().transform((text, context): readonly string[] => {
  const entries = text.split(",").map((entry) => entry.trim());
  for (const entry of entries) {
    const why = wrongIn(entry);
    if (why !== null) {
      context.addIssue({ code: "custom", message: `has ${JSON.stringify(entry)}, which ${why}` });
    }
  }
  return entries;
});

function wrongIn(entry: string): string | null {
  const [address = "", prefix, ...rest] = entry.split("/");
  const family = address.includes("%") ? 0 : isIP(address);
  if (family === 0 || rest.length > 0) {
    return "is neither an address nor a network, such as 127.0.0.1 or 10.0.0.0/8";
  }
  const longest = family === 4 ? 32 : 128;
  if (prefix !== undefined && (!/^(0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > longest)) {
    return `has no prefix from 1 to ${longest}`;
  }
  return prefix === "0"
    ? "is every address: anybody could then say to be any other. Name the proxies alone"
    : null;
}
