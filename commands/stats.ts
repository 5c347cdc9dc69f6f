import { refusalFor } from "../src/chat/dispatch.ts";
import { barChartSvg } from "../src/chat/pictures/bar-chart.ts";
import { command } from "../src/chat/spec.ts";
import { firstMonday, statsOf } from "../src/deploy/stats.ts";
import { statsBlocks, weekChart } from "../src/views/stats.ts";
import { hostWord, optional, typed } from "./input.ts";

/** More than twelve weeks of a busy fleet. */
const most = 20_000;
/** What began a while before the first week may have ended in it. */
const before = 24 * 60 * 60_000;

export const stats = command({
  name: "stats",
  words: [optional(hostWord)],
  summary: "How deploying goes: changes a week, time from commit to switch, failures, time to restore.",
  examples: ["/stats", "/stats yoga"],
  flags: [],
  input: typed({ least: 0, most: 1, what: "/stats takes one host at most." }).transform((input) => ({
    host: input.words[0] ?? null,
  })),
  async handle({ host }, call) {
    const refusal = refusalFor(call, "view", host);
    if (refusal !== null) {
      return refusal;
    }
    const { store, now } = call.tools;
    const at = now();
    const since = new Date(firstMonday(at) - before).toISOString();
    const past = await store.deployments({ ...(host === null ? {} : { host }), since, limit: most });
    const found = statsOf(past, at);
    const chart = found.all.changes === 0 ? "" : barChartSvg(weekChart(found));
    return { kind: "answer", text: "How deploying goes", blocks: statsBlocks(host, found, chart) };
  },
});
