const mask = "•••";

/** Masks the bot's own secrets wherever they turn up; every sink gets its text through this. */
export function redactor(secrets: readonly (string | null)[]): (text: string) => string {
  const known = secrets.filter((secret): secret is string => secret !== null && secret.length >= 8);
  return (text) => known.reduce((masked, secret) => masked.replaceAll(secret, mask), text);
}
