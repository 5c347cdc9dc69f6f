const most = 14;

/** What may come next after `text`. Each has the whole new text, a label, and a word on what it is. */
export function completions(text, { commands, hosts, deployments }) {
  const words = text.split(/\s+/);
  if (words.length === 1) return commandsLike(text, commands);
  const command = commands.find(({ name }) => `/${name}` === words[0]);
  if (command === undefined) return [];
  const typed = words.at(-1);
  // What a flag takes, such as the REF of --ref, is not for us to guess.
  const flag = words.at(-2);
  if (flag.startsWith("--") && new RegExp(`\\[${flag} [A-Z]+\\]`).test(command.usage)) return [];
  const earlier = new Set(words.slice(1, -1));
  const isHost = (word) => hosts.some(({ name }) => name === word);
  const start = text.slice(0, text.length - typed.length);
  // A phone turns -- into a dash; the bot reads it as --.
  const plain = typed.replace(/^[—–]/, "--");
  return arguments_(command.usage, hosts, deployments)
    .filter(
      ({ label }) => command.usage.includes("HOST…") || !isHost(label) || !words.slice(1, -1).some(isHost),
    )
    .filter(({ label }) => label.startsWith(plain) && label !== plain && !earlier.has(label))
    .filter(({ label }) => plain !== "" || !label.startsWith("--") || earlier.size > 0)
    .slice(0, most)
    .map(({ label, about }) => ({ text: `${start}${label} `, label, about }));
}

function commandsLike(text, commands) {
  if (text === "") return [];
  const typed = text.startsWith("/") ? text : `/${text}`;
  return commands
    .filter(({ name }) => `/${name}`.startsWith(typed))
    .slice(0, most)
    .map(({ name, usage, summary }) => ({
      text: usage.includes(" ") ? `/${name} ` : `/${name}`,
      label: `/${name}`,
      about: summary,
    }));
}

function arguments_(usage, hosts, deployments) {
  const found = [];
  if (usage.includes("HOST")) {
    found.push(...hosts.map((host) => ({ label: host.name, about: host.tags.join(", ") })));
    if (usage.includes("HOST…")) {
      found.push({ label: "all", about: "every host" });
      const tags = new Set(hosts.flatMap((host) => host.tags));
      found.push(...[...tags].map((tag) => ({ label: `@${tag}`, about: "all with this tag" })));
    }
  }
  if (/\bID\b/.test(usage)) {
    const newest = [...deployments.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    found.push(
      ...newest.map((one) => ({ label: one.id, about: `${one.host}, ${one.outcome ?? one.phase}` })),
    );
  }
  const flags = usage.match(/--[a-z-]+/g) ?? [];
  return [...found, ...flags.map((label) => ({ label, about: "" }))];
}

/** The usage of the command that is being typed, as a reminder. */
export function usageFor(text, commands) {
  const name = /^\/(\S+)\s/.exec(text)?.[1];
  return commands.find((command) => command.name === name)?.usage ?? "";
}
