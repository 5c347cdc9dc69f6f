import { randomBytes } from "node:crypto";
import type { Block } from "../../src/chat/blocks.ts";
import { text } from "../../src/chat/blocks.ts";
import { requestText } from "../../src/chat/command-text.ts";
import type { ChatEvent, Desk, HostsTrouble, Progress, RefusalCode, Reply } from "../../src/chat/desk.ts";
import type { Identity } from "../../src/chat/identity.ts";
import { refuseOld, requestOfAct } from "../../src/chat/press.ts";
import type { CommandRequest } from "../../src/deploy/command-request.ts";
import { asksTwice, digestOf } from "../../src/deploy/consent.ts";
import type { Deployment, Outcome, PhaseName } from "../../src/deploy/deployment.ts";
import { awaitsDecision, deployPhases, isOpen } from "../../src/deploy/deployment.ts";
import { isSought } from "../../src/deploy/deployment-filter.ts";
import { refuseChanged } from "../../src/deploy/refusals.ts";
import { asking } from "../../src/deploy/rollout.ts";
import type { Run } from "../../src/deploy/run.ts";
import type { Trouble } from "../../src/troubles/troubles.ts";
import { fakeCard, fakeRunCard } from "./fake-desk-cards.ts";
import { blankDeployment, blankRun, commands, generations, helpTable, hostLine } from "./fake-desk-data.ts";
import { aConfirmation } from "./records.ts";

/** Whatever happens on a deployment, in the words of a test. */
export interface FakeDesk extends Desk {
  readonly said: { readonly text: string; readonly who: Identity; readonly key: string | undefined }[];
  readonly decided: { readonly id: string; readonly decision: string; readonly who: Identity }[];
  /** A new run of these hosts, in its first phase. */
  begin(
    hosts: readonly string[],
    kind?: Run["kind"],
    command?: string,
    request?: CommandRequest,
  ): { run: Run; deployments: readonly Deployment[] };
  /** Goes to a phase; the ones before it are done. */
  reach(id: string, phase: PhaseName, change?: Partial<Deployment>): void;
  /** What is happening now in the running phase: shown on the card, not kept in the record. */
  progress(id: string, detail: string, share: number | null): void;
  finish(id: string, outcome: Outcome, change?: Partial<Deployment>): void;
  writeLog(id: string, chunk: string): void;
  /** The progress as live threads ask for it. */
  progressOf(id: string): Progress | null;
  /** The next command or click is refused. */
  refuseNext(code: RefusalCode, message: string, help: string | null): void;
  /** The next command is answered so. */
  answerNext(text: string, blocks: readonly Block[]): void;
  /** The next command, click or listing throws. */
  /** From now on nobody may see hosts; `help` is what would allow it. */
  refuseViews(help: string): void;
  /** From now on there are no hosts, as the flake cannot be read. */
  loseHosts(message: string, help: string | null): void;
  /** Ids of people who may decide nothing. */
  readonly onlookers: Set<string>;
  failNext(error: Error): void;
  part(name: string, ok: boolean, detail?: string): void;
  /** From now on these are the troubles of the bot. */
  trouble(...troubles: readonly Trouble[]): void;
  reset(): void;
  readonly listeners: () => number;
  readonly followers: () => number;
}

export function fakeDesk(
  hostNames: readonly string[] = ["yoga", "hetzner-vps"],
  now = () => new Date(),
): FakeDesk {
  const deployments = new Map<string, Deployment>();
  const runs = new Map<string, Run>();
  let troubles: readonly Trouble[] = [];
  const details = new Map<string, { detail: string; share: number | null }>();
  const logs = new Map<string, string>();
  const logWaiters = new Set<() => void>();
  const byKey = new Map<string, Promise<Reply>>();
  const events: ChatEvent[] = [];
  const listeners = new Set<(event: ChatEvent) => void>();
  const parts = new Map([["builder", { ok: true, detail: "local" }]]);
  const said: FakeDesk["said"] = [];
  const decided: FakeDesk["decided"] = [];
  let following = 0;
  let unread: HostsTrouble | null = null;
  let given: Reply | null = null;
  let failure: Error | null = null;
  let viewHelp: string | null = null;
  const onlookers = new Set<string>();

  const stamp = () => now().toISOString();
  const newId = (letter: "d" | "r"): string => {
    const id = `${letter}-${stamp().slice(0, 10).replaceAll("-", "")}-${randomBytes(2).toString("hex")}`;
    return deployments.has(id) || runs.has(id) ? newId(letter) : id;
  };
  const card = (of: Deployment): readonly Block[] => fakeCard(of, details.get(of.id));
  const ofRun = (run: Run) => run.deployments.flatMap((id) => deployments.get(id) ?? []);

  function emit(event: ChatEvent): void {
    events.push(event);
    for (const listener of [...listeners]) listener(event);
  }

  function save(deployment: Deployment): void {
    deployments.set(deployment.id, deployment);
    const seq = events.length + 1;
    emit({ seq, kind: "deployment", deployment, card: card(deployment) });
    const run = runs.get(deployment.run);
    if (run) emit({ seq: seq + 1, kind: "run", run, card: fakeRunCard(run, ofRun(run)) });
    for (const wake of [...logWaiters]) wake();
  }

  function get(id: string): Deployment {
    const found = deployments.get(id);
    if (found === undefined) throw new Error(`no deployment ${id} in the fake`);
    return found;
  }

  function failIfTold(): void {
    if (failure === null) return;
    const thrown = failure;
    failure = null;
    throw thrown;
  }

  /** What a test wants to be answered, once. */
  function takeGiven(): Reply | null {
    const reply = given;
    given = null;
    return reply;
  }

  const desk: FakeDesk = {
    said,
    decided,
    listeners: () => listeners.size,
    followers: () => following,

    begin(hosts, kind = "deploy", command = `/deploy ${hosts.join(" ")}`, request) {
      const run: Run = {
        ...blankRun(newId("r"), kind, command),
        createdAt: stamp(),
        ...(request === undefined ? {} : { request }),
      };
      const made = hosts.map((host) => ({
        ...blankDeployment(newId("d"), run.id, host),
        isTogether: kind === "deploy" && hosts.length > 1,
        createdAt: stamp(),
      }));
      runs.set(run.id, { ...run, deployments: made.map((one) => one.id) });
      for (const one of made) {
        logs.set(one.id, `switchyard ${one.id}: ${one.host}\n`);
        deployments.set(one.id, one);
      }
      for (const one of made) save({ ...one, times: { check: { startedAt: stamp(), finishedAt: null } } });
      return { run: runs.get(run.id) ?? run, deployments: made };
    },

    reach(id, phase, change = {}) {
      const deployment = get(id);
      const times = { ...deployment.times };
      for (const earlier of deployPhases.slice(0, deployPhases.indexOf(phase))) {
        const time = times[earlier];
        times[earlier] = { startedAt: time?.startedAt ?? stamp(), finishedAt: time?.finishedAt ?? stamp() };
      }
      times[phase] = { startedAt: stamp(), finishedAt: null };
      details.delete(id);
      const confirmation = aConfirmation(new Date(now().getTime() + 1_800_000).toISOString());
      save({ ...deployment, phase, times, ...(phase === "confirm" ? { confirmation } : {}), ...change });
    },

    progress(id, detail, share) {
      details.set(id, { detail, share });
      save(get(id));
    },

    progressOf(id) {
      const detail = details.get(id);
      if (detail === undefined) return null;
      const { phase } = get(id);
      return {
        deployment: id,
        phase,
        text: detail.detail,
        done: Math.round((detail.share ?? 0) * 100),
        expected: detail.share === null ? 0 : 100,
      };
    },

    finish(id, outcome, change = {}) {
      const deployment = get(id);
      const times = {
        ...deployment.times,
        [deployment.phase]: { ...deployment.times[deployment.phase], finishedAt: stamp() },
      };
      details.delete(id);
      save({ ...deployment, times, outcome, finishedAt: stamp(), ...change });
    },

    writeLog(id, chunk) {
      logs.set(id, (logs.get(id) ?? "") + chunk);
      for (const wake of [...logWaiters]) wake();
    },

    refuseNext(code, message, help) {
      given = { kind: "refused", code, message, help };
    },
    answerNext(said, blocks) {
      given = { kind: "answer", text: said, blocks };
    },
    refuseViews(help) {
      viewHelp = help;
    },
    loseHosts(message, help) {
      unread = { message, help };
    },
    failNext(error) {
      failure = error;
    },
    part(name, ok, detail = "") {
      parts.set(name, { ok, detail });
    },
    reset() {
      emit({ seq: events.length + 1, kind: "reset" });
    },

    say(typed, who, key) {
      said.push({ text: typed, who, key });
      const known = key === undefined ? undefined : byKey.get(key);
      if (known !== undefined) return known;
      const reply = answer(typed);
      if (key !== undefined) byKey.set(key, reply);
      return reply;
    },

    async decide(id, decision, who, digest = null) {
      decided.push({ id, decision, who });
      failIfTold();
      const refused = takeGiven();
      if (refused !== null) return refused;
      const run = runs.get(id);
      const members = run === undefined ? [get(id)] : ofRun(run);
      const wanted = run === undefined ? members.filter(awaitsDecision) : asking(members);
      if (wanted.length === 0) {
        return members.some(({ outcome }) => outcome === "expired")
          ? { kind: "refused", code: "expired", message: `${id} has expired.`, help: "Deploy again." }
          : { kind: "refused", code: "already-decided", message: `${id} is decided already.`, help: null };
      }
      if (decision === "switch" && digest !== digestOf(wanted)) return refuseChanged(id, digest, wanted);
      const at = stamp();
      const confirmation = aConfirmation(at, { decision: { action: decision, by: { ...who }, at } });
      for (const one of wanted) {
        if (decision === "cancel") desk.finish(one.id, "cancelled", { confirmation });
        else desk.reach(one.id, "switch", { confirmation });
      }
      const said = wanted.map(({ host }) => `${host}: ${decision}`).join(", ");
      return { kind: "answer", text: `${id}: ${decision}`, blocks: [text(said)] };
    },

    async press(action, who, key) {
      switch (action.kind) {
        case "decide":
          return desk.decide(action.about, action.decision, who, action.digest);
        case "act": {
          const store = { run: async (id: string) => runs.get(id), deployment: desk.deployment };
          const found = await requestOfAct({ store } as never, action.act, action.about);
          return "kind" in found ? found : desk.say(requestText(found), who, key);
        }
        case "request":
          return desk.say(requestText(action.request), who, key);
        case "old":
          return refuseOld(action.text) ?? desk.say(action.text, who, key);
      }
    },

    async deployments(filter) {
      failIfTold();
      const found = [...deployments.values()].filter((one) => isSought(one, filter));
      return found.reverse().slice(0, filter.limit);
    },
    deployment: async (id) => deployments.get(id),
    async run(id) {
      const run = runs.get(id);
      return run === undefined ? undefined : { run, deployments: ofRun(run) };
    },
    card,
    runCard: fakeRunCard,
    hosts: async () => ({
      hosts: unread === null ? hostNames.map((name) => hostLine(name, [...deployments.values()])) : [],
      trouble: unread,
    }),
    commands: () => commands,
    async mayDecide(id, _who, digest) {
      failIfTold();
      if (viewHelp !== null) {
        return { kind: "refused", code: "not-allowed", message: "You may not do this.", help: viewHelp };
      }
      const run = runs.get(id);
      const one = deployments.get(id);
      if (run === undefined && one === undefined) {
        return { kind: "refused", code: "unknown-id", message: `There is no ${id}.`, help: null };
      }
      const wanted = run === undefined ? [get(id)].filter(awaitsDecision) : asking(ofRun(run));
      if (wanted.length > 0 && digest !== digestOf(wanted)) return refuseChanged(id, digest, wanted);
      const hosts = wanted.filter(asksTwice).map(({ host }) => host);
      return hosts.length === 0 ? { kind: "go" } : { kind: "ask", hosts };
    },
    async suggest({ of, typed }) {
      failIfTold();
      if (viewHelp !== null) return [];
      const all = of === "host" ? hostNames : of === "deployment" ? [...deployments.keys()] : [];
      return all.filter((value) => value.startsWith(typed)).map((value) => ({ value, about: "" }));
    },

    async log(id, { follow, from, signal }) {
      if (!deployments.has(id)) return undefined;
      return { from: from ?? 0, words: 0, chunks: read(id, follow, signal, from ?? 0) };
    },

    subscribe(lastSeq, listener) {
      listeners.add(listener);
      if (lastSeq !== null && lastSeq > events.length) listener({ seq: events.length, kind: "reset" });
      else if (lastSeq !== null)
        for (const event of events.filter(({ seq }) => seq > lastSeq)) listener(event);
      return () => listeners.delete(listener);
    },

    whatCameOf: async ({ said: words }) => ({
      kind: "refused",
      code: "unavailable",
      message: `The bot was restarted before it had answered: ${words}.`,
      help: "Say it again.",
    }),
    mayView: () =>
      viewHelp === null ? { isAllowed: true, help: null } : { isAllowed: false, help: viewHelp },
    mayReadNow: async () => null,
    takerOf: (who) => ({ person: `${who.surface}:${who.id}`, isDecider: !onlookers.has(who.id) }),
    sumUp: async () => {},
    onlookers,
    groups: () => [],
    troubles: () => troubles,
    trouble(...given) {
      troubles = given;
    },
    health: async () => [...parts].map(([part, state]) => ({ part, ...state })),
  };

  async function answer(typed: string): Promise<Reply> {
    failIfTold();
    const told = takeGiven();
    if (told !== null) return told;
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
    const made = desk.begin(hosts, kind, typed);
    const ids = made.deployments.map((one) => one.id);
    return {
      kind: "started",
      run: made.run.id,
      deployments: ids,
      text: `started ${made.run.id}`,
      blocks: [],
    };
  }

  async function* read(
    id: string,
    follow: boolean,
    signal: AbortSignal,
    from: number,
  ): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    let sent = from;
    following += 1;
    try {
      for (;;) {
        const all = encoder.encode(logs.get(id) ?? "");
        if (all.length > sent) yield all.subarray(sent);
        sent = all.length;
        if (!follow || signal.aborted || !isOpen(get(id))) return;
        await new Promise<void>((resolve) => {
          const wake = () => {
            logWaiters.delete(wake);
            signal.removeEventListener("abort", wake);
            resolve();
          };
          logWaiters.add(wake);
          signal.addEventListener("abort", wake);
        });
      }
    } finally {
      following -= 1;
    }
  }

  return desk;
}
