/** A mutant that no test kills, and why that is no hole. It is known by its text, as lines move. */
export interface Explained {
  readonly file: string;
  /** The changed source as it is, blanks squeezed. */
  readonly original: string;
  readonly replacement: string;
  readonly why: string;
}

const history = "src/deploy/generation-history.ts";
const queue = "src/deploy/queue.ts";
const refusals = "src/deploy/refusals.ts";
const validate = "src/deploy/phases/validate.ts";
const transitions = "src/deploy/transitions.ts";
const lockHosts = "src/deploy/lock-hosts.ts";

export const explained: readonly Explained[] = [
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
];
