import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type Deployment, deployPhases } from "../../../src/deploy/deployment.ts";
import type { Fleet } from "../../rehearsal/fleet.ts";
import type { Bot } from "../bot.ts";
import { type Look, lookAtHost, openDeployments } from "./look.ts";
import type { Row, System } from "./row.ts";
import { slowBuild } from "./slow-build.ts";
import { openStage, type Stage } from "./stage.ts";

/** What was seen of a row, in the table's words. */
export interface Seen {
  readonly runs: System;
  readonly profile: System;
  readonly entry: System;
  readonly outcome: string;
  readonly says: string;
  /** From the fault, or from the click where the system itself is the fault, to the end of the record: seconds. */
  readonly seconds: number;
}

/** Plays one row on a host, and fails unless it ends as it has to. */
export async function play(fleet: Fleet, host: string, bot: Bot, row: Row): Promise<Seen> {
  const before = await lookAtHost(fleet, host);
  assert.deepEqual(before.remains, [], "the host is well before");
  await row.arrange?.({ fleet, host });
  const ref = row.ref === "a slow build" ? await slowBuild(fleet) : (row.ref ?? "origin/main");
  const id = await bot.start(`/deploy ${host} --ref ${ref}${row.isForBoot === true ? " --boot" : ""}`);
  const stage = openStage(fleet, host, bot, id, before.current);
  const struck = await drive(stage, row);
  const record = await stage.record();
  const seconds = Math.round((Date.parse(record.finishedAt ?? "") - struck) / 1000);
  await row.restore?.({ fleet, host });
  if (row.ends.isLocked === true) {
    assert.equal((await bot.say(`/deploy ${host}`)).body.error?.code, "locked");
    assert.equal((await bot.say(`/unlock ${host}`)).status, 200);
  }

  const systemOf = (path: string): System =>
    path === before.current ? "old" : path === record.toplevel ? "new" : "other";
  const after = await settled(stage);
  const told = `${record.phase}: ${record.outcome}: ${record.message}\n${record.lines.join("\n")}`;
  assert.deepEqual(after.remains, [], `nothing is between two systems, and nothing is left there\n${told}`);
  const { ends } = row;
  assert.match(record.message ?? "", ends.says, told);
  const seen = {
    runs: systemOf(after.current),
    profile: systemOf(after.profile),
    entry: systemOf(after.entry),
    outcome: record.outcome ?? "none",
  };
  const { runs, profile = runs, entry = runs, outcome } = ends;
  assert.deepEqual(seen, { runs, profile, entry, outcome }, told);
  assert.deepEqual(await openDeployments(bot.dataDir), {}, "nothing stays open in the store");
  await row.look?.(stage);
  // What was begun again after a restart has new times.
  if (row.strike !== null && record.restarts === 0) {
    assertStruckIn(record, row, struck);
  }
  const said = ends.says.exec(record.message ?? "");
  return {
    ...seen,
    says: said?.groups?.["varies"] === undefined ? (said?.[0] ?? "") : "why, as ssh has it",
    seconds,
  };
}

/** Clicks where the card asks, strikes where the row says, and stays until the record has ended. */
async function drive(stage: Stage, row: Row): Promise<number> {
  let at = Date.now();
  let hasStruck = row.strike === null;
  let hasClicked = false;
  const end = Date.now() + 400_000;
  for (;;) {
    const record = await stage.record().catch(() => undefined);
    const asks = record?.phase === "confirm" && record.confirmation?.decision === null;
    if (record !== undefined && record.outcome !== null) {
      assert.ok(hasStruck, `it ended in ${record.phase} already: ${record.outcome}: ${record.message}`);
      return at;
    }
    assert.ok(Date.now() < end, `it has not ended: ${JSON.stringify(record)}`);
    if (
      !hasStruck &&
      row.strike !== null &&
      record?.phase === row.phase &&
      record.times[row.phase] !== undefined &&
      (asks || row.phase !== "confirm")
    ) {
      at = Date.now();
      hasStruck = true;
      await row.strike(stage);
    } else if (asks && !hasClicked) {
      at = row.strike === null ? Date.now() : at;
      hasClicked = true;
      await stage.click();
    }
    const isNear = deployPhases.indexOf(row.phase) - deployPhases.indexOf(record?.phase ?? "check") <= 1;
    await delay(!hasStruck && isNear ? 30 : 250);
  }
}

/** The fault came in the phase that the row names, as the record's own times tell. */
function assertStruckIn(record: Deployment, row: Row, struck: number): void {
  const { startedAt = "", finishedAt = null } = record.times[row.phase] ?? {};
  assert.ok(
    Date.parse(startedAt) <= struck && Date.parse(finishedAt ?? record.finishedAt ?? "") >= struck,
    `the fault came in ${row.phase}: ${JSON.stringify(record.times)}, struck ${new Date(struck).toISOString()}`,
  );
}

/**
 * The host as it is at last: units may be on their way, and gc-roots are taken away after the record's end. Where
 * the way to the host was cut just then, they stand in nobody's way, and the next deployment takes them along.
 */
async function settled({ fleet, host, bot }: Stage): Promise<Look> {
  const isWell = ({ remains, roots }: Look) => remains.length === 0 && roots.length === 0;
  const look = await lookUntil(isWell, 15_000, fleet, host);
  if (look.remains.length > 0 || look.roots.length === 0) {
    return look;
  }
  const next = await bot.ended(await bot.start(`/deploy ${host} --dry-run`));
  assert.match(next.outcome ?? "", /^(tested|unchanged)$/, `the next deployment: ${next.message}`);
  const again = await lookUntil(isWell, 10_000, fleet, host);
  return { ...again, remains: [...again.remains, ...again.roots.map((root) => `the gc-root ${root}`)] };
}

async function lookUntil(
  isWell: (look: Look) => boolean,
  milliseconds: number,
  fleet: Fleet,
  host: string,
): Promise<Look> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const look = await lookAtHost(fleet, host);
    if (isWell(look) || Date.now() > end) {
      return look;
    }
    await delay(500);
  }
}
