import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { hostNames } from "../rehearsal/places.ts";
import { laneBot } from "./faults/bots.ts";
import { play } from "./faults/play.ts";
import { nameOf, type Row } from "./faults/row.ts";
import { rows } from "./faults/rows.ts";
import { faultsDocument, type Played } from "./faults/table.ts";
import { skip, useFleet, useHosts } from "./machine.ts";

/** For work on single rows: a pattern for their names. What is left out is said, and the document is not written. */
const only = new RegExp(process.env["SWITCHYARD_TEST_FAULTS"] ?? "");
const chosen = rows.filter((row) => only.test(nameOf(row)));

describe("every way a switch can fail", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, ...hostNames);

  test("every fault ends on the old or the new system, and the record says so", {
    skip,
    concurrency: hostNames.length,
  }, async (t) => {
    const played: Played[] = [];
    const beside = chosen.filter((row) => row.isAlone !== true);
    // Those that wait for a deadline first, so that no lane waits alone at the end.
    const queue = [...beside.filter((row) => row.isLong), ...beside.filter((row) => !row.isLong)];

    async function lane(t: TestContext, host: string, next: () => Row | undefined): Promise<void> {
      const bot = laneBot({ fleet: fleet(), host });
      let isAsNew = false;
      for (let row = next(); row !== undefined; row = next()) {
        const taken = row;
        await t.test(nameOf(taken), async () => {
          // A host that went back to where it was needs no reset, unless the copy is to take its time again.
          if (!isAsNew || taken.phase === "copy") {
            await fleet().reset(host);
          }
          isAsNew = false;
          const once = async () => {
            try {
              return await play(fleet(), host, await bot.for(taken.options), taken);
            } catch (error) {
              // What it left open must not stand in the way of the next row.
              await bot.stop();
              throw error;
            }
          };
          let before: string | undefined;
          const seen = await once().catch(async (error: unknown) => {
            before = String(error instanceof Error ? error.message : error).split("\n")[0] ?? "";
            console.log(`once more: ${nameOf(taken)}: ${before}`);
            await fleet().reset(host);
            return once();
          });
          isAsNew = seen.runs === "old" && seen.profile === "old" && seen.entry === "old";
          played.push({ row: taken, seen, ...(before === undefined ? {} : { before }) });
          console.log(`${played.length} of ${chosen.length}: ${nameOf(taken)}: ${seen.outcome}`);
        });
      }
      await bot.stop();
    }

    const nextFor = (host: string) => () => {
      const own = queue.findIndex((row) => row.host === host);
      const at = own >= 0 ? own : queue.findIndex((row) => row.host === undefined);
      return at < 0 ? undefined : queue.splice(at, 1)[0];
    };
    await Promise.all(hostNames.map((host) => t.test(host, (t) => lane(t, host, nextFor(host)))));
    const alone = chosen.filter((row) => row.isAlone);
    await t.test("alone", (t) => lane(t, "yoga", () => alone.shift()));

    if (chosen.length < rows.length) {
      t.diagnostic(
        `only ${chosen.length} of ${rows.length} rows were asked for; docs/faults.md is left as it is`,
      );
      return;
    }
    assert.equal(played.length, rows.length, "every row was played to its end");
    const inOrder = rows.flatMap((row) => played.find((one) => one.row === row) ?? []);
    const date = new Date().toISOString().slice(0, 10);
    const made = `Written by \`npm run test:faults\` on ${date}, on a machine with ${cpus().length} cores. Do not edit.`;
    await writeFile(join(import.meta.dirname, "../../docs/faults.md"), faultsDocument(inOrder, made));
  });
});
