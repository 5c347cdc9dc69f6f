import { profile } from "./commands.ts";
import { isSpecialisationName } from "./flake.ts";
import { wholeNumber } from "./whole-number.ts";

/** One numbered entry of the system profile, read from the host without nixos-rebuild. */
export interface Generation {
  readonly number: number;
  readonly toplevel: string;
  /** When the generation was made, in ISO 8601 (UTC). */
  readonly date: string;
  readonly nixosVersion: string;
  readonly kernel: string;
  readonly revision: string;
  /** The host runs it now, or a specialisation of it. */
  readonly isCurrent: boolean;
  /** The specialisation of it that runs. */
  readonly specialisation?: string;
  /** It was booted, or a specialisation of it. */
  readonly isBooted?: boolean;
  /** The profile points at it: it is what the next boot takes. */
  readonly isProfile: boolean;
}

/** Fields as nixos-rebuild's list-generations reads them; one line each, tab-separated. */
const script = `
current=$(readlink -f /run/current-system)
selected=$(readlink "$1")
for link in "$1"-*-link; do
  [ -L "$link" ] || continue
  top=$(readlink -f "$link")
  special=
  booted=
  [ "$top" -ef /run/booted-system ] && booted=yes
  for one in "$top"/specialisation/*; do
    [ "$one" -ef /run/current-system ] && special=\${one##*/}
    [ "$one" -ef /run/booted-system ] && booted=yes
  done
  kernel=$(ls "$top/kernel-modules/lib/modules" 2>/dev/null | head -n 1)
  revision=$(timeout 5 "$top/sw/bin/nixos-version" --configuration-revision 2>/dev/null)
  printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "\${link##*/}" "$top" "$(stat -c %Y "$link")" \\
    "$(cat "$top/nixos-version" 2>/dev/null)" "$kernel" "$revision" "$current" "$selected" "$booted" "$special"
done
`;

export const listGenerations = ["sh", "-c", script, "generations", profile];

/** The newest first. Links that are no generations, and those whose system is gone, are left out. */
export function readGenerations(stdout: string): Generation[] {
  return stdout
    .split("\n")
    .flatMap((line) => {
      const [
        link = "",
        toplevel = "",
        seconds = "",
        version,
        kernel,
        revision,
        current,
        selected,
        booted,
        special,
      ] = line.split("\t");
      const number = generationNumber(link);
      if (number === null || !toplevel.startsWith("/nix/store/") || !/^\d{1,11}$/.test(seconds)) {
        return [];
      }
      const name = isSpecialisationName(special ?? "") ? (special ?? null) : null;
      return [
        {
          number,
          toplevel,
          date: new Date(Number(seconds) * 1000).toISOString(),
          nixosVersion: version ?? "",
          kernel: kernel ?? "",
          revision: revision ?? "",
          isCurrent: toplevel === current || name !== null,
          ...(name === null || toplevel === current ? {} : { specialisation: name }),
          ...(booted === "yes" ? { isBooted: true } : {}),
          isProfile: link === selected,
        },
      ];
    })
    .sort((a, b) => b.number - a.number);
}

/** `system-12-link` → 12. */
export function generationNumber(link: string): number | null {
  return wholeNumber(/^system-(\d+)-link$/.exec(link)?.[1] ?? "");
}
