import { randomBytes } from "node:crypto";
import type { Block } from "../../src/chat/blocks.ts";
import { text } from "../../src/chat/blocks.ts";
import { requestText } from "../../src/chat/command-text.ts";
import type { ChatEvent, Desk, HostsTrouble, Reply } from "../../src/chat/desk.ts";
import { refuseOld, requestOfAct } from "../../src/chat/press.ts";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { awaitsDecision, isOpen } from "../../src/deploy/deployment.ts";
import { isSought } from "../../src/deploy/deployment-filter.ts";
import { asking } from "../../src/deploy/rollout.ts";
import type { Run } from "../../src/deploy/run.ts";
import type { Trouble } from "../../src/troubles/troubles.ts";
import { answerTyped } from "./fake-desk-answers.ts";
import { fakeCard, fakeRunCard } from "./fake-desk-cards.ts";
import type { FakeDeskControls } from "./fake-desk-controls.ts";
import { blankDeployment, blankRun, commands, hostLine } from "./fake-desk-data.ts";
import { beforeYes, refuseDecision } from "./fake-desk-decisions.ts";
import { fakeLogs } from "./fake-desk-logs.ts";
import { ended, inPhase } from "./fake-desk-phases.ts";
import { aConfirmation } from "./records.ts";

export interface FakeDesk extends Desk, FakeDeskControls {}

export function fakeDesk(
  hostNames: readonly string[] = ["yoga", "hetzner-vps"],
  now = () => new Date(),
): FakeDesk {
  const deployments = new Map<string, Deployment>();
  const runs = new Map<string, Run>();
  let troubles: readonly Trouble[] = [];
  const details = new Map<string, { detail: string; share: number | null }>();
  const logs = fakeLogs((id) => isOpen(get(id)));
  const byKey = new Map<string, Promise<Reply>>();
  const events: ChatEvent[] = [];
  const listeners = new Set<(event: ChatEvent) => void>();
  const parts = new Map([["builder", { ok: true, detail: "local" }]]);
  const said: FakeDesk["said"] = [];
  const decided: FakeDesk["decided"] = [];
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
    logs.wake();
  }

  function get(id: string): Deployment {
    const found = deployments.get(id);
    if (found === undefined) throw new Error(`no deployment ${id} in the fake`);
    return found;
  }

  const membersOf = (id: string) => {
    const run = runs.get(id);
    return run === undefined ? [get(id)] : ofRun(run);
  };
  const askingOf = (id: string) =>
    runs.has(id) ? asking(membersOf(id)) : membersOf(id).filter(awaitsDecision);

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
    followers: logs.followers,

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
        logs.write(one.id, `switchyard ${one.id}: ${one.host}\n`);
        deployments.set(one.id, one);
      }
      for (const one of made) save({ ...one, times: { check: { startedAt: stamp(), finishedAt: null } } });
      return { run: runs.get(run.id) ?? run, deployments: made };
    },

    reach(id, phase, change = {}) {
      details.delete(id);
      save({ ...inPhase(get(id), phase, now()), ...change });
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
      details.delete(id);
      save({ ...ended(get(id), outcome, now()), ...change });
    },

    writeLog: logs.write,

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
      const wanted = askingOf(id);
      const refusal = refuseDecision(id, membersOf(id), wanted, decision, digest);
      if (refusal !== null) return refusal;
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
      if (!runs.has(id) && !deployments.has(id)) {
        return { kind: "refused", code: "unknown-id", message: `There is no ${id}.`, help: null };
      }
      return beforeYes(id, askingOf(id), digest);
    },
    async suggest({ of, typed }) {
      failIfTold();
      if (viewHelp !== null) return [];
      const all = of === "host" ? hostNames : of === "deployment" ? [...deployments.keys()] : [];
      return all.filter((value) => value.startsWith(typed)).map((value) => ({ value, about: "" }));
    },

    async log(id, { follow, from, signal }) {
      if (!deployments.has(id)) return undefined;
      return { from: from ?? 0, words: 0, chunks: logs.read(id, follow, signal, from ?? 0) };
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
    return takeGiven() ?? answerTyped(typed, hostNames, desk.begin);
  }

  return desk;
}
