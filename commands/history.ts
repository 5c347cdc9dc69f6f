import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import { historyBlocks } from "../src/views/history.ts";
import { flagText, hostWord, optional, positive, typed } from "./input.ts";

const most = 100;

export const history = command({
  name: "history",
  words: [optional(hostWord)],
  summary: "Past deployments: who, what, why, when, how long, and how it went.",
  examples: ["/history", "/history yoga --limit 20"],
  flags: [
    {
      name: "limit",
      value: { label: "N", of: { kind: "integer", least: 1, most } },
      summary: `how many; default 10, at most ${most}`,
    },
  ],
  input: typed({ least: 0, most: 1, what: "/history takes one host at most." }).transform(
    (input, context) => {
      const limit = flagText(input, "limit");
      const number = limit === null ? 10 : positive(limit);
      if (number === undefined || number > most) {
        context.addIssue({ code: "custom", message: `--limit takes a whole number from 1 to ${most}.` });
      }
      return { host: input.words[0] ?? null, limit: number ?? 10 };
    },
  ),
  async handle({ host, limit }, call) {
    const refusal = refusalFor(call, "view", host);
    if (refusal !== null) {
      return refusal;
    }
    const past = await call.tools.store.deployments({ ...(host === null ? {} : { host }), limit });
    return { kind: "answer", text: `${past.length} deployments`, blocks: historyBlocks(host, past) };
  },
});
