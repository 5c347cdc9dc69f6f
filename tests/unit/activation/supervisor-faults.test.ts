import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  type Events,
  goingDown,
  killed,
  type Moment,
  profileChangedByHand,
  type ScriptEnd,
  scriptHost,
  switchedByHand,
} from "../../fakes/script-host.ts";

/** Where the switch is when a fault comes, and the moment that lies in the middle of it. */
const stages = {
  activating: { moment: "new-test", decision: "commit" },
  activated: { moment: "waits-activated", decision: "commit" },
  acked: { moment: "waits-acked", decision: "commit" },
  "committing the profile": { moment: "set-profile", decision: "commit" },
  "committing the boot loader": { moment: "new-boot", decision: "commit" },
  "rolling back": { moment: "old-test", decision: "rollback" },
} as const satisfies Record<string, { moment: Moment; decision: "commit" | "rollback" }>;
type Stage = keyof typeof stages;

/** How a switch has to end: the state's first word, and then running system, profile and boot default. */
type End = readonly [state: RegExp, current: string, profile: string, boot: string];

const committed: End = [/^committed system-2-link$/, "new", "new", "new"];
const rolledBack = (why: RegExp): End => [new RegExp(`^rolled-back .*${why.source}`), "old", "old", "old"];
const hostLeft = (current: string): End => [/^superseded /, current, "old", "old"];

interface Fault {
  readonly lines?: string;
  readonly ends: Readonly<Record<Stage, End>>;
}

/** Every fault at every stage. The worst that may be left is said so: nothing is committed that did not stay. */
const faults: Readonly<Record<string, Fault>> = {
  "the supervisor is killed": {
    lines: killed,
    ends: {
      activating: rolledBack(/the supervisor ended while activating/),
      activated: rolledBack(/the supervisor ended while activated 0/),
      acked: rolledBack(/the supervisor ended while acked 0/),
      "committing the profile": rolledBack(/the supervisor ended while committing/),
      "committing the boot loader": rolledBack(/the supervisor ended while committing/),
      "rolling back": rolledBack(/the supervisor ended while rolling-back/),
    },
  },
  // The running system is that of the next boot, so only what is booted counts.
  "the host goes down": {
    lines: goingDown,
    ends: {
      activating: [/^rolled-back the host went down while activating/, "new", "old", "old"],
      activated: [/^rolled-back the host went down while activated/, "new", "old", "old"],
      acked: [/^rolled-back the host went down while acked/, "new", "old", "old"],
      "committing the profile": [/^rolled-back the host went down while committing/, "new", "old", "old"],
      "committing the boot loader": [/^rolled-back the host went down while committing/, "new", "old", "old"],
      "rolling back": [/^rolled-back the host went down while rolling-back/, "old", "old", "old"],
    },
  },
  "somebody switches to another system": {
    lines: switchedByHand,
    ends: {
      activating: hostLeft("other"),
      activated: hostLeft("other"),
      acked: hostLeft("other"),
      "committing the profile": [/^superseded /, "other", "new", "old"],
      "committing the boot loader": [/^superseded /, "other", "new", "new"],
      "rolling back": [/^rollback-failed .*other runs/, "other", "old", "old"],
    },
  },
  "somebody changes the profile": {
    lines: profileChangedByHand,
    ends: {
      activating: [/^superseded /, "new", "other", "old"],
      activated: [/^superseded /, "new", "other", "old"],
      acked: [/^superseded /, "new", "other", "old"],
      "committing the profile": [/^superseded /, "new", "other", "old"],
      "committing the boot loader": [/^superseded /, "new", "other", "new"],
      "rolling back": [/^rolled-back /, "old", "other", "old"],
    },
  },
};

function assertEnd(seen: ScriptEnd, [state, current, profile, boot]: End): void {
  assert.match(seen.state, state, seen.log);
  assert.deepEqual(
    { current: seen.current, profile: seen.profile, boot: seen.boot },
    { current, profile, boot },
    seen.log,
  );
  assert.equal(seen.isLocked, false, "the lock is free");
  if (seen.state.startsWith("rolled-back") && !seen.state.includes("went down")) {
    assert.deepEqual(seen.activeUnits, ["web.service"], "what ran before runs again");
  }
}

describe("supervisor.sh, each stage with each fault", { concurrency: 4 }, () => {
  for (const [fault, { lines, ends }] of Object.entries(faults)) {
    for (const [stage, { moment, decision }] of Object.entries(stages)) {
      test(`${fault} while it is ${stage}`, async (t) => {
        const host = await scriptHost(t);
        const at = lines === undefined ? {} : { at: { [moment]: lines } };
        assertEnd(await host.switch({ ...at, decision }), ends[stage as Stage]);
      });
    }
  }
});

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

/** A system for the next boot: whatever happens, what runs is left alone, and so are its units. */
const installs: readonly (readonly [what: string, events: Events, end: End])[] = [
  ["nothing goes wrong", {}, [/^committed system-2-link$/, "old", "new", "new"]],
  [
    "the profile cannot be set",
    { exits: { "nix-env--set": [1] } },
    [/^rolled-back the profile could not be set/, "old", "old", "old"],
  ],
  [
    "the boot loader cannot be written",
    { exits: { "new-boot": [1] } },
    [/^rolled-back the boot loader could not be written/, "old", "old", "old"],
  ],
  [
    "neither boot entry can be written",
    { exits: { "new-boot": [1], "old-boot": [1] } },
    [/^rollback-failed .*the profile or boot loader could not be put back/, "old", "old", "old"],
  ],
  [
    "NixOS's lock is let go in time",
    { exits: { "nixos-lock": [75, 75, 0] } },
    [/^committed system-2-link$/, "old", "new", "new"],
  ],
  [
    "the supervisor is killed once the profile is set",
    { at: { "set-profile": killed } },
    [/^rolled-back the supervisor ended while committing/, "old", "old", "old"],
  ],
  [
    "the supervisor is killed in the middle of the boot loader",
    { at: { "new-boot": killed } },
    [/^rolled-back the supervisor ended while committing/, "old", "old", "old"],
  ],
  [
    "the host goes down in the middle of the boot loader",
    { at: { "new-boot": goingDown } },
    [/^rolled-back the host went down while committing/, "old", "old", "old"],
  ],
  [
    "somebody switches to another system meanwhile",
    { at: { "set-profile": switchedByHand } },
    [/^superseded /, "other", "new", "old"],
  ],
  [
    "somebody changes the profile meanwhile",
    { at: { "new-boot": profileChangedByHand } },
    [/^superseded /, "old", "other", "new"],
  ],
];

describe("supervisor.sh, for the next boot only", { concurrency: 4 }, () => {
  for (const [what, events, end] of installs) {
    test(what, async (t) => {
      const host = await scriptHost(t, { bootOnly: true });
      const seen = await host.switch(events);
      assertEnd(seen, end);
      assert.deepEqual(seen.activeUnits, ["web.service"], "no unit was touched");
      assert.doesNotMatch(seen.log, /switch-to-configuration test/);
    });
  }
});

describe("supervisor.sh, where a specialisation runs", { concurrency: 4 }, () => {
  const target = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-parent";
  const ends: readonly (readonly [string, Events, End])[] = [
    [
      "profile and boot entry get the system that it belongs to",
      { decision: "commit" },
      [/^committed system-2-link$/, "new", "parent", "parent"],
    ],
    [
      "a boot loader that cannot be written brings back what ran and what booted",
      { decision: "commit", exits: { "parent-boot": [1] } },
      [/^rolled-back the boot loader could not be written/, "old", "old", "old"],
    ],
  ];
  for (const [what, events, end] of ends) {
    test(what, async (t) => {
      const host = await scriptHost(t, { target });
      assertEnd(await host.switch(events), end);
    });
  }
});
