import { code, heading, text } from "../src/chat/blocks.ts";
import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import { troubleLines } from "../src/logs/trouble.ts";
import { hasFlag, idWord, typed } from "./input.ts";

/** How much of a log fits an answer; the page and the API have all of it. */
const mostLines = 60;
const mostBytes = 512 * 1024;

export const logs = command({
  name: "logs",
  words: [idWord],
  summary: "The end of a deployment's log, or only its errors and warnings.",
  examples: ["/logs d-20261123-7f3a", "/logs d-20261123-7f3a --errors"],
  flags: [{ name: "errors", value: null, summary: "only errors and warnings" }],
  input: typed({ least: 1, most: 1, what: "/logs takes the id of one deployment." }).transform((input) => ({
    id: input.words[0] ?? "",
    isErrorsOnly: hasFlag(input, "errors"),
  })),
  async handle({ id, isErrorsOnly }, call) {
    const deployment = await call.tools.store.deployment(id);
    const refusal = refusalFor(call, "view", deployment?.host ?? null);
    if (refusal !== null) {
      return refusal;
    }
    if (deployment === undefined) {
      return {
        kind: "refused",
        code: "unknown-id",
        message: `There is no deployment ${JSON.stringify(id)}.`,
        help: "/history lists them.",
      };
    }
    const all = (await call.tools.readLog(deployment, mostBytes)).split("\n").filter((line) => line !== "");
    const lines = isErrorsOnly ? troubleLines(all) : all;
    const shown = lines.slice(-mostLines);
    return {
      kind: "answer",
      text: `Log of ${id}`,
      blocks: [
        heading(`${isErrorsOnly ? "Errors and warnings" : "Log"} of ${id}, ${deployment.host}`),
        ...(shown.length === 0
          ? [text("There is nothing in it.")]
          : [code(deployment.log, shown.join("\n"))]),
        ...(lines.length > shown.length
          ? [text(`… ${lines.length - shown.length} earlier lines, see the page or the file.`)]
          : []),
      ],
    };
  },
});
