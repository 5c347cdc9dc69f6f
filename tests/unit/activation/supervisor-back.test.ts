import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { answerWords } from "../../../src/activation/answer-words.ts";
import {
  goingDown,
  killed,
  profileChangedByHand,
  scriptHost,
  switchedByHand,
} from "../../fakes/script-host.ts";
import { assertEnd, committed, rolledBack } from "./script-ends.ts";

type Host = Awaited<ReturnType<typeof scriptHost>>;

const id = "d-20261124-7f3a";
const files = (host: Host) => readdir(join(host.root, "run", id));
const links = async (host: Host) => (await readdir(join(host.root, "profiles"))).sort();
/** A host whose generation 2 is the system that is gone back to. */
async function hostWithOlder(t: TestContext): Promise<Host> {
  const host = await scriptHost(t, { toGeneration: 2 });
  await symlink(join(host.root, "store/new"), join(host.root, "profiles/system-2-link"));
  return host;
}

/** /run has not even the room for what is held there. */
const noRoom = 'case $2 in 41943040) /usr/bin/head -c 100 /dev/zero; exit 1 ;; esac; exec /usr/bin/head "$@"';

describe("supervisor.sh, room in /run", { concurrency: 4 }, () => {
  test("without room for a roll back a deployment is refused before anything is changed", async (t) => {
    const host = await scriptHost(t);
    await host.program("head", noRoom);
    const seen = await host.switch({ decision: "commit" });
    assertEnd(seen, [/^refused \/run has less than 40 MiB free/, "old", "old", "old"]);
    assert.deepEqual([seen.tries, seen.activeUnits], [0, ["web.service"]]);
    assert.ok(!(await files(host)).includes("reserve"), "what was taken of it is given back");
  });

  test("without room a roll back that somebody asked for goes on, and the log says so", async (t) => {
    const host = await hostWithOlder(t);
    await host.program("head", noRoom);
    const seen = await host.switch({ decision: "commit" });
    assertEnd(seen, committed);
    assert.match(seen.log, /\/run has less than 40 MiB free; going on, as this is a roll back/);
  });

  for (const decision of ["commit", "rollback"] as const) {
    test(`nothing of it is held any more after a ${decision}`, async (t) => {
      const host = await scriptHost(t);
      await host.switch({ decision });
      assert.ok(!(await files(host)).includes("reserve"));
    });
  }
});

describe("supervisor.sh, what a roll back puts right", { concurrency: 4 }, () => {
  test("the generation that a commit made is gone when the boot loader could not be written", async (t) => {
    const host = await scriptHost(t);
    assertEnd(
      await host.switch({ exits: { "new-boot": [1] }, decision: "commit" }),
      rolledBack(/boot loader/),
    );
    assert.deepEqual(await links(host), ["system", "system-1-link"]);
  });

  test("a generation that was there before the commit stays", async (t) => {
    const host = await hostWithOlder(t);
    const seen = await host.switch({ exits: { "new-boot": [1] }, decision: "commit" });
    assertEnd(seen, rolledBack(/boot loader/));
    assert.equal(seen.link, "system-1-link");
    assert.deepEqual(await links(host), ["system", "system-1-link", "system-2-link"]);
  });

  test("a roll back to a generation makes no new one", async (t) => {
    const host = await hostWithOlder(t);
    assertEnd(await host.switch({ decision: "commit" }), committed);
    assert.deepEqual(await links(host), ["system", "system-1-link", "system-2-link"]);
  });

  test("a profile that cannot be put back is said so, and none of its generations is taken away", async (t) => {
    const host = await scriptHost(t);
    const exits = { "new-boot": [1], "nix-env--switch-generation": [1] };
    const seen = await host.switch({ exits, decision: "commit" });
    assertEnd(seen, [
      /^rollback-failed .*the profile or boot loader could not be put back$/,
      "old",
      "new",
      "old",
    ]);
    assert.deepEqual(await links(host), ["system", "system-1-link", "system-2-link"]);
  });

  test("a commit that cannot be noted does not begin", async (t) => {
    const host = await scriptHost(t);
    await host.program("touch", "exit 1");
    const seen = await host.switch({ decision: "commit" });
    assertEnd(seen, rolledBack(/the commit could not be noted in /));
    assert.deepEqual(await links(host), ["system", "system-1-link"]);
  });

  test("a profile that was changed meanwhile is left so, and the roll back says it", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ at: { "waits-acked": profileChangedByHand }, decision: "rollback" });
    assertEnd(seen, [
      /^rolled-back it was told to; the profile was changed to system-7-link meanwhile and is left so$/,
      "old",
      "other",
      "old",
    ]);
  });

  test("a new system that does not run after a switch without an error is none", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({
      at: { "new-test": "ln -sfn $T/store/old $T/current-system" },
      decision: "commit",
    });
    assertEnd(seen, rolledBack(/the new system is not the running one after its activation$/));
  });

  test("a switch by hand while a decision is waited for is left alone by a roll back, too", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ at: { "waits-acked": switchedByHand }, decision: "rollback" });
    assert.match(seen.state, /^superseded .*store\/other runs, which is neither the old nor the new system$/);
    assert.equal(seen.tries, 1);
  });

  test("NixOS's checks before a switch stand in the way of the new system, and of no roll back", async (t) => {
    const host = await scriptHost(t);
    const tell = (name: string) => `echo "\${NIXOS_NO_CHECK:-none}" >$T/${name}`;
    await host.switch({ at: { "new-test": tell("forth"), "old-test": tell("back") }, decision: "rollback" });
    assert.deepEqual([await host.read("forth"), await host.read("back")], ["none\n", "1\n"]);
  });

  test("only the new system's activation is watched", async (t) => {
    const host = await scriptHost(t);
    const tell = (name: string) => `echo "\${BASH_ENV:-none}" >$T/${name}`;
    await host.switch({ at: { "new-test": tell("forth"), "old-test": tell("back") }, decision: "rollback" });
    assert.equal(await host.read("forth"), `${join(host.root, "run", id, "bash-env")}\n`);
    assert.equal(await host.read("back"), "none\n");
  });
});

describe("supervisor.sh, beside another supervisor", { concurrency: 4 }, () => {
  /** Holds the lock of supervisors until the test ends. */
  async function hold(t: TestContext, host: Host): Promise<ChildProcess> {
    const holder = spawn(
      "/usr/bin/flock",
      [join(host.root, "run/lock"), "sh", "-c", "echo held; read -r _"],
      {
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    t.after(() => holder.kill());
    await once(holder.stdout, "data");
    return holder;
  }

  test("it is refused, and nothing is begun", async (t) => {
    const host = await scriptHost(t);
    await hold(t, host);
    const seen = await host.switch({ decision: "commit" });
    assert.match(seen.state, /^refused another supervisor is at work on this host$/);
    assert.deepEqual([seen.tries, seen.current, seen.exitCode], [0, "old", 1]);
  });

  test("a roll back after a supervisor that was killed goes on without the lock, when it is not let go", async (t) => {
    const host = await scriptHost(t);
    await host.program("flock", 'case $* in "-w 60 9") exit 1 ;; esac; exec /usr/bin/flock "$@"');
    const seen = await host.switch({ at: { "waits-acked": killed } });
    assert.match(seen.state, /^rolled-back the supervisor ended while acked 0$/);
    assert.match(seen.log, /the lock is still held; rolling back all the same/);
  });

  test("a lock that is let go is waited for in silence", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ at: { "waits-acked": killed } });
    assert.doesNotMatch(seen.log, /the lock is still held/);
  });

  test("the daemons that an activation starts do not inherit the lock", async (t) => {
    const host = await scriptHost(t);
    const open = "ls -l /proc/self/fd >$T/open";
    await host.switch({ at: { "new-test": open }, decision: "commit" });
    assert.doesNotMatch(await host.read("open"), /run\/lock/);
  });
});

describe("supervisor.sh, its last word", { concurrency: 4 }, () => {
  test("systemd's journal is told which deployment ended how", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ decision: "commit" });
    assert.match(seen.journal, new RegExp(`^${id}: committed system-2-link$`, "m"));
    assert.doesNotMatch(seen.journal, /rolling-back/);
  });

  test("a supervisor that is killed after it left a host alone has said the truth", async (t) => {
    const host = await scriptHost(t);
    const mv = `/bin/mv "$@"; grep -qs ^superseded $T/run/${id}/state && [ ! -e $T/once ] && { : >$T/once; ${killed}; }; exit 0`;
    await host.program("mv", mv);
    const seen = await host.switch({ at: { "waits-acked": switchedByHand }, decision: "commit" });
    assert.match(seen.state, /^superseded the host was changed before the commit/);
    assert.deepEqual([seen.current, seen.tries], ["other", 1]);
    await readFile(join(host.root, "once"));
  });

  test("where a profile was never seen it cannot be put back, and that is said", async (t) => {
    const host = await scriptHost(t);
    const plan = join(host.root, "run", id, "plan");
    await writeFile(plan, (await readFile(plan, "utf8")).replace(/^profile_link=.*$/m, "profile_link=''"));
    spawnSync("rm", [join(host.root, "profiles/system")]);
    const seen = await host.switch({ exits: { "new-boot": [1] }, decision: "commit" });
    assert.match(seen.state, /^rollback-failed .*the profile or boot loader could not be put back$/);
    assert.deepEqual([seen.current, seen.link], ["old", "system-2-link"], "no guess is made");
    assert.deepEqual(await links(host), ["system", "system-1-link", "system-2-link"]);
  });

  test("what it says of a roll back that failed stays as it said it", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ exits: { "old-test": [1] }, decision: "rollback" });
    assert.match(
      seen.state,
      /^rollback-failed it was told to; switching back exited with 1; .*\/store\/new runs$/,
    );
    assert.equal(seen.tries, 2);
  });

  test("the journal has what the log has, from the start", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ decision: "commit" });
    for (const said of ["state: activating", "state: activated 0", "state: committing"]) {
      assert.ok(seen.journal.includes(said), said);
    }
  });

  test("a host that goes down before a commit boots what it booted: nothing is written for it", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ at: { "waits-acked": goingDown } });
    assert.match(seen.state, /^rolled-back the host went down while acked 0$/);
    assert.doesNotMatch(seen.log, /switch-to-configuration boot/);
  });

  test("of two words to go back the first one's reason counts", async (t) => {
    const host = await scriptHost(t);
    const word = answerWords("the key of this test")(id, "rollback");
    const say = (why: string) => `echo ${word} | /bin/sh $T/run/${id}/supervisor.sh decide rollback '${why}'`;
    const seen = await host.switch({
      at: { "waits-acked": `${say("nginx failed")}; ${say("another one")}` },
    });
    assert.equal(seen.state, "rolled-back nginx failed");
  });
});
