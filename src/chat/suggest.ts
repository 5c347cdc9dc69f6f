import type { Clock } from "../config/clock.ts";
import { awaitsDecision, type Deployment } from "../deploy/deployment.ts";
import { hostNamed } from "../fleet/host.ts";
import type { Asking, Suggestion } from "./desk.ts";
import type { CommandTools } from "./tools.ts";

/** As many as Discord shows. */
const most = 25;
/** Typing asks at every key: what the builder and the hosts said counts for this long, in milliseconds. */
const lasts = 60_000;
/** Hosts whose generations are remembered. */
const mostHosts = 200;

/** What may stand where somebody is typing. It binds nobody: whatever is sent is checked as if it had been typed. */
export function createSuggest(
  tools: Pick<CommandTools, "engine" | "store" | "fleet" | "commands">,
  clock: Pick<Clock, "now">,
): (asking: Asking) => Promise<readonly Suggestion[]> {
  const { engine, store, fleet, commands } = tools;
  const generations = remembered(clock, (host) => readGenerations(host));
  const refs = remembered(clock, () => readRefs());

  async function readGenerations(host: string): Promise<readonly Suggestion[]> {
    const found = await engine.generations(host);
    const previous = { value: "previous", about: "the one before" };
    return "kind" in found
      ? []
      : [
          previous,
          ...found.map(({ number, date, revision, isCurrent }) => ({
            value: String(number),
            about: [date.slice(0, 10), revision.slice(0, 7), isCurrent ? "runs now" : ""]
              .filter((part) => part !== "")
              .join(" · "),
          })),
        ];
  }

  async function readRefs(): Promise<readonly Suggestion[]> {
    return (await engine.refs()).map((value) => ({ value, about: "" }));
  }

  function hostSuggestions(hosts: readonly string[]): Suggestion[] {
    return hosts.map((value) => ({ value, about: hostNamed(fleet(), value).tags.join(", ") }));
  }

  function groupSuggestions(hosts: readonly string[]): Suggestion[] {
    const tags = new Set(hosts.flatMap((host) => hostNamed(fleet(), host).tags));
    const tagged = (tag: string) => hosts.filter((host) => hostNamed(fleet(), host).tags.includes(tag));
    return [
      { value: "all", about: `all ${hosts.length} hosts` },
      ...[...tags].map((tag) => ({ value: `@${tag}`, about: tagged(tag).join(", ") })),
    ];
  }

  function withGroups(hosts: readonly string[]): Suggestion[] {
    return hosts.length === 0 ? [] : [...hostSuggestions(hosts), ...groupSuggestions(hosts)];
  }

  async function all({ of, host }: Asking): Promise<readonly Suggestion[]> {
    switch (of) {
      case "host":
        return hostSuggestions(await engine.hosts());
      case "hosts":
        return withGroups(await engine.hosts());
      case "deployment":
        return deploymentSuggestions(await store.deployments({ limit: 200 }));
      case "generation":
        // Only hosts of the fleet are asked, whatever was typed.
        return host !== null && (await engine.hosts()).includes(host) ? generations(host) : [];
      case "ref":
        return refs("");
      case "command":
        return commands.map(({ name, summary }) => ({ value: name, about: summary }));
      case "text":
      case "integer":
        return [];
    }
  }

  return async (asking) => likeliest(await all(asking), asking.typed).slice(0, most);
}

/** What waits for a decision comes first, as that is what people type ids for. */
function deploymentSuggestions(past: readonly Deployment[]): Suggestion[] {
  const waiting = past.filter(awaitsDecision);
  const others = past.filter((one) => !awaitsDecision(one));
  return [...waiting, ...others].map((one) => ({
    value: one.id,
    about: `${one.mode} ${one.host}, ${awaitsDecision(one) ? "waits for a decision" : (one.outcome ?? one.phase)}`,
  }));
}

/** What begins with the typed text, then what has it somewhere. */
function likeliest(all: readonly Suggestion[], typed: string): Suggestion[] {
  const sought = typed.trim().toLowerCase();
  const at = ({ value, about }: Suggestion) =>
    value.toLowerCase().startsWith(sought) ? 0 : `${value} ${about}`.toLowerCase().includes(sought) ? 1 : 2;
  return [0, 1].flatMap((rank) => all.filter((one) => at(one) === rank));
}

function remembered(
  clock: Pick<Clock, "now">,
  read: (key: string) => Promise<readonly Suggestion[]>,
): (key: string) => Promise<readonly Suggestion[]> {
  const known = new Map<string, { readonly found: Promise<readonly Suggestion[]>; readonly until: number }>();
  return (key) => {
    const old = known.get(key);
    if (old !== undefined && clock.now() < old.until) {
      return old.found;
    }
    const found = read(key);
    known.delete(key);
    known.set(key, { found, until: clock.now() + lasts });
    // What went wrong, or found nothing, is asked again at the next key.
    found.then(
      (list) => list.length === 0 && known.delete(key),
      () => known.delete(key),
    );
    const [oldest] = known.keys();
    if (known.size > mostHosts && oldest !== undefined) {
      known.delete(oldest);
    }
    return found;
  };
}
