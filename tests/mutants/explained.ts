/** A mutant that no test kills, and why that is no hole. It is known by its text, as lines move. */
export interface Explained {
  readonly file: string;
  /** The changed source as it is, blanks squeezed. */
  readonly original: string;
  readonly replacement: string;
  readonly why: string;
}

const permissions = "src/chat/permissions.ts";
const answers = "src/activation/answers.sh";
const history = "src/deploy/generation-history.ts";
const queue = "src/deploy/queue.ts";
const refusals = "src/deploy/refusals.ts";
const validate = "src/deploy/phases/validate.ts";
const windows = "src/fleet/windows.ts";
const verdict = "src/health/verdict.ts";
const trouble = "src/health/unit-trouble.ts";
const state = "src/activation/state.ts";
const approvals = "src/deploy/approvals.ts";
const transitions = "src/deploy/transitions.ts";
const lockHosts = "src/deploy/lock-hosts.ts";

export const explained: readonly Explained[] = [
  {
    file: answers,
    original: '[ -e "$dir/$1" ] || return 1',
    replacement: ":",
    why: "What is not there holds no word either; the look keeps the journal free of a message at each turn.",
  },
  {
    file: permissions,
    original: "host === null",
    replacement: "false",
    why: "For the types: no host is named null, and one that fleet.yaml does not name has the same roles.",
  },
  {
    file: permissions,
    original: "[]",
    replacement: '["Stryker was here"]',
    why: "A name that is a member of no role.",
  },
  {
    file: permissions,
    original: "person === null",
    replacement: "false",
    why: "For the types: null is a member of no role.",
  },
  {
    file: history,
    original: "[]",
    replacement: '["Stryker was here"]',
    why: "The stack would begin with something that is no system: it has no number and is in no list.",
  },
  {
    file: history,
    original: "(stack.at(-1)?.number ?? 0) > number",
    replacement: "(stack.at(-1)?.number ?? 0) >= number",
    why: "Two systems have one number only where it was given out again, and then the first is gone from the host's list.",
  },
  {
    file: history,
    original: "deployment.monitor?.alarm",
    replacement: "deployment.monitor.alarm",
    why: "For the types: isAlarmed() has looked already.",
  },
  {
    file: history,
    original: "toGeneration === null",
    replacement: "false",
    why: "For the types: null counts as 0 in the comparison beside it, with the same result.",
  },
  {
    file: history,
    original: "toGeneration <= from",
    replacement: "toGeneration < from",
    why: "To what runs already: staying there takes nothing off and marks nothing, going back or not.",
  },
  {
    file: lockHosts,
    original: "until !== null",
    replacement: "true",
    why: "In the loop, for the types: a null is never before a time.",
  },
  {
    file: lockHosts,
    original: "[name, host]",
    replacement: "[]",
    why: "No host's address in fleet.yaml is `*`, so it is never found to be one machine with another one.",
  },
  {
    file: transitions,
    original: "confirmation !== null",
    replacement: "true",
    why: "For the types: awaitsDecision() has looked already.",
  },
  {
    file: queue,
    original: "a.id < b.id",
    replacement: "a.id <= b.id",
    why: "No two deployments have one id.",
  },
  {
    file: queue,
    original: "a.createdAt < b.createdAt",
    replacement: "a.createdAt <= b.createdAt",
    why: "Here the two times differ: those of one moment go by their ids.",
  },
  {
    file: refusals,
    original: "ref === null",
    replacement: "false",
    why: "For the types: a pattern reads null as the word null, which is a name.",
  },
  {
    file: validate,
    original:
      'case "acked": return silent(context, "the supervisor waits", { kind: "acked", exitCode: followed.exitCode });',
    replacement: 'case "acked":',
    why: "For the types: who follows past the ack is told of none.",
  },
  {
    file: validate,
    original: '{ kind: "acked", exitCode: followed.exitCode }',
    replacement: "{}",
    why: "For the types: who follows past the ack is told of none.",
  },
  {
    file: windows,
    original: "-1",
    replacement: "+1",
    why: "For the types: split() gives one part at least.",
  },
  {
    file: windows,
    original: "[]",
    replacement: '["Stryker was here"]',
    why: "The first entry is the whole match, which is not read.",
  },
  {
    file: windows,
    original: "{ zone }",
    replacement: "{}",
    why: "The days looked at begin one before and end one after those that count, so another calendar's day is enough.",
  },
  {
    file: windows,
    original: "left < to",
    replacement: "left <= to",
    why: "Half a day more than is needed is looked through.",
  },
  {
    file: windows,
    original: "offsetAt(zone, high) !== before",
    replacement: "true",
    why: "It saves work: a moment at which no clock is set is an opening only where a window opens.",
  },
  {
    file: windows,
    original: "next === null || window === undefined",
    replacement: "next === null && window === undefined",
    why: "For the types: there is a window for each opening.",
  },
  {
    file: windows,
    original: "next === null",
    replacement: "false",
    why: "For the types: there is a window for each opening.",
  },
  {
    file: windows,
    original: "window === undefined",
    replacement: "false",
    why: "For the types: there is a window for each opening.",
  },
  {
    file: verdict,
    original: "[]",
    replacement: '["Stryker was here"]',
    why: "A glob that names no unit.",
  },
  {
    file: verdict,
    original: "before.users?.[user]?.includes",
    replacement: "before.users?.[user].includes",
    why: "For the types: hasOwn() has looked already.",
  },
  {
    file: verdict,
    original: "before.users?.[user]",
    replacement: "before.users[user]",
    why: "For the types: hasOwn() has looked already.",
  },
  {
    file: trouble,
    original: "after?.sub",
    replacement: "after.sub",
    why: "For the types: a unit that is not there was left out before.",
  },
  {
    file: trouble,
    original: "before?.wanted",
    replacement: "before.wanted",
    why: "For the types: it ran before, so it was there.",
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
  {
    file: lockHosts,
    original: "[]",
    replacement: '["Stryker was here"]',
    why: "What is open is not read there, but for the locks beside it.",
  },
  {
    file: approvals,
    original: 'gate === "switch"',
    replacement: "true",
    why: "At the gate before the copy the rule is as strict already.",
  },
];
