import type { Ran } from "./fake-shell.ts";

/**
 * Commands as lines that compare exactly and can be read: `builder: git -C /srv/fleet remote`. A space inside
 * a word shows as ␣, an empty word as ∅. Scripts (`sh -c …`) have tests of their own and show as `<script>`;
 * long names are replaced by those given.
 */
export function readable(ran: readonly Ran[], names: Readonly<Record<string, string>> = {}): string[] {
  const byLength = Object.entries(names).sort(([a], [b]) => b.length - a.length);
  return ran.map(({ on, argv }) => {
    const words = argv.map((word, index) =>
      argv[0] === "sh" && argv[1] === "-c" && index === 2 ? "<script>" : word,
    );
    const line = words.map((word) => (word === "" ? "∅" : word.replaceAll(" ", "␣"))).join(" ");
    return `${on}: ${byLength.reduce((text, [long, short]) => text.replaceAll(long, short), line)}`;
  });
}
