const most = 25;

/**
 * What is being typed, by the commands' own data: `local` offers are known here (commands, flags), and `ask` is what the
 * bot has to be asked for (hosts, generations, refs, ids), or null. `start` is where the word that is typed begins.
 */
export function asking(text, commands) {
  // Inside a quoted reason there is nothing to offer.
  if ((text.match(/"/g) ?? []).length % 2 === 1) return nothing(text);
  const words = text.split(/\s+/);
  const typed = words.at(-1);
  const start = text.slice(0, text.length - typed.length);
  if (words.length === 1) return { start, local: commandsLike(typed, commands), ask: null, about: "" };
  const command = commands.find(({ name }) => `/${name}` === words[0]);
  if (command === undefined) return nothing(text);
  const { named, used, flag } = readWords(words.slice(1, -1), command);
  const host = hostOf(named, command);
  if (flag !== null) {
    return { start, local: [], ask: { of: flag.value.of.kind, typed, host }, about: flag.summary };
  }
  const last = command.words.at(-1);
  // After the first of several hosts there may be more, and flags.
  const more = last?.value.of.kind === "hosts" ? { ...last, isRequired: false } : undefined;
  const word = command.words[named.length] ?? more;
  const isFlag = /^[-—–]/.test(typed);
  return {
    start,
    local: isFlag || !(word?.isRequired ?? false) ? flagsLike(typed, command, used) : [],
    ask: isFlag || word === undefined ? null : { of: word.value.of.kind, typed, host },
    about: word?.summary ?? "",
  };
}

function nothing(text) {
  return { start: text, local: [], ask: null, about: "" };
}

/** The words that are no flags, the flags that were used, and the flag whose value is being typed. */
function readWords(words, command) {
  const named = [];
  const used = new Set();
  let flag = null;
  for (const word of words) {
    if (flag !== null) {
      flag = null;
      continue;
    }
    const name = /^[-—–]+(.+)$/.exec(word)?.[1];
    if (name === undefined) {
      named.push(word);
      continue;
    }
    used.add(name);
    const found = command.flags.find((one) => one.name === name);
    flag = found === undefined || found.value === null ? null : found;
  }
  return { named, used, flag };
}

function hostOf(named, command) {
  const at = command.words.findIndex(({ value }) => value.of.kind === "host" || value.of.kind === "hosts");
  return named[at] ?? null;
}

function commandsLike(typed, commands) {
  if (typed === "") return [];
  const wanted = typed.startsWith("/") ? typed : `/${typed}`;
  return commands
    .filter(({ name }) => `/${name}`.startsWith(wanted))
    .slice(0, most)
    .map(({ name, summary }) => ({ value: `/${name}`, about: summary }));
}

function flagsLike(typed, command, used) {
  // A phone turns -- into a dash; the bot reads it as --.
  const plain = typed.replace(/^[—–]/, "--");
  return command.flags
    .map(({ name, value, summary }) => ({
      name,
      value: `--${name}`,
      about: value === null ? summary : `${value.label}: ${summary}`,
    }))
    .filter(({ name, value }) => value.startsWith(plain) && value !== plain && !used.has(name))
    .map(({ value, about }) => ({ value, about }));
}

/** The usage of the command that is being typed, as a reminder. */
export function usageFor(text, commands) {
  const name = /^\/(\S+)\s/.exec(text)?.[1];
  return commands.find((command) => command.name === name)?.usage ?? "";
}
