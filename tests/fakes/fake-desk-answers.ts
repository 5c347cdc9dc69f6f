import type { Reply } from "../../src/chat/desk.ts";
import type { FakeDesk } from "./fake-desk.ts";
import { generations, helpTable } from "./fake-desk-data.ts";

/** What the fake answers to typed words, as far as it knows commands. */
export function answerTyped(typed: string, hostNames: readonly string[], begin: FakeDesk["begin"]): Reply {
  const [command, ...words] = typed.split(/\s+/);
  const named = words.filter((word) => !word.startsWith("-"));
  const hosts = command === "/build-all" ? hostNames : command === "/rollback" ? named.slice(0, 1) : named;
  const [host] = hosts;
  if (command === "/help") return { kind: "answer", text: "Commands", blocks: [helpTable()] };
  if (command === "/generations")
    return { kind: "answer", text: "Generations", blocks: generations(host ?? "yoga") };
  if (command !== "/deploy" && command !== "/build-all" && command !== "/rollback") {
    return {
      kind: "refused",
      code: "bad-command",
      message: `There is no command ${command}.`,
      help: "Type /help.",
    };
  }
  const strange = hosts.find((name) => !hostNames.includes(name));
  if (host === undefined || strange !== undefined) {
    const message = `There is no host ${strange ?? "named"}.`;
    return { kind: "refused", code: "unknown-host", message, help: `Known: ${hostNames.join(", ")}.` };
  }
  const kind = command === "/deploy" ? "deploy" : command === "/rollback" ? "rollback" : "build-all";
  const made = begin(hosts, kind, typed);
  const ids = made.deployments.map((one) => one.id);
  return {
    kind: "started",
    run: made.run.id,
    deployments: ids,
    text: `started ${made.run.id}`,
    blocks: [],
  };
}
