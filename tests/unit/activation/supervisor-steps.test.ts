import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  type Events,
  killed,
  profileChangedByHand,
  scriptHost,
  switchedByHand,
} from "../../fakes/script-host.ts";
import { assertEnd, committed, type End, rolledBack } from "./script-ends.ts";

/** A step that goes wrong by itself. */
const steps: readonly (readonly [what: string, events: Events, end: End])[] = [
  ["nothing goes wrong, and it is told to keep the system", { decision: "commit" }, committed],
  ["nothing goes wrong, and it is told to go back", { decision: "rollback" }, rolledBack(/it was told to/)],
  ...[1, 2, 11, 100, 101].map((code): [string, Events, End] => [
    `the new system exits with ${code}`,
    { exits: { "new-test": [code] }, decision: "commit" },
    rolledBack(new RegExp(`exited with ${code}`)),
  ]),
  [
    "the new system exits with 4, as some unit failed: the bot judges",
    { exits: { "new-test": [4] }, decision: "commit" },
    committed,
  ],
  [
    "the new system hangs and is ended",
    { exits: { "new-test": [124] }, decision: "commit" },
    rolledBack(/took longer than 20 s/),
  ],
  [
    "NixOS's lock is held for ever",
    { exits: { "nixos-lock": [75] }, decision: "commit" },
    [/^refused NixOS's own lock/, "old", "old", "old"],
  ],
  [
    "NixOS's lock is let go in time, before the switch",
    { exits: { "nixos-lock": [75, 75, 0] }, decision: "commit" },
    committed,
  ],
  [
    "NixOS's lock is let go in time, before the boot loader is written",
    { exits: { "nixos-lock": [0, 75, 75, 0] }, decision: "commit" },
    committed,
  ],
  [
    "NixOS's lock is let go in time, before the roll back",
    { exits: { "nixos-lock": [0, 75, 75, 0] }, decision: "rollback" },
    rolledBack(/it was told to/),
  ],
  [
    "NixOS's lock is held for the whole time of a roll back: it is not called one",
    { exits: { "nixos-lock": [0, 75] }, decision: "rollback" },
    [/^rollback-failed .*NixOS's own lock was held by another switch all the time/, "new", "old", "old"],
  ],
  ["nobody reaches the host", { ack: false }, rolledBack(/nobody could reach this host for 10 s/)],
  ["nobody decides", {}, rolledBack(/nobody decided for 10 s/)],
  [
    "the profile cannot be set",
    { exits: { "nix-env--set": [1] }, decision: "commit" },
    rolledBack(/the profile could not be set/),
  ],
  [
    "the boot loader cannot be written: profile back, old boot, old test",
    { exits: { "new-boot": [1] }, decision: "commit" },
    rolledBack(/the boot loader could not be written/),
  ],
  [
    "neither boot entry can be written",
    { exits: { "new-boot": [1], "old-boot": [1] }, decision: "commit" },
    [/^rollback-failed .*the profile or boot loader could not be put back/, "old", "old", "old"],
  ],
  [
    "a script of the old system's activation fails, and its units run all the same",
    { exits: { "old-test": [2] }, decision: "rollback" },
    rolledBack(/it was told to/),
  ],
  [
    "the old system cannot be switched to",
    { exits: { "old-test": [1] }, decision: "rollback" },
    [/^rollback-failed .*switching back exited with 1/, "new", "old", "old"],
  ],
];

describe("supervisor.sh, each step that goes wrong", { concurrency: 4 }, () => {
  for (const [what, events, end] of steps) {
    test(what, async (t) => {
      const host = await scriptHost(t);
      assertEnd(await host.switch(events), end);
    });
  }

  test("a generation that the commit made is taken away again when it is undone", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ exits: { "new-boot": [1] }, decision: "commit" });
    assert.equal(seen.link, "system-1-link");
    assert.match(seen.log, /exit 1\n/);
  });

  test("room for a roll back is held during a switch, and given up before it", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({
      at: {
        "new-test": "stat -c %s $T/run/*/reserve >$T/held",
        "old-test": "ls $T/run/*/reserve >$T/held-then 2>/dev/null || :",
      },
      decision: "rollback",
    });
    assertEnd(seen, rolledBack(/it was told to/));
    assert.equal(await readFile(join(host.root, "held"), "utf8"), `${24 * 1024 ** 2}\n`);
    assert.equal(await readFile(join(host.root, "held-then"), "utf8"), "");
  });

  test("a unit that does not come up again is named: the roll back failed", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "broken"), "web.service\n");
    const seen = await host.switch({ decision: "rollback" });
    assert.match(seen.state, /^rollback-failed it was told to; not running: web.service/);
  });

  for (const [what, lines] of [
    ["the running system", switchedByHand],
    ["the profile", profileChangedByHand],
  ] as const) {
    test(`a host where ${what} was changed before the start is left alone`, async (t) => {
      const host = await scriptHost(t);
      spawnSync("/bin/sh", ["-c", lines], { env: host.env });
      const seen = await host.switch({ decision: "commit" });
      assert.match(seen.state, /^superseded the host was changed/);
      assert.doesNotMatch(seen.log, /switch-to-configuration/);
    });
  }

  test("what finish does is in the journal too", async (t) => {
    const host = await scriptHost(t);
    const seen = await host.switch({ at: { "waits-acked": killed } });
    assert.match(seen.journal, /state: rolling-back the supervisor ended while acked 0/);
    assert.match(seen.journal, /state: rolled-back/);
  });
});
