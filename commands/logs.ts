import { type Block, code, heading, text } from "../src/chat/blocks.ts";
import type { Reply } from "../src/chat/desk.ts";
import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import type { CommandTools } from "../src/chat/tools.ts";
import type { Deployment } from "../src/deploy/deployment.ts";
import { excerptsOf, excerptText } from "../src/logs/excerpts.ts";
import { logRemoved } from "../src/logs/log-files.ts";
import { isTrouble } from "../src/logs/trouble.ts";
import { flagText, hasFlag, idWord, typed } from "./input.ts";

/** How much of a log fits an answer; the page and the API have all of it. */
const mostLines = 60;
const mostBytes = 512 * 1024;
const around = 2;

export const logs = command({
  name: "logs",
  words: [idWord],
  summary: "The end of a deployment's log, or its errors and warnings, or a text in it.",
  examples: [
    "/logs d-20261123-7f3a",
    "/logs d-20261123-7f3a --errors",
    '/logs d-20261123-7f3a --search "nginx"',
  ],
  flags: [
    { name: "errors", value: null, summary: "errors and warnings, with the lines around them" },
    {
      name: "search",
      value: { label: "TEXT", of: { kind: "text" } },
      summary: "where a text stands, with the lines around it",
    },
  ],
  input: typed({ least: 1, most: 1, what: "/logs takes the id of one deployment." }).transform(
    (input, context) => {
      const search = flagText(input, "search");
      const isErrorsOnly = hasFlag(input, "errors");
      if (search !== null && (isErrorsOnly || search.trim() === "")) {
        context.addIssue({
          code: "custom",
          message: isErrorsOnly
            ? "--errors and --search are two different things: give one."
            : "--search takes a text.",
        });
      }
      return { id: input.words[0] ?? "", isErrorsOnly, search };
    },
  ),
  async handle({ id, isErrorsOnly, search }, call) {
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
    const answer = (what: string, blocks: readonly Block[]): Reply => ({
      kind: "answer",
      text: `Log of ${id}`,
      blocks: [heading(`${what} of ${id}, ${deployment.host}`), ...blocks],
    });
    if (!(await call.tools.hasLog(deployment))) {
      return answer("Log", [text(logRemoved, "warning")]);
    }
    if (search !== null) {
      return answer(`“${search}” in the log`, await found(call.tools, deployment, contains(search)));
    }
    return isErrorsOnly
      ? answer("Errors and warnings", await found(call.tools, deployment, isTrouble))
      : answer("Log", await end(call.tools, deployment));
  },
});

function contains(wanted: string): (line: string) => boolean {
  const lower = wanted.toLowerCase();
  return (line) => line.toLowerCase().includes(lower);
}

async function found(
  tools: CommandTools,
  deployment: Deployment,
  isWanted: (line: string) => boolean,
): Promise<Block[]> {
  const excerpts = await excerptsOf(tools.logLines(deployment), isWanted, { around, most: mostLines });
  return [
    ...(excerpts.hits === 0
      ? [text("There is nothing of it in the log.")]
      : [code(deployment.log, excerptText(excerpts))]),
    ...(excerpts.left === 0
      ? []
      : [text(`… ${excerpts.left} earlier of ${excerpts.hits} lines, see the page or the file.`)]),
  ];
}

async function end(tools: CommandTools, deployment: Deployment): Promise<Block[]> {
  const log = await tools.readLog(deployment, mostBytes);
  const lines = log.split("\n").filter((line) => line !== "");
  const shown = lines.slice(-mostLines);
  return [
    ...(shown.length === 0 ? [text("There is nothing in it.")] : [code(deployment.log, shown.join("\n"))]),
    ...(lines.length > shown.length
      ? [text(`… ${lines.length - shown.length} earlier lines, see the page or the file.`)]
      : []),
  ];
}
