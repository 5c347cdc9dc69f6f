export interface Wanted {
  readonly host: string;
  readonly mode: "deploy" | "dry-run" | "build-only";
  readonly ref: string | null;
  readonly reason: string | null;
}

/** The command that says what a form says, quoted so that the desk reads exactly these words. */
export function deployText({ host, mode, ref, reason }: Wanted): string {
  return [
    "/deploy",
    quote(host),
    ...(mode === "deploy" ? [] : [`--${mode}`]),
    // With "=" a value may begin with a dash.
    ...(ref === null ? [] : [`--ref=${quote(ref)}`]),
    ...(reason === null ? [] : [`--reason=${quote(reason)}`]),
  ].join(" ");
}

/**
 * In single quotes, where nothing means anything. The desk puts right what phones type before it reads quotes: curly
 * ones become straight, and a dash after a space two hyphens; so the first are made straight here, and the second
 * is parted from its space.
 */
function quote(value: string): string {
  const text = value
    .replaceAll(/[\u201c\u201d\u201e\u00ab\u00bb]/g, '"')
    .replaceAll(/[\u2018\u2019\u201a]/g, "'")
    .replaceAll(/[\s\u00a0\u202f]+/g, " ")
    .trim();
  return `'${text.replaceAll("'", `'"'"'`).replaceAll(/ (?=[\u2013\u2014])/g, " ''")}'`;
}
