import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import type { Actor } from "../../../src/deploy/actor.ts";
import { digestOf } from "../../../src/deploy/consent.ts";
import { decide, noteLost } from "../../../src/deploy/decide.ts";
import { decideRun } from "../../../src/deploy/decide-run.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { EngineParts } from "../../../src/deploy/parts.ts";
import type { DecidedRun, Refusal } from "../../../src/deploy/requests.ts";
import type { Rights } from "../../../src/deploy/rights.ts";
import type { Work } from "../../../src/deploy/work.ts";
import { aConfirmation, aDeployment, aRun } from "../../fakes/records.ts";

/** What a word does to records that stand in some way, whoever works on them. A Monday at ten. */

const now = "2026-11-23T10:00:00.000Z";
const person = (name: string): Actor => ({ surface: "slack", id: name, name, person: name });
const [carol, dave, erin] = [person("carol"), person("dave"), person("erin")];
const everything: Rights = { personOf: ({ person: name }) => name ?? null, refuses: () => null };
const card = (host: string, change: Partial<Deployment> = {}, expiresAt = "2026-11-23T11:00:00.000Z") =>
  aDeployment({
    ...{ id: `d-${host}`, host, requestedBy: carol, phase: "confirm" },
    confirmation: aConfirmation(expiresAt),
    ...change,
  });
const decision = { action: "switch", by: erin, at: now } as const;

/** The engine's parts around these records; what `reads` says is read first. */
function around(records: readonly Deployment[], reads: readonly Deployment[] = records) {
  const kept = new Map(records.map((one) => [one.id, one]));
  const unread = new Map(reads.map((one) => [one.id, one]));
  const [asked, told, said, warned]: [Actor[], string[], string[], string[]] = [[], [], [], []];
  const none = { open: [], locks: [] };
  const fleet = parseFleetFile("");
  assert.ok(fleet.kind !== "wrong");
  const parts = {
    fleet: () => fleet.file,
    clock: { now: () => Date.parse(now) },
    rights: async (actors: readonly Actor[]) => {
      asked.push(...actors);
      return everything;
    },
    store: {
      run: async (id: string) => aRun({ id, deployments: [...kept.keys()] }),
      deployment: async (id: string) => {
        const found = unread.get(id) ?? kept.get(id);
        unread.delete(id);
        return found;
      },
      update: async (id: string, by: (one: Deployment, beside: typeof none) => Deployment) => {
        const one = kept.get(id);
        const next = one === undefined ? undefined : by(one, none);
        if (next !== undefined) {
          kept.set(id, next);
        }
        return next;
      },
      updateAll: async (
        _: readonly string[],
        by: (all: readonly Deployment[], beside: typeof none) => readonly Deployment[],
      ) => {
        for (const one of by([...kept.values()], none)) {
          kept.set(one.id, one);
        }
      },
    },
    onChange: ({ host }: Deployment) => told.push(host),
    audit: async ({ who, about }: { who: Actor; about: string }) => {
      if (who.name === "erin") {
        throw new Error("the audit is full");
      }
      said.push(`${who.name} ${about}`);
    },
    log: { warn: ({ err }: { err: Error }, text: string) => warned.push(`${text}: ${err.message}`) },
  } as unknown as EngineParts;
  return { parts, asked, told, said, warned, kept: () => [...kept.values()] };
}

const nobody = { task: () => undefined } as unknown as Work;
const click = (digest: string | null = null, by = dave) => ({ by, digest, isApprover: false });
const refusal = (answer: DecidedRun | Refusal | { kind: "decided" | "approved" }) =>
  answer.kind === "refused" ? `${answer.code}: ${answer.message}` : answer.kind;

test("one card of a run that ran out keeps all its hosts from being decided, and is the one that is named", async () => {
  const cards = [card("yoga"), card("vps", {}, "2026-11-23T09:59:59.000Z"), card("nas")];
  const it = around(cards);
  const answer = await decideRun(it.parts, nobody, "r-1", "switch", click(digestOf(cards)));
  assert.equal(refusal(answer), "expired: The card of d-vps has expired.");
  assert.deepEqual(it.kept(), cards);
  assert.deepEqual(it.told, []);
});

test("a yes for a run counts also where nobody works on its hosts at the moment", async () => {
  const cards = [card("yoga"), card("vps")];
  const it = around(cards);
  const answer = await decideRun(it.parts, nobody, "r-1", "switch", click(digestOf(cards)));
  assert.equal(answer.kind, "decided");
  assert.deepEqual(it.told, ["yoga", "vps"]);
  assert.deepEqual(
    it.kept().map(({ confirmation }) => confirmation?.decision?.by.name),
    ["dave", "dave"],
  );
});

test("while a host is on its way to the card the run is not ready, whoever decided for another one", async () => {
  const decided = card("yoga", { phase: "switch", confirmation: aConfirmation(now, { decision }) });
  const it = around([decided, card("vps", { phase: "build", confirmation: null })]);
  const answer = await decideRun(it.parts, nobody, "r-1", "switch", click());
  assert.equal(
    refusal(answer),
    "not-ready: r-1 is not ready: there is nothing to decide yet (vps is in build).",
  );
});

test("a run that nobody was asked about and that is past its card has nothing to decide, and names nobody", async () => {
  const it = around([card("yoga", { phase: "switch", confirmation: null })]);
  const answer = await decideRun(it.parts, nobody, "r-1", "switch", click());
  assert.equal(refusal(answer), "not-ready: r-1 is not ready: there is nothing to decide yet.");
});

test("everybody whose word counts is asked for once more before a yes, but for who clicks", async () => {
  const approvals = [
    { by: erin, person: "erin", at: now },
    { by: dave, person: "dave", at: now },
  ];
  const one = card("yoga", { confirmation: aConfirmation("2026-11-23T11:00:00.000Z", { approvals }) });
  const it = around([one]);
  await decide(it.parts, nobody, one.id, "switch", click(digestOf([one])));
  assert.deepEqual(
    it.asked.map(({ name }) => name),
    ["carol", "erin"],
  );
});

test("a card that was decided between the look and the click is refused by what it is now", async () => {
  const now = card("yoga", { outcome: "cancelled" });
  const it = around([now], [card("yoga")]);
  const answer = await decide(it.parts, nobody, now.id, "switch", click(digestOf([card("yoga")])));
  assert.equal(refusal(answer), "already-decided: d-yoga has ended: cancelled.");
});

test("a host of a run whose task has begun to switch is not cancelled by a record that still says it asks", async () => {
  const stored = card("yoga", {
    isTogether: true,
    confirmation: aConfirmation("2026-11-23T11:00:00.000Z", { decision }),
  });
  const stops: unknown[] = [];
  for (const [phase, end] of [
    ["switch", /^too-late: /],
    ["confirm", /^decided$/],
  ] as const) {
    const it = around([stored]);
    const task = {
      context: { record: () => ({ ...stored, phase }) },
      stop: (why: unknown) => stops.push(why),
      wake: () => {},
    };
    const work = { task: () => task } as unknown as Work;
    assert.match(refusal(await decide(it.parts, work, stored.id, "cancel", click())), end);
  }
  assert.deepEqual(stops, [{ kind: "cancelled", by: dave }]);
});

test("each word that was lost stands in the audit once, and an audit that is full is logged", async () => {
  const lost = (...who: readonly Actor[]) =>
    card("yoga", {
      confirmation: aConfirmation(now, { lost: who.map((by) => ({ by, why: "gone", at: now })) }),
    });
  const [blank, unasked] = [card("yoga"), card("yoga", { confirmation: null })];
  const it = around([]);
  await noteLost(it.parts, unasked, unasked);
  await noteLost(it.parts, blank, blank);
  assert.deepEqual(it.said, []);
  await noteLost(it.parts, unasked, lost(carol));
  await noteLost(it.parts, lost(carol), lost(carol, dave));
  await noteLost(it.parts, lost(carol, dave), lost(carol, dave));
  assert.deepEqual(it.said, ["carol d-yoga", "dave d-yoga"]);
  await noteLost(it.parts, blank, lost(erin, carol));
  assert.deepEqual(it.warned, ["writing the audit: the audit is full"]);
  assert.deepEqual(it.said.at(-1), "carol d-yoga", "the next one is written all the same");
});
