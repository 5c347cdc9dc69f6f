import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import type { CommandTools } from "../src/chat/tools.ts";
import type { Deployment } from "../src/deploy/deployment.ts";
import { historyOf, mostPast } from "../src/deploy/generation-history.ts";
import { changeLogBlocks } from "../src/views/change-log.ts";
import { historyBlocks } from "../src/views/history.ts";
import { recordTroubles, troubleBlocks } from "../src/views/troubles.ts";
import { flagText, hasFlag, hostWord, optional, positive, typed } from "./input.ts";

const most = 100;
/** A change log is long, and asks the builder for each deployment's commits. */
const mostChanges = 15;

export const history = command({
  name: "history",
  words: [optional(hostWord)],
  summary: "Past deployments: who, what, why, when, how long, and how it went.",
  examples: ["/history", "/history yoga --limit 20", "/history yoga --changes"],
  flags: [
    {
      name: "changes",
      value: null,
      summary: `a host's change log: what each good deployment brought; default 5, at most ${mostChanges}`,
    },
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
      const host = input.words[0] ?? null;
      const isChanges = hasFlag(input, "changes");
      if (isChanges && host === null) {
        context.addIssue({ code: "custom", message: "--changes is of one host: /history HOST --changes." });
      }
      return isChanges
        ? { host, limit: Math.min(limit === null ? 5 : (number ?? 5), mostChanges), isChanges }
        : { host, limit: number ?? 10, isChanges };
    },
  ),
  async handle({ host, limit, isChanges }, call) {
    const refusal = refusalFor(call, "view", host);
    if (refusal !== null) {
      return refusal;
    }
    if (isChanges && host !== null) {
      const changes = await call.tools.engine.changes(host, limit);
      return "kind" in changes
        ? changes
        : { kind: "answer", text: `Changes of ${host}`, blocks: changeLogBlocks(host, changes) };
    }
    const past = await call.tools.store.deployments({ ...(host === null ? {} : { host }), limit });
    const leftWhy = await readLeft(call.tools, [...new Set(past.map((one) => one.host))]);
    const blocks = [
      ...troubleBlocks(recordTroubles(call.tools.troubles())),
      ...historyBlocks(host, past, leftWhy),
    ];
    return { kind: "answer", text: `${past.length} deployments`, blocks };
  },
});

/** Which systems were gone back from, by the records of each host. */
async function readLeft({ store }: CommandTools, hosts: readonly string[]) {
  const histories = await Promise.all(
    hosts.map(async (host) => {
      const records = await store.deployments({ host, limit: mostPast });
      return [host, historyOf([], records)] as const;
    }),
  );
  const known = new Map(histories);
  return ({ host, toplevel }: Deployment): string | null =>
    toplevel === null ? null : (known.get(host)?.leftWhy({ toplevel }) ?? null);
}
