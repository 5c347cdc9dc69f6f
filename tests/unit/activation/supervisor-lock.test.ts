import assert from "node:assert/strict";
import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { profileChangedByHand, scriptHost } from "../../fakes/script-host.ts";
import { assertEnd, committed, rolledBack } from "./script-ends.ts";

describe("supervisor.sh, NixOS's own lock", { concurrency: 4 }, () => {
  test("a switch that exits with 11 may have begun: it is run once, and nobody speaks of a lock", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "said-by-new"), 'echo "Could not acquire lock"\n');
    const seen = await host.switch({ exits: { "new-test": [11] }, decision: "commit" });
    assert.match(seen.state, /^rolled-back switch-to-configuration exited with 11$/);
    assert.equal(seen.tries, 2, "the new system once, the old one once");
    assert.doesNotMatch(seen.log, /lock is held/);
  });

  test("a lock that is taken at the last moment, before the program has begun, is waited for", async (t) => {
    const host = await scriptHost(t);
    const late = '[ -e "$T/once" ] || { : >"$T/once"; echo "Could not acquire lock"; exit 11; }\n';
    await writeFile(join(host.root, "said-by-new"), late);
    const seen = await host.switch({ exits: { "nixos-lock": [0, 75, 75, 0] }, decision: "commit" });
    assertEnd(seen, committed);
    assert.equal(seen.tries, 2);
  });

  test("a switch that hung has begun, whoever takes the lock when it is ended: it is rolled back, not called untouched", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({
      exits: { "nixos-lock": [0, 75, 75, 0], "new-test": [124] },
      at: { "new-test": "ln -sfn $T/store/old $T/current-system" },
      decision: "commit",
    });
    assertEnd(seen, rolledBack(/took longer than 20 s/));
    assert.equal(seen.tries, 2);
  });

  test("with the lock held all the time nothing is begun at all", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ exits: { "nixos-lock": [75] }, decision: "commit" });
    assert.deepEqual([seen.tries, seen.activeUnits], [0, ["web.service"]]);
  });

  for (const [what, code] of [
    ["a missing flock", 127],
    ["a flock that cannot open the lock", 66],
    ["a flock that knows no -E", 64],
  ] as const) {
    test(`${what} tells nothing of the lock, and stops neither switch nor roll back`, async (t) => {
      const exits = { "nixos-lock": [code] };
      assertEnd(await (await scriptHost(t)).switch({ exits, decision: "commit" }), committed);
      const back = await (await scriptHost(t)).switch({ exits, decision: "rollback" });
      assertEnd(back, rolledBack(/it was told to/));
    });
  }

  test("without any flock a switch begins and ends as always, though nobody can tell of another one", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "bin", "flock"), "#!/bin/sh\nexit 127\n", { mode: 0o755 });
    const back = await host.switch({ decision: "rollback" });
    assert.match(back.state, /^rolled-back it was told to/);
  });

  test("the lock held for the whole time before a commit is a roll back with that reason, and no boot entry is touched", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({
      exits: { "nixos-lock": [0, ...Array<number>(11).fill(75), 0] },
      decision: "commit",
    });
    assertEnd(seen, rolledBack(/NixOS's own lock was held by another switch/));
    assert.doesNotMatch(seen.log, /switch-to-configuration boot/);
  });

  test("the lock taken between profile and boot loader is no commit: both go back", async (t) => {
    const host = await scriptHost(t);
    const held = Array<number>(11).fill(75);
    const seen = await host.switch({ exits: { "nixos-lock": [0, 0, ...held, 0] }, decision: "commit" });
    assertEnd(seen, rolledBack(/the boot loader could not be written/));
    assert.match(seen.log, /NixOS's own lock is held by another switch/);
  });

  test("where the lock was held while somebody changed the profile it is not called untouched", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "at/waits-activating"), profileChangedByHand);
    const held = Array<number>(11).fill(75);
    const seen = await host.switch({ exits: { "nixos-lock": [...held, 0] }, decision: "commit" });
    assert.match(
      seen.state,
      /^rolled-back NixOS's own lock was held by another switch; the profile was changed to system-7-link/,
    );
    assert.equal(seen.current, "old");
  });

  test("a host without NixOS's lock file is switched, and gets none from the look", async (t) => {
    const host = await scriptHost(t);
    await rm(join(host.root, "nixos-lock"));
    assertEnd(await host.switch({ decision: "commit" }), committed);
    await assert.rejects(access(join(host.root, "nixos-lock")));
  });
});
