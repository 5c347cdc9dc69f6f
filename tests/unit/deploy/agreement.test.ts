import assert from "node:assert/strict";
import { test } from "node:test";
import type { FinalState } from "../../../src/activation/state.ts";
import { parseTraces, type Traces } from "../../../src/activation/traces.ts";
import { contradiction } from "../../../src/deploy/conclude-seen.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { HostFacts } from "../../../src/deploy/host-facts.ts";
import { next, old } from "../../fakes/at-the-card.ts";
import { storePath } from "../../fakes/fake-system.ts";

const facts = (change: Partial<HostFacts> = {}): HostFacts => ({
  current: next,
  profile: "system-2-link",
  profileSystem: next,
  generation: 2,
  bootId: "b",
  rebootNeeded: false,
  ...change,
});
const before = facts({ current: old, profile: "system-1-link", profileSystem: old, generation: 1 });
const special = storePath("special");
/** It went as far as that the bot judged it, and could have told the supervisor to commit. */
const validated: Deployment["times"] = {
  validate: { startedAt: "2026-11-24T12:00:00.000Z", finishedAt: null },
};

const agree: readonly (readonly [
  string,
  FinalState,
  HostFacts,
  Partial<Traces> & { mode?: "deploy" | "boot"; runs?: string; times?: Deployment["times"] },
  boolean,
])[] = [
  ["committed, and it is so", { kind: "committed", profile: "system-2-link" }, facts(), {}, true],
  ["committed under another link", { kind: "committed", profile: "system-3-link" }, facts(), {}, false],
  [
    "committed, and the old system runs",
    { kind: "committed", profile: "system-2-link" },
    facts({ current: old }),
    {},
    false,
  ],
  [
    "committed, and the profile names another system",
    { kind: "committed", profile: "system-2-link" },
    facts({ profileSystem: old }),
    {},
    false,
  ],
  [
    "committed a specialisation",
    { kind: "committed", profile: "system-2-link" },
    facts({ current: special }),
    { runs: special },
    true,
  ],
  [
    "committed a specialisation, and its parent runs",
    { kind: "committed", profile: "system-2-link" },
    facts(),
    { runs: special },
    false,
  ],
  [
    "committed for the next boot",
    { kind: "committed", profile: "system-2-link" },
    facts({ current: old }),
    { mode: "boot" },
    true,
  ],
  [
    "committed for the next boot, and switched",
    { kind: "committed", profile: "system-2-link" },
    facts(),
    { mode: "boot" },
    false,
  ],
  [
    "committed for the next boot, and booted since",
    { kind: "committed", profile: "system-2-link" },
    facts({ bootId: "another" }),
    { mode: "boot" },
    true,
  ],
  [
    "committed, and the boot loader starts the old system",
    { kind: "committed", profile: "system-2-link" },
    facts(),
    { entry: old },
    false,
  ],
  [
    "committed, and its unit ended as one that has not",
    { kind: "committed", profile: "system-2-link" },
    facts(),
    { entry: next, hasFailed: true },
    false,
  ],
  ["rolled back", { kind: "rolled-back", why: "x" }, before, { entry: old, hasFailed: true }, true],
  [
    "rolled back as the host goes down, and the new system runs until then",
    { kind: "rolled-back", why: "the host went down while activating" },
    facts({ profile: "system-1-link", profileSystem: old }),
    { isStopping: true },
    true,
  ],
  [
    "rolled back as the host went down, and it booted the old system",
    { kind: "rolled-back", why: "the host went down while activating" },
    { ...before, bootId: "boot-2" },
    {},
    true,
  ],
  [
    "rolled back as the host went down, and it goes on in the same boot",
    { kind: "rolled-back", why: "the host went down while activating" },
    facts(),
    {},
    false,
  ],
  [
    "rolled back as the host goes down, and the next boot brings the new system",
    { kind: "rolled-back", why: "the host went down while activating" },
    facts(),
    { isStopping: true },
    false,
  ],
  [
    "rolled back as the host went down, and it booted the new system",
    { kind: "rolled-back", why: "the host went down while activating" },
    facts({ bootId: "boot-2", profile: "system-1-link", profileSystem: old }),
    {},
    false,
  ],
  [
    "committed before it was ever told to commit",
    { kind: "committed", profile: "system-2-link" },
    facts(),
    { times: {} },
    false,
  ],
  [
    "committed, and a boot loader's file names a specialisation, or what was long ago",
    { kind: "committed", profile: "system-2-link" },
    facts(),
    { entry: special },
    true,
  ],
  [
    "rolled back, and the profile names the new system",
    { kind: "rolled-back", why: "x" },
    facts({ current: old }),
    {},
    false,
  ],
  [
    "rolled back, and the boot loader starts the new system",
    { kind: "rolled-back", why: "x" },
    before,
    { entry: next },
    false,
  ],
  [
    "rolled back beside a profile that somebody changed",
    { kind: "rolled-back", why: "x; the profile was changed to system-7-link meanwhile and is left so" },
    facts({ current: old, profile: "system-7-link", profileSystem: special }),
    {},
    true,
  ],
  [
    "superseded, and the new system runs beside the old profile",
    { kind: "superseded", why: "x" },
    { ...before, current: next },
    {},
    false,
  ],
  ["rolled back, and the new system runs", { kind: "rolled-back", why: "x" }, facts(), {}, false],
  ["refused", { kind: "refused", why: "x" }, before, {}, true],
  ["refused, and the new system runs", { kind: "refused", why: "x" }, facts(), {}, false],
  [
    "refused, and the profile names the new system",
    { kind: "refused", why: "x" },
    facts({ current: old }),
    {},
    false,
  ],
  ["superseded, on a host as a commit leaves it", { kind: "superseded", why: "x" }, facts(), {}, false],
  ["superseded claims nothing", { kind: "superseded", why: "x" }, facts({ current: special }), {}, true],
  [
    "a failed roll back claims nothing",
    { kind: "rollback-failed", why: "x" },
    facts({ current: special }),
    {},
    true,
  ],
];

for (const [name, state, seen, more, isAgreed] of agree) {
  const {
    mode = "deploy",
    runs = null,
    entry = null,
    hasFailed = false,
    isStopping = false,
    times = validated,
  } = more;
  test(`the machine ${isAgreed ? "agrees" : "contradicts"}: ${name}`, () => {
    const against = contradiction({ mode, before, toplevel: next, runs, times }, state, seen, {
      entry,
      hasFailed,
      isStopping,
    });
    assert.equal(against === null, isAgreed, String(against));
  });
}

test("the traces: one entry of the boot loader's, and systemd's own words on the unit", () => {
  const unit = "switchyard-d-20261127-7f3a.service";
  const path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-new";
  assert.deepEqual(parseTraces(`entry=${path}\n${unit}: Deactivated successfully.\n`), {
    entry: path,
    hasFailed: false,
    isStopping: false,
  });
  const stopping = `system=stopping\n${unit}: Stopping.\n`;
  assert.equal(parseTraces(stopping).isStopping, true);
  const failed = `Started Switchyard.\n${unit}: Main process exited, code=exited, status=1/FAILURE\n`;
  assert.deepEqual(parseTraces(failed), { entry: null, hasFailed: true, isStopping: false });
  const killed = `entry=${path}\nentry=${path}2\n${unit}: Main process exited, code=killed, status=9/KILL\n`;
  assert.deepEqual(parseTraces(killed), { entry: null, hasFailed: false, isStopping: false });
});
