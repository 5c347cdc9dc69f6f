import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { scriptHost } from "../../fakes/script-host.ts";
import { assertEnd, committed } from "./script-ends.ts";

describe("supervisor.sh, what a switch prints", { concurrency: 4 }, () => {
  for (const [what, print, least] of [
    ["many lines", "yes 'a line of output' | head -c 30000000", 24],
    ["one line without an end", "head -c 30000000 /dev/zero | tr '\\0' x", 24],
  ] as const) {
    test(`an activation that prints ${what} of 30 MB ends well; the log keeps head and tail and says what it left out`, async (t) => {
      const host = await scriptHost(t);
      await writeFile(
        join(host.root, "said-by-new"),
        `[ "$1" != test ] || { echo FIRST; ${print}; echo; echo LAST; }\n`,
      );
      const seen = await host.switch({ decision: "commit" });
      assertEnd(seen, committed);
      assert.ok(seen.log.length < 8 * 1024 ** 2, `${seen.log.length} bytes`);
      const left = /(\d+) MiB of output left out here/.exec(seen.log)?.[1];
      assert.ok(Number(left) >= 22 && Number(left) <= least + 2, `${left} MiB`);
      assert.match(seen.log, /left out so far/);
      assert.match(seen.log.slice(0, 2_000), /FIRST/);
      assert.match(seen.log.slice(-2_000), /LAST\n.*exit 0/s);
    });
  }

  test("what a switch prints is in the log while it runs", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "said-by-new"), '[ "$1" != test ] || echo EARLY\n');
    const wait =
      "for _ in $(seq 50); do grep -q EARLY $T/run/*/log && break; /bin/sleep 0.1; done; cp $T/run/*/log $T/seen";
    await host.switch({ at: { "new-test": wait }, decision: "commit" });
    assert.match(await readFile(join(host.root, "seen"), "utf8"), /EARLY/);
  });

  test("a daemon that holds the output open does not keep the switch waiting", async (t) => {
    const host = await scriptHost(t);
    await writeFile(
      join(host.root, "said-by-new"),
      '[ "$1" != test ] || { (/bin/sleep 5; echo LATE) & echo $! >"$T/daemon"; }\n',
    );
    const begun = Date.now();
    assertEnd(await host.switch({ decision: "commit" }), committed);
    assert.ok(Date.now() - begun < 20_000);
  });
});
