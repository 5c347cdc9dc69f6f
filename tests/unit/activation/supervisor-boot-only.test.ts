import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Events,
  goingDown,
  killed,
  profileChangedByHand,
  scriptHost,
  switchedByHand,
} from "../../fakes/script-host.ts";
import { assertEnd, type End } from "./script-ends.ts";

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
    "NixOS's lock is held for ever",
    { exits: { "nixos-lock": [75] } },
    [/^refused NixOS's own lock was held by another switch$/, "old", "old", "old"],
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
