import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { WebContext } from "./types.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export interface Assets {
  /** One of the page's files by its plain name; undefined for any other name. */
  answer(c: WebContext, name: string, status?: 200 | 401): Response | undefined;
}

/** Reads the page's few files once. A request only ever picks a name from this list: no path is made from it. */
export async function loadAssets(): Promise<Assets> {
  const folder = new URL("./page/", import.meta.url);
  const names = (await readdir(folder)).filter((name) => types[extname(name)] !== undefined);
  const files = new Map<string, { body: Uint8Array<ArrayBuffer>; etag: string; type: string }>();
  const load = async (name: string, path: string) => {
    const body = new Uint8Array(await readFile(path));
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    files.set(name, { body, etag, type: types[extname(name)] ?? "application/octet-stream" });
  };
  await Promise.all(names.map((name) => load(name, fileURLToPath(new URL(name, folder)))));
  await load("preact.js", fileURLToPath(import.meta.resolve("htm/preact/standalone")));
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
