import type { Explained } from "./explained.ts";

const state = "src/activation/state.ts";
const supervisor = "src/activation/supervisor.sh";
const program = "src/activation/switch-program.sh";
const answers = "src/activation/answers.sh";

export const activation: readonly Explained[] = [
  {
    file: supervisor,
    original: "set -u",
    replacement: ":",
    why: "It finds mistakes in the script; each name has a value where it is read.",
  },
  {
    file: supervisor,
    original: "reached=starting",
    replacement: ":",
    why: "Every way through a switch sets a state, so this one is never read.",
  },
  {
    file: supervisor,
    original: "active | activating | reloading) return 0 ;;",
    replacement: "active | activating | reloading) : ;;",
    why: "What ends a function well ends it with 0.",
  },
  {
    file: supervisor,
    original: "set --",
    replacement: ":",
    why: "It is called without arguments.",
  },
  {
    file: supervisor,
    original: '[ -e "$dir/committing" ] || return 0',
    replacement: '[ -e "$dir/committing" ] || return 1',
    why: "Only a host that goes down asks without a commit, and minds no exit code.",
  },
  {
    file: supervisor,
    original: "why=",
    replacement: ":",
    why: "Each way through the lines below gives it a value.",
  },
  {
    file: answers,
    original: "word=",
    replacement: ":",
    why: "read gives it a value, if an empty one; it is for a file that goes away between look and reading.",
  },
  {
    file: answers,
    original: "reason=",
    replacement: ":",
    why: "read gives it a value, if an empty one; it is for a file that goes away between look and reading.",
  },
  {
    file: answers,
    original: "shift",
    replacement: ":",
    why: "A number of seconds is the name of no answer.",
  },
  {
    file: program,
    original: 'rm -f "$pipe"',
    replacement: ":",
    why: "Its name has the number of this process, and it is removed when it was used.",
  },
  {
    file: answers,
    original: '[ -e "$dir/$1" ] || return 1',
    replacement: ":",
    why: "What is not there holds no word either; the look keeps the journal free of a message at each turn.",
  },
  {
    file: state,
    original:
      "/^state=(.*)\\ncurrent=(.*)\\nprofile=(.*)\\nboot=(.*)\\nunit=(.*)\\nnext=(\\d{1,15})\\nlog=\\n([\\s\\S]*)$/",
    replacement:
      "/^state=(.*)\\ncurrent=(.*)\\nprofile=(.*)\\nboot=(.*)\\nunit=(.*)\\nnext=(\\d{1,15})\\nlog=\\n([\\s\\S]*)/",
    why: "What takes every character goes to the end by itself.",
  },
  {
    file: state,
    original: "at < 0",
    replacement: "at <= 0",
    why: "A line that begins with a blank is no state either way.",
  },
];
