import { activation } from "./explained-activation.ts";
import { hosts } from "./explained-hosts.ts";

/** A mutant that no test kills, and why that is no hole. It is known by its text, as lines move. */
export interface Explained {
  readonly file: string;
  /** The changed source as it is, blanks squeezed. */
  readonly original: string;
  readonly replacement: string;
  readonly why: string;
}

const permissions = "src/chat/permissions.ts";
const consent = "src/deploy/consent.ts";
const decideOne = "src/deploy/decide.ts";
const decideRun = "src/deploy/decide-run.ts";
const words = "src/deploy/words.ts";
const weigh = "src/deploy/weigh.ts";
const history = "src/deploy/generation-history.ts";
const queue = "src/deploy/queue.ts";
const refusals = "src/deploy/refusals.ts";
const validate = "src/deploy/phases/validate.ts";
const approvals = "src/deploy/approvals.ts";
const transitions = "src/deploy/transitions.ts";
const lockHosts = "src/deploy/lock-hosts.ts";

export const explained: readonly Explained[] = [
  ...activation,
  ...hosts,
  {
    file: consent,
    original: "act === null",
    replacement: "false",
    why: "For the types: who deletes generations has an act.",
  },
  {
    file: consent,
    original: "[]",
    replacement: '["Stryker was here"]',
    why: "For the types: who deletes generations has an act.",
  },
  {
    file: consent,
    original: "Array.isArray(value)",
    replacement: "false",
    why: "A list as pairs of place and value tells any two sets apart as well.",
  },
  {
    file: consent,
    original: "{ return value.map(inOrder); }",
    replacement: "{}",
    why: "A list as pairs of place and value tells any two sets apart as well.",
  },
  {
    file: consent,
    original: "a < b",
    replacement: "a <= b",
    why: "No object has one name twice.",
  },
  {
    file: consent,
    original: "a < b",
    replacement: "a >= b",
    why: "Any one order is an order: it is the same for the same set.",
  },
  {
    file: decideRun,
    original: "[]",
    replacement: '["Stryker was here"]',
    why: "The store gives the members before anything is read of it.",
  },
  {
    file: decideRun,
    original: "earlier !== undefined",
    replacement: "true",
    why: "For the types: whom the store gave was among the members.",
  },
  {
    file: decideRun,
    original: "first !== undefined",
    replacement: "true",
    why: "For the types: where nothing was taken, something was refused.",
  },
  {
    file: decideRun,
    original: "decided.confirmation?.decision?.by",
    replacement: "decided.confirmation?.decision.by",
    why: "For the types: it was found by its decision.",
  },
  {
    file: decideRun,
    original: "decided.confirmation?.decision",
    replacement: "decided.confirmation.decision",
    why: "For the types: it was found by its decision.",
  },
  {
    file: decideOne,
    original: "latest !== undefined",
    replacement: "true",
    why: "For the types: what was decided is there.",
  },
  {
    file: decideOne,
    original: "task?.stop",
    replacement: "task.stop",
    why: "For the types: what nobody works on is refused before.",
  },
  {
    file: weigh,
    original: "confirmation?.gate",
    replacement: "confirmation.gate",
    why: "For the types: a card that asks has a confirmation.",
  },
  {
    file: weigh,
    original: "confirmation === null",
    replacement: "false",
    why: "For the types: a card that asks has a confirmation.",
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
  {
    file: words,
    original: "person !== null",
    replacement: "true",
    why: "For the types: a word of nobody is refused before.",
  },
  {
    file: words,
    original: "confirmation === null",
    replacement: "false",
    why: "For the types: where there is none, there is no decision in it.",
  },
  {
    file: words,
    original: "now.confirmation?.lost",
    replacement: "now.confirmation.lost",
    why: "For the types: what was decided has a confirmation.",
  },
];
