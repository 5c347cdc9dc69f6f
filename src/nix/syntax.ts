import { stripVTControlCharacters } from "node:util";

/** A .nix file that does not parse, by its path in the flake, and where and why. */
export interface BrokenFile {
  readonly path: string;
  /** Such as `3:1`; null where Nix does not say. */
  readonly place: string | null;
  readonly why: string;
}

/** All files in one go; only when that fails is each read alone, as Nix stops at the first broken one. */
const script = `
command -v nix-instantiate >/dev/null || { echo 'there is no nix-instantiate on the PATH' >&2; exit 2; }
find "$1" -name '*.nix' -type f -exec nix-instantiate --parse {} + >/dev/null 2>&1 && exit 0
find "$1" -name '*.nix' -type f -exec sh -c '
  for file; do
    said=$(nix-instantiate --parse "$file" 2>&1 >/dev/null) || printf "%s\\0%s\\0" "$file" "$(printf "%s" "$said" | tail -n 12)"
  done' sh {} +
`;

/** Prints path and error of every .nix file below a directory that does not parse, each ended by NUL. */
export function parseNixFiles(directory: string): string[] {
  return ["sh", "-c", script, "parse", directory];
}

const longestWhy = 160;

export function readBrokenFiles(stdout: string, directory: string): BrokenFile[] {
  const parts = stdout.split("\0").slice(0, -1);
  const found: BrokenFile[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [file = "", error = ""] = parts.slice(at, at + 2);
    const said = stripVTControlCharacters(error);
    const line = said.split("\n").find((text) => /error:\s*\S/.test(text)) ?? "it does not parse";
    found.push({
      path: file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : file,
      place: /:(\d+:\d+):?\s*$/m.exec(said)?.[1] ?? null,
      why: line
        .replace(/^\s*error:\s*/, "")
        .trim()
        .slice(0, longestWhy),
    });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const mostNamed = 10;

/** Every broken file, with its place; a name with odd characters is quoted. */
export function brokenText(files: readonly BrokenFile[]): string {
  const named = files.slice(0, mostNamed).map(({ path, place, why }) => {
    const name = /^[\w./@+-]+$/.test(path) ? path : JSON.stringify(path);
    return `${name}${place === null ? "" : `:${place}`} (${why})`;
  });
  const more = files.length - mostNamed;
  const count = files.length === 1 ? "1 file does not parse" : `${files.length} files do not parse`;
  return `${count}: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
