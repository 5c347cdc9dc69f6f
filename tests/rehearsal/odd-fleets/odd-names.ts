import type { Change } from "../flake-commits.ts";

/** A bracket too few, in a file whose name is odd as well. */
export const brokenOddFile = `docs/it's "broken" \`now\`\nin two lines.nix`;

/** On top of the fleet's main: names that a careless script would run, split or follow, and more text than code. */
export function oddNames(host: string): Readonly<Record<string, Change>> {
  return {
    // Read by the host, so that Nix has to find it.
    '$HOME/notes of `id`, "all".nix': '{ greeting = "from a folder called $HOME"; }\n',
    "modules/two\nlines.nix": '{ queue = "odd"; }\n',
    [`hosts/${host}.nix`]: `{ pkgs, roles }:
let
  notes = import (../. + "/$HOME/notes of \`id\`, \\"all\\".nix");
  lines = import (../. + "/modules/two\\nlines.nix");
in
{
  packages = [ pkgs.git ];
  roles = [ (roles.web { inherit (notes) greeting; }) (roles.worker { inherit (lines) queue; }) ];
}
`,
    [brokenOddFile]: "{ a = [ 1; }\n",
    "$HOME/.ssh/$(reboot).txt": "nothing\n",
    "-rf": "nothing\n",
    "docs/-n.nix": "{ }\n",
    "docs/'; touch ran; '.nix": "{ }\n",
    "docs/ ends with a blank .nix": "{ }\n",
    "docs/*.nix": "{ }\n",
    "docs/back\\slash.nix": "{ }\n",
    "docs/été 雪.md": "nothing\n",
    "links/dangling.nix": { link: "../nowhere/at all.nix" },
    "links/out of it.nix": { link: "/etc/passwd" },
    "links/to a folder": { link: "../roles" },
    "links/to itself": { link: "to itself" },
    "links/up": { link: ".." },
    ...docs(),
  };
}

/** 5 MB, in files of a quarter of one. */
function docs(): Record<string, string> {
  const line = "The quick brown fox jumps over the lazy dog, and nobody deploys it on a Friday.\n";
  const page = line.repeat(Math.ceil((256 * 1024) / line.length));
  return Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`docs/manual/page ${index + 1}.md`, `# ${index + 1}\n${page}`]),
  );
}
