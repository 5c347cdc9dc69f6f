import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { historyOf } from "../../../src/deploy/generation-history.ts";
import type { Generation } from "../../../src/nix/generations.ts";
import { aDeployment } from "../../fakes/records.ts";

/** What ran, as a tree: a deployment is a child of what it replaced, and going back goes up. */
interface Ran {
  readonly system: string;
  readonly number: number;
  readonly from: Ran | null;
}

/** Of the numbers that pick: below it a new system is deployed. */
const mostNew = 60;

/** Two generations that are older than the bot's first record. */
const older = { 1: "old-1", 2: "old-2" };

/** A host that generations come to and go from, the bot's records of it, and what is true of it. */
class SimulatedHost {
  readonly generations = new Map<number, string>(Object.entries(older).map(([key, name]) => [+key, name]));
  readonly records: Deployment[] = [];
  /** Systems that did not stay, and whether they may be gone back to all the same. */
  readonly marks = new Map<string, { readonly isBarred: boolean }>();
  private readonly known = new Set<string>();
  runs = "old-2";
  profile = 2;
  private last: Ran = { system: "old-2", number: 2, from: null };
  private made = 0;
  private hasRecord = false;

  /** The bot puts a system on the host: a new one, or one that is there already, under a new number. */
  deploy(pick: number, end: End) {
    this.look();
    const there = [...this.generations.values()];
    const system = pick < mostNew ? `new-${++this.made}` : (there[pick % there.length] ?? "");
    const isSame = system === this.runs;
    const number = isSame ? this.profile : this.add(system);
    this.note(system, number, end, { mode: "deploy" });
    if (end === "rolled-back" || end === "rollback-failed") {
      if (!isSame) {
        this.marks.set(system, { isBarred: true });
        this.known.add(system);
      }
      return;
    }
    this.last = isSame ? this.last : { system, number, from: this.last };
    this.arrive(system, number);
    if (end === "alarm") {
      this.marks.set(system, { isBarred: true });
    }
  }

  goBack(pick: number, works: boolean) {
    const ways = [...this.generations].filter(([number, name]) => name !== this.runs && this.isBack(number));
    const [number, system] = ways[pick % ways.length] ?? [];
    if (number === undefined || system === undefined) {
      return;
    }
    this.look();
    const change = { mode: "rollback", isForward: false, toGeneration: number } as const;
    this.note(system, number, works ? "deployed" : "rolled-back", change);
    if (!works) {
      this.marks.set(system, { isBarred: false });
      return;
    }
    const left = this.runs;
    this.last = this.placeOf(system, number);
    this.arrive(system, number);
    this.marks.set(left, { isBarred: true });
  }

  /** To a generation that is no way back: a deployment of what is there. */
  goForward(pick: number, works: boolean) {
    const ways = [...this.generations].filter(([number, name]) => name !== this.runs && !this.isBack(number));
    const [number, system] = ways[pick % ways.length] ?? [];
    if (number === undefined || system === undefined) {
      return;
    }
    this.look();
    const change = { mode: "rollback", isForward: true, toGeneration: number } as const;
    this.note(system, number, works ? "deployed" : "rollback-failed", change);
    if (works) {
      this.last = { system, number, from: this.last };
      this.arrive(system, number);
    } else {
      this.marks.set(system, { isBarred: false });
    }
  }

  /** A person switches to a new system, or to one that is there. */
  byHand(pick: number) {
    const there = [...this.generations];
    const [number, system] = pick < 50 ? [0, `hand-${++this.made}`] : (there[pick % there.length] ?? [0, ""]);
    this.runs = system;
    this.profile = number === 0 ? this.add(system) : number;
  }

  /** A record of a run that never saw the host, or that built nothing. */
  nothing(pick: number) {
    const change = pick < 50 ? { toplevel: null } : { before: null };
    this.note("nothing", 90, "rolled-back", { mode: "deploy", ...change });
  }

  prune(pick: number) {
    const gone = [...this.generations].filter(
      ([number, name]) => number !== this.profile && name !== this.runs,
    );
    this.generations.delete(gone[pick % gone.length]?.[0] ?? 0);
  }

  /** The newest that ran well beneath what runs; else what was there before the bot. */
  previous(): string | null {
    for (let ran = this.placeOf(this.runs, this.profile).from; ran !== null; ran = ran.from) {
      if (ran.system !== this.runs && !this.marks.has(ran.system) && this.isThere(ran.system)) {
        return ran.system;
      }
    }
    const before = [...this.generations].filter(
      ([number, name]) => this.isBefore(number, name) && !this.marks.has(name),
    );
    return before.sort(([a], [b]) => b - a)[0]?.[1] ?? null;
  }

  isBack(number: number): boolean {
    const system = this.generations.get(number) ?? "";
    if (this.marks.get(system)?.isBarred === true) {
      return false;
    }
    for (let ran: Ran | null = this.placeOf(this.runs, this.profile); ran !== null; ran = ran.from) {
      if (ran.system === system) {
        return true;
      }
    }
    return this.isBefore(number, system);
  }

  private isThere(system: string) {
    return [...this.generations.values()].includes(system);
  }

  private isBefore(number: number, system: string) {
    const known = new Set([...this.known, this.runs]);
    return !known.has(system) && number < this.profile;
  }

  /** Where a system stands in the tree: where it was, or, when a person brought it, above all that is newer. */
  private placeOf(system: string, number: number): Ran {
    for (let ran: Ran | null = this.last; ran !== null; ran = ran.from) {
      if (ran.system === system) {
        return ran;
      }
    }
    let from: Ran | null = this.hasRecord ? this.last : null;
    while (from !== null && from.number > number) {
      from = from.from;
    }
    return { system, number, from };
  }

  /** The bot reads what runs: whatever a person did is known from here on. */
  private look() {
    this.last = this.placeOf(this.runs, this.profile);
    this.known.add(this.runs);
    this.hasRecord = true;
  }

  private add(system: string): number {
    const number = Math.max(0, ...this.generations.keys()) + 1;
    this.generations.set(number, system);
    return number;
  }

  private arrive(system: string, number: number) {
    this.runs = system;
    this.profile = number;
    this.known.add(system);
    this.marks.delete(system);
  }

  private note(system: string, number: number, end: string, change: Partial<Deployment>) {
    const at = new Date(Date.UTC(2026, 10, 1, 0, this.records.length)).toISOString();
    const held = { outcome: "deployed" as const, message: "", help: null, lines: [], generation: number };
    const monitor = { until: at, strip: [], alarm: null, problems: [], rollsBack: false, held };
    const ends: Record<string, Partial<Deployment>> = {
      degraded: { outcome: "deployed-degraded" },
      watched: { outcome: null, monitor },
      alarm: { outcome: "deployed-degraded", monitor: { ...monitor, alarm: "nginx" } },
    };
    this.records.push(
      aDeployment({
        id: `d-20261101-${String(this.records.length).padStart(4, "0")}`,
        createdAt: at,
        finishedAt: end === "watched" ? null : at,
        toplevel: system,
        generation: number,
        before: {
          current: this.runs,
          profile: `system-${this.profile}-link`,
          profileSystem: this.runs,
          generation: this.profile,
          bootId: "b",
          rebootNeeded: false,
        },
        ...(ends[end] ?? { outcome: end as Deployment["outcome"] }),
        ...change,
      }),
    );
  }

  listed(): Generation[] {
    return [...this.generations].map(([number, toplevel]) => ({
      ...{ number, toplevel, date: "", nixosVersion: "", kernel: "", revision: "" },
      isCurrent: toplevel === this.runs,
      isProfile: number === this.profile,
    }));
  }
}

type End = "deployed" | "degraded" | "watched" | "alarm" | "rolled-back" | "rollback-failed";
/** What happens, and a number that picks the system it happens with. */
type Step =
  | readonly ["deploy", number, End]
  | readonly ["goBack" | "goForward", number, boolean]
  | readonly ["byHand" | "nothing" | "prune", number];

const pick = fc.nat(99);
const ends = fc.constantFrom<End>(
  ...(["deployed", "deployed", "degraded", "watched", "alarm", "rolled-back", "rollback-failed"] as const),
);
const deploys = fc.tuple(fc.constant("deploy" as const), pick, ends);
const rollsBack = fc.tuple(fc.constantFrom("goBack" as const, "goForward" as const), pick, fc.boolean());
const other = (what: "byHand" | "nothing" | "prune") => fc.tuple(fc.constant(what), pick);

function play(host: SimulatedHost, step: Step) {
  switch (step[0]) {
    case "deploy":
      return host.deploy(step[1], step[2]);
    case "goBack":
    case "goForward":
      return host[step[0]](step[1], step[2]);
    default:
      return host[step[0]](step[1]);
  }
}

function agrees(steps: readonly Step[], order: number) {
  const host = new SimulatedHost();
  for (const step of steps) {
    play(host, step);
  }
  const turned = <T>(all: readonly T[]) => all.map((_, at) => all[(at + order) % all.length] as T);
  const history = historyOf(turned(host.listed()), turned(host.records));
  const all = host.listed();
  assert.deepEqual(
    {
      previous: history.previous?.toplevel ?? null,
      back: all.filter((one) => history.isBack(one)).map(({ number }) => number),
      left: all.filter((one) => history.leftWhy(one) !== null).map(({ toplevel }) => toplevel),
    },
    {
      previous: host.previous(),
      back: all.filter((one) => host.isBack(one.number)).map(({ number }) => number),
      left: all.filter((one) => host.marks.has(one.toplevel)).map(({ toplevel }) => toplevel),
    },
  );
}

test("whatever was deployed, taken back, rolled back and pruned: what ran well before is told from the records", () => {
  const step = fc.oneof(deploys, deploys, rollsBack, other("prune"), other("nothing"));
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), pick, agrees), { numRuns: 500 });
});

test("what a person changed between two deployments is seen from the host's numbers", () => {
  const step = fc.oneof(deploys, rollsBack, other("byHand"), other("nothing"));
  fc.assert(fc.property(fc.array(step, { maxLength: 10 }), pick, agrees), { numRuns: 500 });
});
