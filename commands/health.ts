import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import { healthBlocks } from "../src/views/health.ts";
import { hostWord, typed } from "./input.ts";

export const health = command({
  name: "health",
  words: [hostWord],
  summary: "How a host does: system, load, memory, disk, units, checks, and the last errors in its journal.",
  examples: ["/health yoga"],
  flags: [],
  input: typed({ least: 1, most: 1, what: "/health takes one host, such as /health yoga." }).transform(
    (input) => ({ host: input.words[0] ?? "" }),
  ),
  async handle({ host }, call) {
    const refusal = refusalFor(call, "view", host);
    if (refusal !== null) {
      return refusal;
    }
    const examined = await call.tools.engine.health(host);
    return examined.kind === "refused"
      ? examined
      : { kind: "answer", text: `Health of ${host}`, blocks: healthBlocks(examined) };
  },
});
