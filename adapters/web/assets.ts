import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WebContext } from "./types.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Files of packages, under the names that the page knows them by. */
const fromPackages: Readonly<Record<string, string>> = {
  "preact.js": "htm/preact/standalone",
  "inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "mono.woff2": "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
};

export interface Assets {
  /** One of the page's files by its name, such as `lib/api.js`; undefined for any other name. */
  answer(c: WebContext, name: string, status?: 200 | 401): Response | undefined;
}

/** Reads the page's few files once. A request only ever picks a name from this list: no path is made from it. */
export async function loadAssets(): Promise<Assets> {
  const folder = fileURLToPath(new URL("./page/", import.meta.url));
  const names = (await readdir(folder, { recursive: true })).filter(
    (name) => types[extname(name)] !== undefined,
  );
  const files = new Map<string, { body: Uint8Array<ArrayBuffer>; etag: string; type: string }>();
  const load = async (name: string, path: string) => {
    const body = new Uint8Array(await readFile(path));
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    files.set(name, { body, etag, type: types[extname(name)] ?? "application/octet-stream" });
  };
  const packaged = Object.entries(fromPackages).map(
    ([name, from]) => [name, fileURLToPath(import.meta.resolve(from))] as const,
  );
  const own = names.map((name) => [name.replaceAll("\\", "/"), join(folder, name)] as const);
  await Promise.all([...own, ...packaged].map(([name, path]) => load(name, path)));
  return {
    answer(c, name, status = 200) {
      const file = files.get(name);
      if (file === undefined) return undefined;
      const headers = { etag: file.etag, "cache-control": "no-cache" };
      if (status === 200 && c.req.header("if-none-match") === file.etag) return c.body(null, 304, headers);
      return c.body(file.body, status, { ...headers, "content-type": file.type });
    },
  };
}
