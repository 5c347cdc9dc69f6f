import { heading, table, text } from "../src/chat/blocks.ts";
import type { HostLine } from "../src/chat/desk.ts";
import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import { hostNamed } from "../src/fleet/host.ts";
import { statusBlocks } from "../src/views/status.ts";
import { troubleBlocks } from "../src/views/troubles.ts";
import { noHosts, unreadBlocks } from "../src/views/unread-hosts.ts";
import { hostWord, optional, typed } from "./input.ts";

export const status = command({
  name: "status",
  words: [optional(hostWord)],
  summary: "What runs where: generation, revision, health, drift, and what is under way.",
  examples: ["/status", "/status yoga"],
  flags: [],
  input: typed({ least: 0, most: 1, what: "/status takes one host at most." }).transform((input) => ({
    host: input.words[0] ?? null,
  })),
  async handle({ host }, call) {
    const refusal = refusalFor(call, "view", host);
    if (refusal !== null) {
      return refusal;
    }
    const { engine, store } = call.tools;
    const found = await engine.status(host);
    return "kind" in found
      ? found
      : {
          kind: "answer",
          text: host === null ? "What runs where" : `Status of ${host}`,
          blocks: [
            ...troubleBlocks(call.tools.troubles().filter(({ key }) => key !== "inventory")),
            ...statusBlocks(found, await store.open(), await engine.locks()),
          ],
        };
  },
});

export const hosts = command({
  name: "hosts",
  words: [],
  summary: "The hosts of the fleet, how they are reached, their tags, risk and roles.",
  examples: ["/hosts"],
  flags: [],
  input: typed({ least: 0, most: 0, what: "/hosts takes nothing." }),
  async handle(_input, call) {
    const refusal = refusalFor(call, "view", null);
    if (refusal !== null) {
      return refusal;
    }
    const fleet = call.tools.fleet();
    const { hosts: names, trouble } = await call.tools.engine.inventory();
    if (names.length === 0 && trouble !== null) {
      return trouble;
    }
    const rows = names.map((name) => {
      const { target, tags, risk, roles } = hostNamed(fleet, name);
      const address =
        target.address === "local"
          ? "local"
          : `${target.user}@${target.address}:${target.port}${target.via === "direct" ? ", directly" : ""}`;
      const runs = call.tools.seen?.(name).runs ?? null;
      return [name, address, tags.join(", "), risk, roles.join(", "), runsWords(runs)];
    });
    return {
      kind: "answer",
      text: `${names.length} hosts`,
      blocks: [
        ...unreadBlocks(trouble),
        heading("Hosts"),
        rows.length === 0
          ? text(noHosts, "warning")
          : table(["Host", "Reached as", "Tags", "Risk", "Who may deploy", "Runs, as last seen"], rows),
      ],
    };
  },
});

/** Where what runs is not what boots, both; asked for without waiting, so a bot that has just begun knows nothing yet. */
function runsWords(runs: HostLine["runs"]): string {
  if (runs === null) {
    return "";
  }
  return runs.differs ?? (runs.generation === null ? "no generation" : `generation ${runs.generation}`);
}
