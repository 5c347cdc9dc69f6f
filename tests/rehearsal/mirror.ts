import { glob, readFile } from "node:fs/promises";

const fallback = "http://deb.debian.org/debian";

/** The Debian mirror this machine's own apt uses, so that a machine behind a local mirror works too. */
export async function debianMirror(): Promise<string> {
  for await (const file of glob("/etc/apt/{sources.list,sources.list.d/*.{list,sources}}")) {
    const found = mirrorIn(file, await readFile(file, "utf8"));
    if (found) return found;
  }
  return fallback;
}

/** Reads one file of apt's sources, in the deb822 or the one-line form. */
export function mirrorIn(file: string, text: string): string | undefined {
  const uris = file.endsWith(".sources") ? deb822Uris(text) : oneLineUris(text);
  return uris.find((uri) => /\/debian\/?$/.test(uri))?.replace(/\/$/, "");
}

const deb822Uris = (text: string): string[] =>
  [...text.matchAll(/^URIs:\s*(.+)$/gim)].flatMap((match) => (match[1] ?? "").trim().split(/\s+/));

const oneLineUris = (text: string): string[] =>
  [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/gm)].flatMap((match) => match[1] ?? []);
