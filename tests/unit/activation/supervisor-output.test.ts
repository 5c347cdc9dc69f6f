import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
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
      const out = /(\d+) MiB of output left out here/.exec(seen.log)?.[1];
      assert.ok(Number(out) >= 22 && Number(out) <= least + 2, `${out} MiB`);
      assert.equal(seen.log.match(/left out so far/g)?.length, 2, "it is said ever more seldom");
      const tail = seen.log.length - seen.log.indexOf("of output left out here");
      assert.ok(tail > 1024 ** 2 && tail < 2.1 * 1024 ** 2, `${tail} bytes of its end`);
      const left = (await readdir(join(host.root, "run/d-20261124-7f3a"))).filter((name) =>
        /^(tail|pipe)\./.test(name),
      );
      assert.deepEqual(left, []);
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

  test("the log tells each program that was run and how it ended, and of nothing left out where nothing was", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "said-by-new"), 'echo "$1 of the new system"\n');
    const { log } = await host.switch({ exits: { "new-test": [4] }, decision: "commit" });
    const run = (action: string, code: number) =>
      new RegExp(
        `store/new/bin/switch-to-configuration ${action}\n${action} of the new system\n\\S+ exit ${code}\n`,
      );
    assert.match(log, run("test", 4));
    assert.match(log, run("boot", 0));
    assert.doesNotMatch(log, /left out/);
  });

  test("what an earlier program of a supervisor that was killed left of its output is not told twice", async (t) => {
    const host = await scriptHost(t);
    for (const name of ["tail.old", "tail.last"]) {
      await writeFile(join(host.root, "run/d-20261124-7f3a", name), "STALE\n");
    }
    const { log } = await host.switch({ decision: "commit" });
    assert.doesNotMatch(log, /STALE/);
  });

  test("a program whose output cannot be written does not see it", async (t) => {
    const host = await scriptHost(t);
    const full = async (name: string, when: string) =>
      writeFile(
        join(host.root, "bin", name),
        `#!/bin/sh\ncase $* in ${when}) exit 1 ;; esac\nexec /usr/bin/${name} "$@"\n`,
        { mode: 0o755 },
      );
    await full("dd", "*");
    await full("head", '"-c 1048576"');
    await writeFile(
      join(host.root, "said-by-new"),
      '[ "$1" != test ] || { /usr/bin/head -c 3000000 /dev/zero; echo $? >$T/printed; }\n',
    );
    assertEnd(await host.switch({ decision: "commit" }), committed);
    assert.equal(await host.read("printed"), "0\n");
  });

  test("a host where no pipe can be made is switched all the same, without the output, and keeps its /dev/null", async (t) => {
    const host = await scriptHost(t);
    // Before anything else: a script that is changed for a test must not take the real one away.
    const careful = 'case "$*" in */dev/null*) echo "$*" >>$T/removed; exit ;; esac; exec /bin/rm "$@"';
    await writeFile(join(host.root, "bin/rm"), `#!/bin/sh\n${careful}\n`, { mode: 0o755 });
    await writeFile(join(host.root, "bin/mkfifo"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    assertEnd(await host.switch({ decision: "commit" }), committed);
    await assert.rejects(host.read("removed"));
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
