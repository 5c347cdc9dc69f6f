import type { Clock } from "../config/clock.ts";
import { type CommandRequest, commandRequest } from "../deploy/command-request.ts";
import { actorOf } from "../deploy/parts.ts";
import type { Run } from "../deploy/run.ts";
import type { Audit, AuditEntry } from "../logs/audit.ts";
import type { LogFiles } from "../logs/log-files.ts";
import type { Redactor } from "../logs/redact.ts";
import type { Shells } from "../remote/shells.ts";
import { noRequestKeys, type RequestKeys } from "../store/request-keys.ts";
import { deploymentCard } from "../views/deployment-card.ts";
import { runCard } from "../views/run-card.ts";
import { commandIn, createAdmission, kindOf } from "./admit.ts";
import { requestText } from "./command-text.ts";
import { beforeYes, decide } from "./decide.ts";
import type { Desk, Refused, Reply } from "./desk.ts";
import { lostReply, outcomeOf, refuseForDisk } from "./desk-replies.ts";
import { dispatch, dispatchRequest } from "./dispatch.ts";
import type { Events } from "./events.ts";
import { openLog } from "./follow-log.ts";
import { createHostHealth } from "./host-health.ts";
import { hostLines } from "./host-lines.ts";
import { createIdempotency, keptReply, requestKey, requestKeyStart } from "./idempotency.ts";
import type { Identity } from "./identity.ts";
import type { Live } from "./live.ts";
import { createPartsHealth } from "./parts-health.ts";
import { mayDo, personOf } from "./permissions.ts";
import { refuseOld, requestOfAct } from "./press.ts";
import type { AskKind } from "./rate.ts";
import { type Call, commandHelp } from "./spec.ts";
import { createSuggest } from "./suggest.ts";
import type { CommandTools } from "./tools.ts";
import { writeFirst } from "./write-first.ts";

export interface DeskParts {
  readonly tools: CommandTools;
  readonly events: Events;
  readonly live: Live;
  readonly logs: LogFiles;
  readonly audit: Audit;
  readonly redact: Redactor;
  readonly shells: Pick<Shells, "control">;
  readonly clock: Clock;
  readonly log: { error(details: object, message: string): void };
  /** Requests with a key, over a restart; without it they are remembered while the bot runs. */
  readonly requestKeys?: RequestKeys;
  readonly surfaces: () => readonly { readonly name: string; health(): { ok: boolean; detail: string } }[];
}

export function createDesk(parts: DeskParts): Desk {
  const { events, live, logs, clock } = parts;
  const tools: CommandTools = { ...parts.tools, seen: (host) => healthOf(host, null) };
  const { store, engine } = tools;
  const once = createIdempotency(async (start) => {
    const run = await store.runByKey(start);
    return run?.request?.key === undefined ? null : { key: run.request.key, reply: await replyOf(run) };
  }, parts.requestKeys);
  const admission = createAdmission(tools.fleet, clock, note);
  const suggest = createSuggest(tools, clock);
  const healthOf = createHostHealth(
    engine,
    clock,
    (error) => parts.log.error({ err: error }, "looking at the hosts"),
    tools.fleet,
  );
  /** People choose their own names on a chat platform: a name is theirs when fleet.yaml says so, else the id goes along. */
  function named(who: Identity): Identity {
    const person = personOf(tools.fleet(), who);
    const isOwnName = who.surface === "slack" || who.surface === "discord";
    return person === null
      ? { ...who, name: isOwnName ? `${who.name} (${who.id})` : who.name }
      : { ...who, name: person, person };
  }

  /**
   * Who asked for what stands in the audit before it is done, and what came of it afterwards. What somebody may not do is not begun:
   * that is one line, and one count for what follows within the minute.
   */
  async function audited(
    who: Identity,
    what: string,
    about: string,
    work: (tools: CommandTools) => Promise<Reply>,
  ): Promise<Reply> {
    let begun: Promise<void> | null = null;
    const begin = () => {
      begun ??= note({ who: actorOf(who), what, about, detail: "" });
      return begun;
    };
    const gated = { ...tools, engine: writeFirst(engine, begin) };
    const done = await work(gated).catch(async (error: unknown) => {
      await begin();
      return refuseForDisk(error);
    });
    const reply = parts.redact.value(done);
    if (reply.kind === "refused" && reply.code === "not-allowed" && begun === null) {
      await admission.noteRefused(who, about, reply);
    } else {
      await begin();
      await note({ who: actorOf(who), about, ...outcomeOf(reply) });
    }
    return reply;
  }

  /** A full disk must not keep anybody from rolling back; the bot's own log then has what the audit lacks. */
  async function note(entry: AuditEntry): Promise<void> {
    await parts
      .audit(entry)
      .catch((error: unknown) => parts.log.error({ err: error, entry }, "writing the audit"));
  }

  function callOf(
    who: Identity,
    decision: "switch" | "cancel",
    id: string,
    callTools: CommandTools = tools,
  ): Call {
    const request = commandRequest(decision === "switch" ? "confirm" : "cancel", [id]);
    return { who, tools: callTools, request, text: requestText(request) };
  }

  async function request(
    asked: CommandRequest,
    clicker: Identity,
    given: string | undefined,
  ): Promise<Reply> {
    const who = named(clicker);
    const text = requestText(asked);
    const refusal = await refuseTooMany(who, kindOf(asked.command), text);
    if (refusal !== null) {
      return refusal;
    }
    const key = given === undefined ? null : requestKey(who, given, text);
    return once(key, () =>
      audited(who, "asked", parts.redact.text(text).slice(0, 500), (gated) =>
        dispatchRequest(gated, asked, who, key),
      ),
    );
  }

  function refuseTooMany(who: Identity, kind: AskKind, about: string): Promise<Refused | null> {
    return admission.refusalFor(who, kind, parts.redact.text(about).slice(0, 500));
  }

  /** What a request was answered with that began this run. */
  async function replyOf(run: Run): Promise<Reply> {
    const found = await Promise.all(run.deployments.map((id) => store.deployment(id)));
    const deployments = found.filter((one) => one !== undefined);
    return parts.redact.value({
      kind: "started",
      run: run.id,
      deployments: run.deployments,
      text: `${run.id}: ${run.command}`,
      blocks: runCard(run, deployments),
    });
  }

  return {
    async say(text, typist, given) {
      const who = named(typist);
      const refusal = await refuseTooMany(who, kindOf(commandIn(text)), text);
      if (refusal !== null) {
        return refusal;
      }
      const key = given === undefined ? null : requestKey(who, given, text);
      return once(key, () =>
        audited(who, "asked", parts.redact.text(text).slice(0, 500), (gated) =>
          dispatch(gated, text, who, key),
        ),
      );
    },
    async whatCameOf({ surface, user, key, said }) {
      const start = user === null || key === null ? null : requestKeyStart({ surface, id: user }, key);
      const run = start === null ? undefined : await store.runByKey(start);
      if (run !== undefined) {
        return replyOf(run);
      }
      const kept = start === null ? null : keptReply(parts.requestKeys ?? noRequestKeys, start);
      return kept?.reply ?? parts.redact.value(lostReply(said ?? ""));
    },
    async decide(id, decision, clicker, digest = null) {
      const who = named(clicker);
      const refusal = await refuseTooMany(who, "urgent", `${decision} ${id}`);
      if (refusal !== null) {
        return refusal;
      }
      return audited(who, "clicked", `${decision} ${id}`.slice(0, 200), (gated) =>
        decide(callOf(who, decision, id, gated), id, decision, digest),
      );
    },
    async mayDecide(id, clicker, digest) {
      const who = named(clicker);
      const refusal = await refuseTooMany(who, "before-yes", `before-yes ${id}`);
      return refusal ?? beforeYes(callOf(who, "switch", id), id, digest);
    },
    async press(action, clicker, key) {
      switch (action.kind) {
        case "decide":
          return this.decide(action.about, action.decision, clicker, action.digest);
        case "act": {
          const found = await requestOfAct(tools, action.act, action.about);
          return "kind" in found ? found : request(found, clicker, key);
        }
        case "request":
          return request(action.request, clicker, key);
        case "old":
          return refuseOld(action.text) ?? this.say(action.text, clicker, key);
      }
    },
    deployments: (filter) => store.deployments(filter),
    deployment: (id) => store.deployment(id),
    async run(id) {
      const run = await store.run(id);
      if (run === undefined) {
        return undefined;
      }
      const found = await Promise.all(run.deployments.map((deployment) => store.deployment(deployment)));
      return { run, deployments: found.filter((deployment) => deployment !== undefined) };
    },
    card: (deployment) => deploymentCard(deployment, live.progressOf(deployment.id)),
    runCard,
    hosts: async () => parts.redact.value(await hostLines({ ...tools, clock }, healthOf)),
    commands: () => commandHelp(tools.commands),
    suggest: async (asking, who) =>
      mayDo(tools.fleet(), who, "view", asking.host).kind === "allowed" ? suggest(asking) : [],
    async log(id, asked) {
      const deployment = await store.deployment(id);
      if (deployment === undefined) {
        return undefined;
      }
      return openLog({ events, store, logs }, deployment, asked);
    },
    mayView(who) {
      const permitted = mayDo(tools.fleet(), who, "view", null);
      return permitted.kind === "allowed"
        ? { isAllowed: true, help: null }
        : { isAllowed: false, help: permitted.help };
    },
    mayReadNow: (who, kind) => refuseTooMany(named(who), kind, "reading"),
    takerOf: (who) => admission.takerOf(named(who)),
    sumUp: (isLast) => admission.sumUp(isLast),
    groups: () => [
      ...new Set(
        Object.values(tools.fleet().roles)
          .flat()
          .filter((member) => /^(slack-group|discord-role):/.test(member)),
      ),
    ],
    subscribe: (lastSeq, listener) => events.subscribe(lastSeq, listener),
    health: createPartsHealth({ ...parts, troubles: tools.troubles }),
    troubles: () => tools.troubles(),
  };
}
