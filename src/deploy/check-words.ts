import { ruleNow, stricter } from "./approvals.ts";
import type { Confirmation } from "./confirmation.ts";
import { type Ended, end, type PhaseContext } from "./context.ts";
import { wordsMissing } from "./words.ts";

/** Asks everybody's rights again right before the act: a word counts only while its giver may give it. */
export async function checkWords(context: PhaseContext, gate: Confirmation["gate"]): Promise<Ended | null> {
  const { rights, host } = await context.rightsNow();
  const record = context.record();
  const own = ruleNow(record, host, gate, rights);
  const rule = record.confirmation === null ? own : stricter(record.confirmation, own);
  const why = wordsMissing(record, rule, rights);
  return why === null
    ? null
    : end({
        outcome: "refused",
        message: `Nothing was done to ${host.name}: ${why}.`,
        help: "Ask again: the new card takes the words of those who may give them now.",
      });
}
