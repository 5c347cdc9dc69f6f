/** What has to be typed: the host's name, or all of their names, or how many there are where those would be too long. */
export function wordFor(hosts: readonly string[]): string {
  const names = hosts.join(" ");
  return names.length <= longestWord ? names : `${hosts.length} hosts`;
}

const longestWord = 80;

/** People write in whatever case, and put commas between names. */
export function sameWord(typed: string, wanted: string): boolean {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[\s,]+/g, " ")
      .trim();
  return plain(typed) === plain(wanted);
}
