import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { scriptHost } from "../../fakes/script-host.ts";

const id = "d-20261124-7f3a";

describe("supervisor.sh, the units that ran before", { concurrency: 4 }, () => {
  const state = (word: string) =>
    `case "$1 $*" in is-active*--quiet*) exit 3 ;; is-active*) echo ${word}; exit 3 ;;`;
  for (const [what, words, end] of [
    ["still starts", state("activating"), /^rolled-back it was told to$/],
    ["is read again", state("reloading"), /^rolled-back it was told to$/],
    [
      "did its work and ended well",
      `${state("inactive")} show*) echo success ;;`,
      /^rolled-back it was told to$/,
    ],
    ["ended badly", `${state("inactive")} show*) echo exit-code ;;`, /; not running: web\.service$/],
    [
      "failed, whatever its last result",
      `${state("failed")} show*) echo success ;;`,
      /; not running: web\.service$/,
    ],
  ] as const) {
    test(`one that ${what} after its start`, async (t) => {
      const host = await scriptHost(t);
      await host.program("systemctl", `${words} is-system-running*) echo running ;; esac`);
      const seen = await host.switch({ decision: "rollback" });
      assert.match(seen.state, end, seen.log);
    });
  }

  test("one that fails a moment after its start is missing", async (t) => {
    const host = await scriptHost(t);
    await rename(join(host.root, "bin/sleep"), join(host.root, "bin/really-sleep"));
    await host.program("sleep", '[ "$1" != 1 ] || : >$T/active; exec really-sleep "$@"');
    const seen = await host.switch({ decision: "rollback" });
    assert.match(seen.state, /^rollback-failed it was told to; not running: web\.service$/);
  });

  test("each that is missing is started, and named where it does not come", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "run", id, "active-units"), "web.service\ndb.service\ncache.service\n");
    await writeFile(join(host.root, "broken"), "db.service\ncache.service\n");
    const seen = await host.switch({ decision: "rollback" });
    assert.match(seen.log, /starting what ran before: web\.service db\.service cache\.service\n/);
    assert.match(seen.state, /; not running: db\.service cache\.service$/);
    assert.deepEqual(seen.activeUnits, ["web.service"]);
  });

  test("nothing is started where nothing is missing", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "run", id, "active-units"), "");
    const seen = await host.switch({ decision: "rollback" });
    assert.match(seen.state, /^rolled-back it was told to$/);
    assert.doesNotMatch(seen.log, /starting what ran before/);
  });
});
