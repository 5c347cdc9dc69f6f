/**
 * Undoes what Slack makes of typed text: `<@U1|alice>`, `<#C1|ops>`, `<http://a.b|a.b>`, `<!subteam^S1|@web>` and the
 * three entities; docs.slack.dev/messaging/formatting-message-text.
 */
export function typedText(text: string): string {
  return text.replaceAll(/<([^<>]*)>|&(amp|lt|gt);/g, (whole, inside?: string) =>
    inside === undefined ? entities(whole) : link(inside),
  );
}

function link(inside: string): string {
  const [target = "", label] = inside.split(/\|(.*)/s);
  const kind = target.slice(0, 1);
  const name = entities(label ?? "").replace(/^[@#]/, "");
  if (kind === "@" || kind === "#") {
    return `${kind}${name || target.slice(1)}`;
  }
  if (kind === "!") {
    const fallback = name || target.slice(1).replace(/\^.*$/, "");
    return target.startsWith("!date") ? fallback : `@${fallback}`;
  }
  return entities(label || target.replace(/^mailto:/, ""));
}

function entities(text: string): string {
  return text.replaceAll(/&(amp|lt|gt);/g, (_, name: string) => ({ amp: "&", lt: "<", gt: ">" })[name] ?? "");
}
